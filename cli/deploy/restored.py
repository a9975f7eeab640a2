"""``tsunagu deploy destroy-again``: the key store came back from a copy; what was destroyed since is destroyed once more (鍵の廃棄のやり直し).

The destroyer's consumer group is deleted, so that it reads ``consent.log`` from the beginning; each fact is carried out once for each key store.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from cli.leaving import PROBLEMS, TOLD, UNREACHABLE, leave
from kernel import settings as settings_module

if TYPE_CHECKING:
    from kernel.settings import Settings

EXAMPLE = f"Example: tsunagu deploy destroy-again --wait 120\n\n{TOLD}"
ADMIN = "admin"
GATE = "consent"
PAUSE_S = 0.5
ANSWER_S = 30.0
Wait = Annotated[float, typer.Option(
    min=0, max=3600, help="For how many seconds a gate that was told to end may keep us waiting: the broker forgets it some seconds later.", metavar="SECONDS")]


class Groups(Protocol):
    """What is needed of the administrator's connection."""

    def delete_consumer_groups(self, group_ids: list[str], **options: Any) -> Mapping[str, Future[None]]:
        """Delete groups without members. Futures raise KafkaException."""


def destroy_again(wait: Wait = 120.0) -> None:
    """After the key store was restored: destroy again every key that consent.log says is destroyed. Needs the administrator; safe to repeat.

    The gate must not run. On a machine of one's own (`tsunagu run`) it is stopped and started by this command; elsewhere, stop it before and start it after.
    """
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    found = settings_module.load()
    with ExitStack() as after:
        _without_gate(found, after)
        try:
            emptied = forget(AdminClient(found.account(ADMIN)), group(found), wait)
        except KafkaException as error:
            leave(f"the broker at {found.bootstrap} does not do it ({error.args[0].name()}); run the command again", UNREACHABLE)
        if not emptied:
            leave("the gate still runs, so its destroyer reads on from where it was: stop every process of consent, then run the command again", PROBLEMS)
    typer.echo("tsunagu: the destroyer reads consent.log from its beginning as soon as the gate runs", err=True)


def group(settings: Settings) -> str:
    """The destroyer's consumer group."""
    from kernel.topics import Topics
    from services.consent import destroyer

    return f"{Topics(settings.municipality).group(GATE)}.{destroyer.NAME}"


def forget(groups: Groups, name: str, wait_s: float) -> bool:
    """Delete a group, or find that there is none; False when it has members until ``wait_s`` are over. Raises KafkaException."""
    from confluent_kafka import KafkaError, KafkaException

    deadline = time.monotonic() + wait_s
    while True:
        try:
            groups.delete_consumer_groups([name], request_timeout=ANSWER_S)[name].result(ANSWER_S)
        except KafkaException as error:
            if error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND:
                return True
            if error.args[0].code() != KafkaError.NON_EMPTY_GROUP:
                raise
        else:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_S)


def _without_gate(settings: Settings, after: ExitStack) -> None:
    """Stop the gate that the supervisor of this machine runs, if one does, and start it when all is over."""
    from cli import steps
    from deploy.local.layout import Layout
    from deploy.local.lifecycle import START_OR_STOP, Installation
    from deploy.local.turns import turn

    found, progress = Installation(Layout(settings.home)), steps.shown()
    if any(row["name"] == GATE and row["state"] != "stopped" for row in found.status()):
        after.enter_context(turn(found.layout, START_OR_STOP, progress))
        after.callback(found.start, GATE, progress=progress)
        found.stop(GATE)
