"""``tsunagu consent``: the gate's own decisions without a running system (関門の判断を単独で), and what they mean."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.leaving import PROBLEMS, UNREACHABLE, leave
from cli.output import Output, OutputOption, show

if TYPE_CHECKING:
    from services.consent.domain.pack import PolicyPack

app = typer.Typer(help="Decide offline what may cross an agency's boundary, and explain it.", no_args_is_help=True)
_STDIN = "-"


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


@app.command(epilog="Example: tsunagu consent explain answers.jsonl")
def explain(
    file: Annotated[str, typer.Argument(help="Answers of tsunagu consent decide, one a line; - for standard input.")],
    output: OutputOption = Output.TABLE,
) -> None:
    """Tell in plain Japanese what was asked, what decided, what stays and why, and which lawful way is open next."""
    from cli.consent import explanation as telling
    from cli.consent import lines
    from cli.consent.fields import Unreadable

    told = []
    for number, text in enumerate(_lines(file), start=1):
        if text.strip():
            try:
                told.append(telling.explained(lines.decode(text)))
            except Unreadable as problem:
                leave(f"line {number} is no answer of tsunagu consent decide ({problem})", PROBLEMS)
    if output is Output.TABLE:
        typer.echo("\n\n".join(telling.text(each) for each in told))
    else:
        show(told, ("id", "outcome", "asked", "decided", "released", "withheld", "why", "opens"), output)


@app.command(epilog="Example: tsunagu consent ledger 0123456789abcdef0123456789abcdef --output json")
def ledger(
    person: Annotated[str, typer.Argument(help="Pseudonym of the person who asks (開示請求).")],
    proxy: Annotated[bool, typer.Option("--proxy", help="Somebody of the household asks for the person: what is protected is left out.")] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Who was given, or refused, what of this person, on which consent or law, why, and what came of it: from consent.log alone, nobody else named."""
    import time

    from cli import gate_log
    from cli.consent import provided
    from cli.steps import shown
    from kernel import settings
    from services.consent import packs

    with shown().step("read") as step:
        _, partitions, total = gate_log.partitions(settings.load())
        entries = provided.ledger(person, partitions, packs.load(), lambda done: step.advance(done, total)).entries(int(time.time() * 1000), proxy)
    if not entries:
        leave("there is nothing to show of this person", PROBLEMS)
    rows = [provided.row(entry) if output is Output.TABLE else provided.record(entry) for entry in entries]
    show(rows, list(rows[0]), output, None if output is not Output.TABLE else "本人の提供記録")


def decisions(texts: Iterator[bytes], pack: PolicyPack | None = None) -> Iterator[tuple[bytes, bool]]:
    """The answer to each line, and whether it could be read; empty lines are passed over."""
    from cli.consent import lines
    from cli.consent.fields import Unreadable
    from cli.consent.policy import Shelf
    from services.consent.domain.offline import Desk

    shelf = Shelf(pack)
    desk = Desk(shelf.packs, shelf.newest)
    for text in texts:
        if not text.strip():
            continue
        try:
            line = lines.read(text)
            verdict, refused = desk.decide(str(line.id), line.request, line.facts, line.at, shelf.in_force(line.at), line.kinds)
            yield lines.answered(line, verdict, refused), True
        except Unreadable as problem:
            yield lines.unreadable(text, problem), False


def _pack(name: str) -> PolicyPack:
    from cli.consent import policy
    from services.consent.domain.pack import PackInvalid

    try:
        return policy.named(name)
    except PackInvalid as problem:
        leave(problem, PROBLEMS)
    except OSError:
        leave(f"there is no policy pack {name}", UNREACHABLE)


def _lines(file: str) -> Iterator[bytes]:
    if file == _STDIN:
        yield from sys.stdin.buffer
    else:
        try:
            with Path(file).open("rb") as lines:
                yield from lines
        except OSError as problem:
            leave(f"{file} cannot be read: {problem.strerror}", UNREACHABLE)
