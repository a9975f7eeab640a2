"""Serving (API の起動): the process that answers: opens what the desk needs, listens until it is told to end, and lets what is under way finish."""

from __future__ import annotations

import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from kernel import log
from kernel.clients import clients
from kernel.keyring import keyring
from kernel.logreader import KafkaLogReader
from kernel.sender import Sender
from kernel.settings import Settings
from kernel.topics import Topics
from kernel.warmup import collect_seldom
from services.reporting.api.app import application
from services.reporting.api.connection import TimedConnection
from services.reporting.api.database import database
from services.reporting.api.desk import Desk, LedgerReader, RecordedReads
from services.reporting.api.oidc import Oidc, provider
from services.reporting.api.reader import Check
from services.reporting.api.tokens import Tokens
from services.reporting.projections import OF_TOWNS, PROJECTIONS, RESOURCES
from services.reporting.reads import SENDER
from services.reporting.resource import Resource

ACCOUNT = NAME = SENDER
"""The account at the broker: it reads logs and writes who has read. Also the name of the process and of its port in the settings."""
HOST = "127.0.0.1"
END_WITHIN_S, HEADERS = 8, 16_384


def checks(settings: Settings) -> tuple[Check, ...]:
    """How readers are known here: by tokens of this installation, and by those of the provider that the settings name. Raises SettingsWrong."""
    own = Tokens(settings.home).check
    return (own, Oidc(provider(settings.api["oidc"], settings.home)).check) if "oidc" in settings.api else (own,)


def resources(settings: Settings) -> tuple[Resource, ...]:
    """What this site has: everything of a town, or what leaves the towns of a prefecture."""
    there = {each.name for each in (OF_TOWNS if settings.towns else PROJECTIONS)}
    return tuple([each for each in RESOURCES if each.projection in there])


@asynccontextmanager
async def desk(settings: Settings, ledger: LedgerReader) -> AsyncIterator[Desk]:
    """Everything connected. Raises SettingsMissing, Unavailable."""
    account, topics = clients(settings, ACCOUNT), Topics(settings.municipality)
    reader, sender = KafkaLogReader(account.reader(NAME)), Sender(lambda: account.producer(NAME))
    async with database(settings) as found, keyring(settings) as keys:
        try:
            await reader.start()
            await sender.start()
            reads = RecordedReads(sender, topics, settings.partitions)
            yield Desk(
                database=found, checks=checks(settings), reads=reads, log=reader, keys=keys, ledger=ledger, resources=resources(settings),
            )
        finally:
            await sender.stop()
            await reader.stop()


def served(settings: Settings, ledger: LedgerReader) -> FastAPI:
    """The application with its life: connected while it serves."""
    opened: list[Desk] = []
    app = application(lambda: opened[0], resources(settings))

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        async with desk(settings, ledger) as found:
            opened[:] = [found]
            yield

    app.router.lifespan_context = life
    return app


def _end(*_: object) -> None:
    """The server says its signal again when all is answered: it has done what was asked, so the code is 0."""
    sys.exit(0)


def run(settings: Settings, ledger: LedgerReader) -> None:
    """Serve until a signal; then answer what is under way. Raises SettingsWrong."""
    log.configure(NAME)
    signal.signal(signal.SIGTERM, _end)
    checks(settings)
    port, app = settings.port(NAME), served(settings, ledger)
    collect_seldom()  # to look through all that is loaded takes longer than an answer may, and makes every reader wait
    uvicorn.Server(uvicorn.Config(
        app, host=str(settings.api.get("host", HOST)), port=port, lifespan="on", loop="uvloop", http=TimedConnection,
        ws="none", access_log=False, log_config=None, server_header=False, date_header=False, proxy_headers=False,
        timeout_graceful_shutdown=END_WITHIN_S, h11_max_incomplete_event_size=HEADERS,
    )).run()
