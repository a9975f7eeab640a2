"""``tsunagu consent``: the gate's own decisions without a running system (関門の判断を単独で), and what they and those of a running one mean."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.leaving import PROBLEMS, UNREACHABLE, USAGE, leave
from cli.output import Output, OutputOption, show

if TYPE_CHECKING:
    from services.consent.domain.pack import PolicyPack

app = typer.Typer(help="Decide offline what may cross an agency's boundary; explain such a decision, or one of the running system.", no_args_is_help=True)
_STDIN = "-"
_AUDITOR = "auditor"
_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


@app.command(epilog="Example: tsunagu consent decide tests/services/consent/cases/forty.jsonl --policy national")
def decide(
    file: Annotated[str, typer.Argument(help="One JSON object a line; - for standard input.")],
    policy: Annotated[str | None, typer.Option(help="A policy pack: a file, or the name of one in policies. Else the pack of each line's day.")] = None,
) -> None:
    """Decide each line's request by the line's facts alone, as the gate would: no broker, no database, no clock."""
    unread, write = 0, sys.stdout.buffer.write
    gc.disable()  # a line leaves nothing behind that refers to itself
    for answer, read in decisions(_lines(file), None if policy is None else _pack(policy)):
        write(answer + b"\n")
        unread += not read
    sys.stdout.buffer.flush()
    if unread:
        leave(f"{unread} lines cannot be read", PROBLEMS)


@app.command(epilog="Example: tsunagu consent explain 0123456789abcdef0123456789abcdef\n\nExample: tsunagu consent explain answers.jsonl --output json")
def explain(
    decision: Annotated[str, typer.Argument(help="Id of a case, a request, a verdict, or the message that asked; or a file with answers of "
                                                 "tsunagu consent decide, one a line; - for standard input.")],
    output: OutputOption = Output.TABLE,
) -> None:
    """Tell in plain Japanese what was asked, what decided, what stays and why, which lawful way is open next, and what has come of it since."""
    offline = decision == _STDIN or Path(decision).exists() or not _ID.fullmatch(decision)
    told, unread = _of_file(decision) if offline else (_of_log(decision), 0)
    if output is Output.TABLE:
        from cli.consent import explanation

        typer.echo("\n\n".join(explanation.text(each) for each in told))
    else:
        show(told, ("id", "outcome", "says", "now", "asked", "decided", "released", "withheld", "why", "opens", "history"), output)
    if unread:
        leave(f"{unread} lines are no answers of tsunagu consent decide", PROBLEMS)


def _of_file(file: str) -> tuple[list[dict[str, Any]], int]:
    """The explanations of answers that were decided offline, and how many lines are none."""
    from cli.consent import explanation, lines
    from cli.consent.fields import Unreadable
    from services.consent import packs

    told, unread, known = [], 0, packs.load()
    for number, text in enumerate(_lines(file), start=1):
        if text.strip():
            try:
                told.append(explanation.explained(lines.decode(text), known))
            except Unreadable as problem:
                unread += 1
                told.append(explanation.no_answer(lines.identity_of(text), number, problem))
    return told, unread


def _of_log(wanted: str) -> list[dict[str, Any]]:
    """The explanations of what the running system has decided."""
    from confluent_kafka import KafkaException

    from cli import reading
    from cli.account import why
    from cli.consent import explanation, running
    from kernel import settings
    from kernel.partitioner import partition_of
    from kernel.topics import Topics
    from services.consent import packs

    found = settings.load()
    topic, first = Topics(found.municipality).log(running.GATE), partition_of(wanted.encode(), found.partitions)

    def partition(number: int) -> Iterator[reading.Read]:
        return (reading.record(message) for message in reading.whole(found, _AUDITOR, topic, number))

    try:
        answers = running.decisions(partition, found.partitions, first, wanted, topic)
    except KafkaException as error:
        leave(f"the gate's log cannot be read {why(error, _AUDITOR)}", UNREACHABLE)
    if not answers:
        leave(f"the gate has decided nothing under {wanted}", PROBLEMS)
    known = packs.load()
    return [explanation.explained(answer, known) for answer in answers]


@app.command(epilog="Example: tsunagu consent ledger 0123456789abcdef0123456789abcdef --output json")
def ledger(
    person: Annotated[str, typer.Argument(help="Pseudonym of the person who asks (開示請求).")],
    proxy: Annotated[bool, typer.Option("--proxy", help="Somebody of the household asks for the person: what is protected is left out.")] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Who was given, or refused, what of this person, on which consent or law, why, what came of it, and who has read it: from consent.log alone, nobody else named.

    That it is opened is recorded first, and is a line of it from then on; where that cannot be recorded, nothing is shown.
    """
    import time

    from cli import gate_log
    from cli.consent import opening, provided
    from cli.steps import shown
    from kernel import settings
    from services.consent import packs

    with shown().step("read") as step:
        found = settings.load()
        _, partitions, total = gate_log.partitions(found)
        entries = provided.ledger(person, partitions, packs.load(), lambda done: step.advance(done, total)).lines(int(time.time() * 1000), proxy)
    if not entries:
        leave("there is nothing to show of this person", PROBLEMS)
    opening.record(found, opening.reads(person, [entry.case for entry in entries]))
    rows = [provided.row(entry) for entry in entries] if output is Output.TABLE else provided.records(entries)
    show(rows, list(rows[0]), output, None if output is not Output.TABLE else "本人の提供記録")


def decisions(texts: Iterator[bytes], pack: PolicyPack | None = None) -> Iterator[tuple[bytes, bool]]:
    """The answer to each line, and whether it could be read; empty lines are passed over."""
    from cli.consent import lines
    from cli.consent.fields import Unreadable
    from cli.consent.policy import Shelf
    from services.consent.domain.offline import Desk

    shelf = Shelf(pack)
    desk = Desk(shelf.packs)
    for number, text in enumerate(texts, start=1):
        if not text or text.isspace():
            continue
        try:
            line = lines.read(text)
            verdict, refused, states = desk.decide(str(line.id), line.request, line.facts, line.at, shelf.in_force(line.at), line.kinds)
            yield lines.answered(line, verdict, refused, states), True
        except Unreadable as problem:
            yield lines.unreadable(text, problem, number), False


def _pack(name: str) -> PolicyPack:
    from cli.consent import policy
    from services.consent.domain.pack import PackInvalid

    try:
        return policy.named(name)
    except PackInvalid as problem:
        leave(problem, PROBLEMS)
    except OSError:
        leave(f"there is no policy pack {name}", USAGE)


def _lines(file: str) -> Iterator[bytes]:
    if file == _STDIN:
        yield from sys.stdin.buffer
    else:
        try:
            with Path(file).open("rb") as lines:
                yield from lines
        except OSError as problem:
            leave(f"{file} cannot be read: {problem.strerror}", UNREACHABLE)
