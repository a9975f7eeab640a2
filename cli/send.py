"""``tsunagu send``: publish events as an agency, from a JSON file, through that agency's own account."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from confluent_kafka import KafkaException

from cli.account import is_refused
from cli.agency.body import BodyError, Fault, from_json, is_text, kind_of
from cli.agency.client import AgencyClient, NotAccepted, Sent
from cli.agency.message import Draft, Heard, draft
from cli.leaving import PROBLEMS, UNREACHABLE, USAGE
from cli.output import Output, OutputOption
from contracts.consent import DisclosureDecided
from contracts.envelope import MessageRefused
from contracts.shared import Basis, Purpose
from kernel import settings as settings_module
from kernel.failures import PoisonError

LARGEST_FILE = 16 * 2**20
"""Most bytes that are read of a file."""
LARGEST = 256 * 1024
"""Most bytes of one value, as everywhere in an outbox."""
_CLAIMS: dict[str, type[Basis | Purpose]] = {"basis": Basis, "purpose": Purpose}
_FIELDS = frozenset({"type", "subject", "id", "time", "basis", "purpose", "body"})


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
    wait: Annotated[float, typer.Option("--wait", "-w", help="Wait up to so many seconds for notices to the sender.", metavar="SECONDS", min=0)] = 0.0,
) -> None:
    """Publish events as an agency, through its own account, once they fit their schemas; with --wait, show what comes back."""
    try:
        lines = list(read(Path("/dev/stdin") if file == "-" else Path(file), agency))
    except BodyError as error:
        _leave(f"送信していません: {error}", USAGE)
    except OSError as error:
        _leave(f"送信していません: ファイルを開けません（{file}: {error.strerror}）。", USAGE)
    try:
        _send(AgencyClient(settings_module.load(), agency), lines, output, wait)
    except NotAccepted as error:
        _leave_refused(agency, error.refused)
        _leave(f"送信できません: {error}", PROBLEMS if error.reached else UNREACHABLE)
    except settings_module.SettingsWrong:
        raise
    except settings_module.SettingsMissing as error:
        _leave(f"送信できません: この機関の接続設定がありません（{error}）。", UNREACHABLE)
    except KafkaException as error:
        _leave_refused(agency, is_refused(error))
        _leave(f"送信できません: 接続できません（{error.args[0].str()}）。", UNREACHABLE)
    except PoisonError as error:
        _leave(f"送信しましたが、受信箱に読めないものがあります（{error}）。", PROBLEMS)


def _leave(sentence: str, code: int) -> NoReturn:
    """One line, whatever the width of the terminal."""
    typer.echo(sentence.encode(errors="replace").decode(), err=True)
    raise typer.Exit(code)


def _leave_refused(agency: str, refused: bool) -> None:
    """Where it is the account that the broker does not accept."""
    if refused:
        _leave(f"送信できません: 認証できません（authentication failed）。機関の番号と secrets/agency-{agency}.password のパスワードを確かめてください。", UNREACHABLE)


def read(file: Path, agency: str) -> Iterator[Line]:
    """The messages of a file, each checked against its schema. Raises BodyError, OSError."""
    with file.open("rb") as content:
        found = content.read(LARGEST_FILE + 1)
    if len(found) > LARGEST_FILE:
        raise BodyError(Fault.TOO_LARGE, "", f"ファイルが大きすぎます。{LARGEST_FILE // 2**20} MiB までに分けてください。")
    try:
        text = found.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BodyError(Fault.NOT_TEXT, "", "UTF-8 の文字として読めません。UTF-8 で保存し直してください。") from None
    for item in _objects(text):
        yield _line(item, agency)


def _objects(text: str) -> list[Any]:
    if not text.strip():
        raise BodyError(Fault.EMPTY, "", "ファイルが空です。")
    try:
        try:
            return [json.loads(text)]
        except ValueError:
            return [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError):
        raise BodyError(Fault.NOT_JSON, "", "JSONとして読めません。") from None


def _line(item: Any, agency: str) -> Line:
    if not isinstance(item, dict):
        raise BodyError(Fault.NOT_AN_OBJECT, "", "一件ごとに一つのオブジェクトにしてください。")
    for name in sorted(item.keys() - _FIELDS):
        raise BodyError(Fault.FIELD_UNKNOWN, name, "使える項目は type・subject・id・time・basis・purpose・body です。")
    kind = kind_of(str(item.get("type", "")))
    subject = item.get("subject")
    if not subject or not is_text(subject):
        raise BodyError(Fault.SUBJECT_MISSING, "subject", "事例などの番号を入れてください。")
    for name in ("id", "time"):
        if not is_text(item.get(name, "")):
            raise BodyError(Fault.VALUE_INVALID, name, "文字列を入れてください。")
    claimed = {name: _claimed(item, name, choice) for name, choice in _CLAIMS.items()}
    event = from_json(kind, item.get("body", {}))
    found = draft(agency, event, subject, id=item.get("id", ""), time=item.get("time", ""), **claimed)
    if len(found.value) > LARGEST:
        raise BodyError(Fault.TOO_LARGE, "body", "本文が大きすぎます。上限（256 KiB）より小さくしてください。")
    return Line(kind.name, found)


def _claimed(item: dict[str, Any], name: str, choice: type[Basis | Purpose]) -> str:
    """The code that a message claims, or none."""
    claimed = item.get(name, "")
    codes = [code for code in choice if code not in (Basis.NONE, Purpose.UNMAPPED)]
    if claimed and claimed not in codes:
        raise BodyError(Fault.VALUE_INVALID, name, f"次のいずれかを入れてください: {'・'.join(codes)}。")
    return claimed


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
