"""``tsunagu dead-letters``: what lies among the dead letters, by its shape alone.

Nobody knows what is in bytes that could not be read: a name, an address, a whole case. So no letter and no digit of them is
shown, and nothing of key and headers but our own coordinates and code: enough to find the sender and the fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from cli.agency.message import JAPAN
from cli.leaving import PROBLEMS, UNREACHABLE, leave
from cli.output import Output, OutputOption, show
from contracts.shared import RefusalCode
from deploy.local.first_start import DECIDING
from kernel import serde
from kernel import settings as settings_module
from kernel.failures import PoisonError
from kernel.settings import Settings
from kernel.topics import Topics

EXAMPLE = "Example: tsunagu dead-letters --service intake --output csv"
PRINCIPAL = "inspector"
TIMEOUT_S = 5.0
COLUMNS = ("time", "service", "topic", "partition", "offset", "code", "size", "framing", "schema_id", "type", "printable_percent")
UNKNOWN = "?"
_TOPIC = re.compile(r"[0-9]{6}(\.[a-z0-9-]{1,64}){2,3}")
_NUMBER = re.compile(r"[0-9]{1,19}")
_CODES = {code.value for code in RefusalCode}


def command(
    service: Annotated[str | None, typer.Option("--service", "-s", help=f"Only of one service: {' | '.join(DECIDING)}.")] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Records that could not be read: when, where from, why, and the shape of the bytes; never a text. Exit code 1 when there are any."""
    if service not in (None, *DECIDING):
        raise typer.BadParameter(f"no service {service!r} has dead letters; there are {', '.join(DECIDING)}", param_hint="--service")
    found = rows(settings_module.load(), [service] if service else DECIDING)
    show(found, COLUMNS, output)
    if found:
        raise typer.Exit(PROBLEMS)


def rows(settings: Settings, services: Iterable[str] = DECIDING) -> list[dict[str, Any]]:
    """What lies among the dead letters, oldest first."""
    from confluent_kafka import KafkaException

    from cli.account import why

    try:
        return sorted(_read(settings, services), key=lambda row: row["time"])
    except KafkaException as error:
        leave(f"the broker at {settings.bootstrap} cannot be read {why(error, PRINCIPAL)}", UNREACHABLE)


def _read(settings: Settings, services: Iterable[str]) -> Iterator[dict[str, Any]]:
    from cli import reading

    topics = Topics(settings.municipality)
    for service in services:
        for message in reading.whole(settings, PRINCIPAL, topics.dead_letters(service), timeout=TIMEOUT_S):
            buried = datetime.fromtimestamp(message.timestamp()[1] / 1000, JAPAN).isoformat(timespec="milliseconds")
            yield {"time": buried, "service": service, **masked(dict(message.headers() or ()), message.value() or b"")}


def masked(headers: Mapping[str, bytes | None], value: bytes) -> dict[str, Any]:
    """One dead letter by its coordinates, code and shape; whatever is not of the form that we write is ``?``."""
    notes = {name: (content or b"").decode(errors="replace") for name, content in headers.items() if name.startswith("dlq.")}
    return {
        "topic": _formed(_TOPIC, notes.get("dlq.original.topic")),
        "partition": _formed(_NUMBER, notes.get("dlq.original.partition")),
        "offset": _formed(_NUMBER, notes.get("dlq.original.offset")),
        "code": _code(notes.get("dlq.error.message", "")),
        "size": _size(notes.get("dlq.cut", ""), value),
        **shape(value),
    }


def shape(value: bytes) -> dict[str, Any]:
    """The framing byte, the schema and type where they are ours, and how much of the rest looks like text, in steps of ten percent."""
    framed = len(value) >= serde.PREFIX and value[0] == serde.MAGIC
    try:
        kind = serde.event_type(value, len(value)) if framed else None
    except PoisonError:
        kind = None
    return {
        "framing": "0x00" if framed else "other" if value else "empty",
        "schema_id": int.from_bytes(value[1 : serde.PREFIX], "big") if kind else UNKNOWN,
        "type": kind.name if kind else UNKNOWN,
        "printable_percent": _printable(value[serde.PREFIX :] if framed else value),
    }


def _printable(content: bytes) -> int:
    text = content.decode(errors="replace")
    return round(10 * sum(each.isprintable() and each != "\ufffd" for each in text) / len(text)) * 10 if text else 0


def _formed(form: re.Pattern[str], text: str | None) -> str:
    return text if text and form.fullmatch(text) else UNKNOWN


def _code(message: str) -> str:
    """The code alone: what follows it may name a header that a sender has thought of."""
    code = message.partition(" ")[0]
    return code if code in _CODES else UNKNOWN


def _size(cut: str, value: bytes) -> int:
    """Bytes of the original value: the front door notes how long it was where it did not keep all."""
    whole = cut.split("/")[1] if cut.count("/") == 2 else ""
    return int(whole) if _NUMBER.fullmatch(whole) else len(value)
