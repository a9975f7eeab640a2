"""Opening a ledger (提供記録の開示): that the desk reads it is recorded before anything of it is shown, as a reading through the API is."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Iterable

from cli.leaving import UNREACHABLE, leave
from contracts.shared import ReaderRole, ReadReason
from kernel.clients import clients
from kernel.failures import Unavailable
from kernel.sender import Sender
from kernel.settings import Settings, SettingsMissing
from kernel.topics import Topics
from services.reporting.api.desk import RECORDED_S, RecordedReads
from services.reporting.api.reader import OFFICES
from services.reporting.reads import SENDER, Read, read_event
from services.reporting.resource import Role

RESOURCE = "persons.ledger"


def reads(person: str, cases: Iterable[str]) -> list[Read]:
    """What is said of it in each case that the ledger is about; ``actor``: the number of the operator's account on this machine."""
    number = secrets.token_hex(16)
    return [
        read_event(
            case, number, reader=OFFICES[Role.PRIVACY_DESK], role=ReaderRole.PRIVACY_DESK, actor=f"account:{os.getuid()}", resource=RESOURCE,
            reason=ReadReason.RIGHTS_REQUEST, persons=[person],
        )
        for case in sorted(set(cases))
    ]


def record(settings: Settings, found: list[Read]) -> None:
    """Return once the broker has it on all its replicas; otherwise leave: no record, no reading."""
    try:
        asyncio.run(_recorded(settings, found))
    except (Unavailable, SettingsMissing, TimeoutError) as error:
        leave(f"that the ledger is read cannot be recorded ({error}), so nothing of it is shown", UNREACHABLE)


async def _recorded(settings: Settings, found: list[Read]) -> None:
    sender = Sender(lambda: clients(settings, SENDER).producer(f"{SENDER}-desk"))
    try:
        async with asyncio.timeout(RECORDED_S):
            await sender.start()
        await RecordedReads(sender, Topics(settings.municipality), settings.partitions).record(found)
    finally:
        await sender.stop()
