"""``tsunagu audit redecide``: every verdict decided again, and compared byte by byte (検算)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import Struct

from cli.audit.days import CaseOption, FromOption, Met, ToOption, dates, moment, within
from cli.leaving import PROBLEMS, leave
from cli.output import Output, OutputOption, show
from services.consent.domain.findings import Finding

if TYPE_CHECKING:
    from audit.classes import Class
    from cli.audit.kept import Kept
    from cli.gate_log import Partitions
    from services.consent.domain.pack import PolicyPack

COLUMNS = ("topic", "partition", "offset", "class", "difference", "detail", "case", "request", "recorded_at")
_MANY = 500


class Again(Struct):
    """One partition decided again: when each verdict was given (ms UTC), and what is wrong, in its order."""

    verdicts: list[int]
    findings: list[Finding]
    met: bool = True
    """Whether it holds anything of the case that was asked for."""


def redecide(
    since: FromOption = None,
    until: ToOption = None,
    case: CaseOption = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the same check was broken off.")] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Decide every verdict again from consent.log alone, by the pack of its day, and compare byte by byte.

    A row for each verdict that does not follow, and for each that is missing or uncalled for: topic, partition, offset, and what differs.
    """
    from cli import gate_log
    from cli.audit.kept import Kept
    from cli.steps import shown
    from kernel import settings as settings_module
    from services.consent import packs

    settings = settings_module.load()
    first, last = dates(since, until)
    known = packs.load()
    kept = _begun(Kept(settings.home, "redecide"), [case, *sorted(known)], resume)
    with shown().step("decide again") as step:
        topic, partitions, total = gate_log.partitions(settings, case)
        again = decided_again(partitions, known, case, lambda done: step.advance(done, total), kept)
    kept.forget()
    asked = [each for each in _classified(again) if within(each[1].at, first, last)]
    count = sum(within(at, first, last) for each in again.values() for at in each.verdicts)
    rows, met = [row(topic, *each) for each in asked], any(each.met for each in again.values())
    if output is Output.JSON:
        print(json.dumps({**told(count, asked), "ok": met and not rows, "findings": rows}, ensure_ascii=False, indent=1))
    elif rows or output is not Output.TABLE:
        show(rows, COLUMNS, output)
    if not met:
        leave(f"nothing is recorded under {case} in {topic}", PROBLEMS)
    if rows:
        leave(f"{len(rows)} findings among {count} verdicts decided again", PROBLEMS)
    typer.echo(f"tsunagu: {count} verdicts decided again from {topic}, each to the same bytes", err=True)


def decided_again(
    partitions: Partitions, packs: Mapping[str, PolicyPack], case: str = "", tell: Callable[[int], None] = lambda done: None, kept: Kept | None = None,
) -> dict[int, Again]:
    """Every partition decided again; ``tell`` hears how many records are read, ``kept`` has what was decided again before."""
    from services.consent.redeciding import Reading

    found: dict[int, Again] = {}
    done = 0
    for number, records in sorted(partitions.items()):
        again = kept and kept.of(str(number), Again)
        if again is None:
            reading, findings = Reading(packs, case), []
            met = Met(case)
            for record in met.watched(records()):
                findings += reading.read(record)
                done += 1
                if done % _MANY == 0:
                    tell(done)
            again = Again(reading.verdicts, [*findings, *reading.end()], met.met)
            if kept:
                kept.keep(str(number), again)
        found[number] = again
        tell(done)
    return found


def told(count: int, asked: list[tuple[int, Finding, Class]]) -> dict[str, Any]:
    """For programs: how many came out equal, and how many findings there are of each class."""
    from audit.classes import OF_A_VERDICT, Class

    classes = Counter(each[2] for each in asked)
    differ = len({(number, finding.place) for number, finding, _ in asked if finding.difference in OF_A_VERDICT})
    return {"ok": not asked, "verdicts": count, "equal": count - differ, "classes": {each.value: classes[each] for each in Class}}


def row(topic: str, number: int, finding: Finding, of: Class) -> dict[str, Any]:
    """A finding with its place."""
    return {
        "topic": topic, "partition": number, "offset": finding.place, "class": of.value, "difference": finding.difference.value,
        "detail": finding.detail, "case": finding.key, "request": finding.request, "recorded_at": moment(finding.at),
    }


def _classified(again: Mapping[int, Again]) -> list[tuple[int, Finding, Class]]:
    from audit.classes import classified

    return [(number, finding, of) for number, each in again.items() for finding, of in classified(each.findings)]


def _begun(kept: Kept, options: list[str], resume: bool) -> Kept:
    from cli.audit.kept import Plan

    if not resume or kept.plan(options) is None:
        kept.begin(Plan(options))
    return kept
