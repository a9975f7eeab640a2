"""``tsunagu send``: publish events as an agency, from a JSON file, through that agency's own account."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from confluent_kafka import KafkaException
from rich.console import Console

from cli.agency.body import BodyError, Fault, from_json, kind_of
from cli.agency.client import AgencyClient, NotAccepted, Sent
from cli.agency.message import Draft, Heard, draft
from cli.output import Output, OutputOption
from contracts.consent import DisclosureDecided
from contracts.envelope import MessageRefused
from kernel import settings as settings_module

LARGEST = 256 * 1024
"""Most bytes of one value, as everywhere in an outbox."""
_FIELDS = frozenset({"type", "subject", "id", "time", "body"})


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the file, ready to be sent."""

    type: str
    draft: Draft


EXAMPLE = "Example: tsunagu send report.json --agency elder --wait 5"


def command(
    file: Annotated[str, typer.Argument(help="JSON file: one object, or one object a line; - reads standard input.", metavar="FILE")],
    agency: Annotated[str, typer.Option("--agency", "-a", help="Id of the agency that speaks.")],
    output: OutputOption = Output.TABLE,
    wait: Annotated[float, typer.Option("--wait", "-w", help="Wait up to so many seconds for notices to the sender.", metavar="SECONDS")] = 0.0,
) -> None:
    """Publish events as an agency, through its own account, once they fit their schemas; with --wait, show what comes back."""
    problems = Console(stderr=True)
    try:
        lines = list(read(Path("/dev/stdin") if file == "-" else Path(file), agency))
    except (BodyError, OSError) as error:
        problems.print(f"送信していません: {error}", markup=False)
        raise typer.Exit(2) from None
    try:
        client = AgencyClient(settings_module.load(), agency)
        _send(client, lines, output, wait)
    except (settings_module.SettingsMissing, KafkaException, NotAccepted) as error:
        problems.print(f"送信できません: {error}", markup=False)
        raise typer.Exit(1 if isinstance(error, NotAccepted) else 3) from None


def read(file: Path, agency: str) -> Iterator[Line]:
    """The messages of a file, each checked against its schema. Raises BodyError, OSError."""
    for item in _objects(file.read_text("utf-8")):
        yield _line(item, agency)


def _objects(text: str) -> list[Any]:
    try:
        try:
            return [json.loads(text)]
        except ValueError:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        raise BodyError(Fault.NOT_JSON, "", "JSONとして読めません。") from None


def _line(item: Any, agency: str) -> Line:
    if not isinstance(item, dict):
        raise BodyError(Fault.NOT_AN_OBJECT, "", "一件ごとに一つのオブジェクトにしてください。")
    for name in item.keys() - _FIELDS:
        raise BodyError(Fault.FIELD_UNKNOWN, name, "使える項目は type・subject・id・time・body です。")
    kind = kind_of(str(item.get("type", "")))
    subject = item.get("subject")
    if not isinstance(subject, str) or not subject:
        raise BodyError(Fault.SUBJECT_MISSING, "subject", "事例などの番号を入れてください。")
    event = from_json(kind, item.get("body", {}))
    found = draft(agency, event, subject, id=str(item.get("id", "")), time=str(item.get("time", "")))
    if len(found.value) > LARGEST:
        raise BodyError(Fault.TOO_LARGE, "body", "本文が大きすぎます。上限（256 KiB）より小さくしてください。")
    return Line(kind.name, found)


def _send(client: AgencyClient, lines: list[Line], output: Output, wait: float) -> None:
    try:
        if wait:
            client.skip_inbox()
        for line in lines:
            _show_sent(line, client.send(line.draft), output)
        ids = {line.draft.id for line in lines}
        for each in client.listen(wait) if wait else ():
            if about(each) & ids:
                _show_heard(each, output)
    finally:
        client.close()


def about(heard: Heard) -> set[str]:
    """Ids of the messages that something heard may be the answer to."""
    ids = {heard.causation_id, heard.correlation_id}
    return ids | {heard.event.message_id} if isinstance(heard.event, MessageRefused) else ids


def _show_sent(line: Line, sent: Sent, output: Output) -> None:
    if output is not Output.TABLE:
        print(json.dumps({"sent": sent.id, "type": line.type, "partition": sent.partition, "offset": sent.offset}, ensure_ascii=False))
    else:
        print(f"送信しました  {line.type}  {sent.id}")
    sys.stdout.flush()


def _show_heard(heard: Heard, output: Output) -> None:
    if output is not Output.TABLE:
        print(json.dumps({"received": heard.to_json()}, ensure_ascii=False))
    else:
        print(f"届きました    {heard.type}  {_told(heard.event)}")
    sys.stdout.flush()


def _told(event: Any) -> str:
    match event:
        case MessageRefused():
            return f"{event.code} {event.sentence}"
        case DisclosureDecided():
            return f"{event.outcome} {event.rule} → {event.recipient} {event.sentence}"
        case _:
            return ""
