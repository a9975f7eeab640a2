"""Rotation of the accounts that are not an agency's (パスワードの更新): of our processes, of the towns' mirrors, of the administrator. See docs/decisions/0030."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto

import typer
from confluent_kafka import KafkaException

from cli.leaving import PROBLEMS, leave
from deploy.local import access, kafka
from deploy.local.layout import CannotRun
from deploy.local.lifecycle import Installation
from deploy.local.passing import patiently
from deploy.local.passwords import NoOverlap, Passwords
from deploy.local.progress import Progress
from kernel.settings import Settings

USERS = {"auditor": "verifier"}
"""The process that uses an account, where it is not of the same name."""
ADMIN, BROKER = "admin", "kafka"


class Kind(Enum):
    """Who shows the password of an account."""

    OURS = auto()
    """A process of this installation, or nobody but its commands."""
    MIRROR = auto()
    """A town, at its own site."""
    ADMINISTRATOR = auto()
    """Our commands, and the broker itself to itself."""


def kind_of(name: str, settings: Settings, over: bool) -> Kind:
    """What kind of account ``name`` is. Ends the command where it has none, or is none whose password can be changed from here."""
    mirrors = tuple(map(access.mirror, settings.towns))
    if name == ADMIN and settings.kafka_external:
        leave("BROKER_ELSEWHERE: the administrator is an account of a broker that is not started here; change its password where that broker is run, "
              "and put it into secrets/admin.password", PROBLEMS)
    kind = Kind.ADMINISTRATOR if name == ADMIN else Kind.MIRROR if name in mirrors else Kind.OURS
    if kind is Kind.OURS and name not in access.TABLE:
        raise typer.BadParameter(f"no account is named {name!r}; there are {', '.join((*access.TABLE, *mirrors, ADMIN))}; of an agency: tsunagu agency rotate")
    if over and kind is not Kind.MIRROR:
        raise typer.BadParameter(f"the old password of {name} ends with the same command that makes the new one", param_hint="--end")
    return kind


def rotate(found: Installation, name: str, kind: Kind, over: bool, progress: Progress) -> None:
    """The new password first, beside the old one; then whoever shows it; then the end of the old one. What was broken off is finished by the same words.

    Raises CannotRun, DidNotStart, SettingsMissing.
    """
    with _told(found):
        if kind is Kind.MIRROR:
            _mirror(found.settings, name, over)
            return
        if kind is Kind.ADMINISTRATOR and not _running(found, BROKER):
            raise CannotRun("the broker does not run; start the system: tsunagu run up")
        patiently(Passwords(found.settings, name).begin)
        if kind is Kind.ADMINISTRATOR:
            kafka.configure(found.layout, found.settings)
        if processes := _running(found, BROKER if kind is Kind.ADMINISTRATOR else USERS.get(name, name)):
            found.stop(*processes)
            found.start(*processes, progress=progress)
        patiently(Passwords(found.settings, name).end)  # the administrator comes by the new one himself


def _mirror(settings: Settings, name: str, over: bool) -> None:
    account = Passwords(settings, name)
    if over:
        typer.echo(f"tsunagu: {'the old password opens nothing any more' if patiently(account.end) else 'there was no old password any more'}", err=True)
        return
    patiently(account.begin)
    typer.echo(f"tsunagu: give secrets/{name}.password to the town, both lines of it; when it has started its mirror with it: tsunagu run rotate {name} --end", err=True)


def _running(found: Installation, name: str) -> list[str]:
    return [row["name"] for row in found.status() if row["name"] == name and row["state"] != "stopped"]


@contextmanager
def _told(found: Installation) -> Iterator[None]:
    """What can go wrong, in a sentence."""
    try:
        yield
    except NoOverlap as problem:
        leave(problem, PROBLEMS)
    except KafkaException as error:
        raise CannotRun(f"the broker at {found.settings.bootstrap} does not answer ({error.args[0].name()}); run the command again") from error
