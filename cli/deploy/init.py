"""``tsunagu deploy init``: brings a broker and a database that run elsewhere to the plan, and tells the town's registry. A container's one-shot job.

Each step looks first and does what is missing, so it may run before every start, and be broken off anywhere.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Annotated

import typer

from cli.leaving import PROBLEMS, UNREACHABLE, leave
from kernel import settings as settings_module
from kernel.settings import Settings

if TYPE_CHECKING:
    from deploy.local.progress import Progress

EXAMPLE = "Example: tsunagu deploy init --wait 120"
PAUSE_S = 0.5
ANSWER_S = 2.0
Wait = Annotated[float, typer.Option(min=0, max=3600, help="For how many seconds the broker, then the database, may keep us waiting.", metavar="SECONDS")]
NoTopics = Annotated[bool, typer.Option(
    "--no-topics", help="Topics, accounts and access rules are made by somebody else (Strimzi's operators); wait for them. Needs no administrator.")]


def init(wait: Wait = 120.0, no_topics: NoTopics = False) -> None:
    """Wait for broker and database; make topics, accounts, access rules, databases and tables; publish the registry. Safe to repeat."""
    import asyncpg

    from cli import steps

    settings, progress = settings_module.load(), steps.shown()
    _broker(settings, wait, no_topics, progress)
    try:
        with progress.step("waiting for the database, and provisioning it"):
            asyncio.run(_databases(settings, wait))
    except asyncpg.PostgresError as error:
        leave(f"the database server at {settings.database_host}:{settings.database_port} refuses to be provisioned ({error})", PROBLEMS)
    _registry(settings, progress)


def _broker(settings: Settings, wait: float, no_topics: bool, progress: Progress) -> None:
    """Topics, accounts and access rules. Raises CannotRun."""
    from confluent_kafka import KafkaException

    from deploy.local.broker_admin import BrokerAdmin
    from deploy.local.passing import patiently

    if no_topics:
        with progress.step("waiting for the registry's topic"):
            _wait_for_topic(settings, wait)
        return
    admin = BrokerAdmin(settings)
    with progress.step("waiting for the broker"):
        admin.reach(wait)
    try:
        with progress.step("provisioning topics, accounts and access rules") as step:
            patiently(lambda: admin.apply(step.advance), made=True)
    except KafkaException as error:
        leave(f"the broker at {settings.bootstrap} refuses to be provisioned ({error.args[0].str()})", PROBLEMS)


def _wait_for_topic(settings: Settings, wait: float) -> None:
    """Return when the registry's own account sees its log: whoever makes the topics makes accounts and rules too."""
    from confluent_kafka import Consumer, KafkaException

    from cli.registry import PRINCIPAL
    from kernel.topics import Topics

    topic, deadline = Topics(settings.municipality).registry, time.monotonic() + wait
    consumer = Consumer({**settings.account(PRINCIPAL), "group.id": "none"})
    try:
        while True:
            try:
                if consumer.list_topics(topic, timeout=ANSWER_S).topics[topic].error is None:
                    return
                fault = f"the topic {topic} is not there, or {PRINCIPAL} may not see it"
            except KafkaException as error:
                fault = f"the broker at {settings.bootstrap} does not answer {PRINCIPAL} ({error.args[0].name()})"
            if time.monotonic() > deadline:
                leave(f"{fault}; it is made by somebody else: look there, or leave --no-topics away", UNREACHABLE)
            time.sleep(PAUSE_S)
    finally:
        consumer.close()


async def _databases(settings: Settings, wait: float) -> None:
    """Roles, databases and tables, once the server takes the superuser in. Raises CannotRun, asyncpg's PostgresError."""
    from deploy.local import databases
    from deploy.local.layout import CannotRun

    deadline = time.monotonic() + wait
    while True:
        try:
            return await databases.apply(settings)
        except CannotRun:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(PAUSE_S)


def _registry(settings: Settings, progress: Progress) -> None:
    """Agencies, the policy pack in force and its days, to whoever has not been told. Raises SettingsMissing."""
    from confluent_kafka import KafkaException

    from cli import registry
    from cli.agency.client import NotAccepted
    from services.consent.domain.pack import PackInvalid

    try:
        with progress.step("publishing the registry"):
            fresh = registry.publish(settings)
    except PackInvalid as problem:
        leave(f"policy pack not put in force: {problem}; all else is done, and the pack before it goes on", PROBLEMS)
    except NotAccepted as error:
        leave(f"the registry's facts were not accepted ({error}); run the command again", PROBLEMS if error.reached else UNREACHABLE)
    except KafkaException as error:
        leave(f"the registry cannot be published at {settings.bootstrap} ({error.args[0].name()}); run the command again", UNREACHABLE)
    typer.echo(f"tsunagu: ready; {fresh} facts of the registry were new", err=True)
