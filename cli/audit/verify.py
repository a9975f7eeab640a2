"""``tsunagu audit verify``: every log, and the inboxes that the account may read, checked without deciding anything (点検)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.leaving import PROBLEMS, UNREACHABLE, USAGE, leave
from cli.output import Output, OutputOption, show

if TYPE_CHECKING:
    from audit.findings import Finding
    from audit.inboxes import InboxReading
    from audit.seen import Seen
    from audit.verify import Result
    from cli.audit.kept import Kept
    from cli.audit.logs import Logs, Place
    from deploy.local.progress import Step
    from kernel.records import Record
    from kernel.settings import Settings

COLUMNS = ("topic", "partition", "offset", "code", "case", "detail")
_MANY = 1_000


def verify(
    topic: Annotated[list[str] | None, typer.Option(help="Only this log (again for more), for example consent.log.")] = None,
    case: Annotated[str, typer.Option(help="Only findings of this case.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the same check was broken off.")] = False,
    keep: Annotated[bool, typer.Option("--keep/--no-keep", help="Keep what was read, for --resume; without it, a check that was broken off is left alone.")] = True,
    output: OutputOption = Output.TABLE,
) -> None:
    """Check every log: ids, gapless seq, writers, causes, one verdict that counts for each request, a granting verdict for whatever was released.

    A row for each finding: topic, partition, offset, code. What is repeated harmlessly is counted; --output json names it too.
    """
    from cli.audit import logs
    from cli.audit.kept import Kept, Unkept
    from kernel import settings as settings_module

    settings = settings_module.load()
    with logs.Logs(settings) as source:
        check = Check(settings, source, (Kept if keep else Unkept)(settings.home, "verify"), topic or [], case)
        result = check.run(resume)
    unjudged = [*check.left_out(), *result.not_judged()]
    told = {**result.told(), "ok": not result.findings and check.met, "not_judged": unjudged, **check.inboxes, "positions": check.positions()}
    rows = [row(each) for each in result.findings]
    if output is Output.JSON:
        print(json.dumps({**told, "findings": rows, "duplicates": [row(each) for each in result.duplicates]}, ensure_ascii=False, indent=1))
    elif rows or output is not Output.TABLE:
        show(rows, COLUMNS, output)
    if unread := check.inboxes["inboxes_not_read"]:
        typer.echo(f"tsunagu: {len(unread)} inboxes were not checked: the account {logs.AUDITOR} may not read them", err=True)
    if rows:
        leave(f"{len(rows)} findings among {result.records} records", PROBLEMS)
    if not check.met:
        leave(f"nothing is recorded under {case} in the logs that were read", PROBLEMS)
    if unjudged:
        typer.echo(f"tsunagu: no finding among {result.records} records; not judged: {'; '.join(unjudged)}", err=True)
        return
    typer.echo(
        f"tsunagu: {result.records} records, {result.verdicts} verdicts and {result.released} records in inboxes fit together; "
        f"{len(result.duplicates)} harmless repeats", err=True,
    )


class Check:
    """One check over all partitions: where each ends is fixed at its beginning, so that it comes to an end while events flow."""

    def __init__(self, settings: Settings, source: Logs, kept: Kept, topics: list[str], case: str) -> None:
        """Leaves where a topic is none of the logs."""
        from cli.audit import logs

        every = logs.logs(settings)
        names = {each: each.split(".", 1)[1] for each in {place.topic for place in every}}
        if unknown := set(topics) - {*names, *names.values()}:
            leave(f"{min(unknown)} is no log; there are {', '.join(sorted(names.values()))}", USAGE)
        self._every = {each.topic for each in every}
        self._places = [each for each in every if not topics or {each.topic, names[each.topic]} & set(topics)]
        self._settings, self._source, self._kept, self._topics, self._case = settings, source, kept, topics, case
        self._bounds: dict[str, tuple[int, int]] = {}
        self._done = self._total = 0
        self._met: set[str] = set()
        self._key = case.encode()
        self.inboxes: dict[str, list[str]] = {"inboxes_read": [], "inboxes_not_read": []}

    def run(self, resume: bool) -> Result:
        """Read, and hold everything against everything. Leaves where a log cannot be read."""
        from audit import verify
        from cli.steps import shown

        with shown().step("verify") as step:
            inboxes = self._planned(resume)
            self._total = sum(end - start for start, end in self._bounds.values())
            step.advance(0, self._total)
            seen = [self._log(place, step) for place in self._places]
            after = self._after()
            read = [self._inbox(place, seen, step) for place in inboxes]
        result = verify.result(seen, read, self._whole(), after, self._case)
        self._kept.forget()
        return result

    @property
    def met(self) -> bool:
        """Whether anything is recorded under the case that was asked for."""
        return not self._case or bool(self._met)

    def left_out(self) -> list[str]:
        """What was not asked for: what is read is not held against it."""
        left = sorted(self._every - {each.topic for each in self._places})
        return [f"how it fits {', '.join(left)}"] if left else []

    def positions(self) -> dict[str, int]:
        """Up to where each partition was read."""
        return {name: end for name, (_, end) in self._bounds.items()}

    def _whole(self) -> set[str]:
        """Functions whose log is read whole."""
        return {each.owner for each in self._places}

    def _planned(self, resume: bool) -> list[Place]:
        """From where to where each partition is read, and which inboxes: these first, so that what was granted lies before the end of the gate's log."""
        from cli.audit.kept import Plan

        options = [*self._topics, self._case]
        plan = self._kept.plan(options) if resume else None
        if plan is None:
            named = self._inboxes()
            bounds = {place.name: self._source.bounds(place) for place in (*named, *self._places)}
            if missing := next((each.topic for each in self._places if bounds[each.name] is None), ""):
                leave(f"{missing} cannot be read: there is no such log, or this account may not", UNREACHABLE)
            plan = Plan(options, {name: found for name, found in bounds.items() if found}, [[*each] for each in named])
            self._kept.begin(plan)
        self._bounds = plan.bounds
        found = [_place(each) for each in plan.inboxes]
        self.inboxes["inboxes_read"] = sorted({each.owner for each in found if each.name in plan.bounds})
        self.inboxes["inboxes_not_read"] = sorted({each.owner for each in found if each.name not in plan.bounds})
        return [each for each in found if each.name in plan.bounds]

    def _inboxes(self) -> list[Place]:
        """The inboxes of every agency that was ever registered, where the gate's log is read as well."""
        from audit import verify
        from cli.audit import logs

        if not any(each.owner == "consent" for each in self._places):
            return []
        (registry, *_) = logs.logs(self._settings)
        start, end = self._source.bounds(registry) or (0, 0)
        known = verify.log(registry.topic, registry.owner, 0, 1, self._source.records(registry, start, end))
        return logs.inboxes(self._settings, sorted(set(known.agencies)))

    def _log(self, place: Place, step: Step) -> Seen:
        from audit import verify
        from audit.findings import Code
        from audit.seen import Seen

        kept, (start, end) = self._kept.of(place.name, Seen), self._bounds[place.name]
        if kept is None:
            kept = verify.log(place.topic, place.owner, place.number, self._settings.partitions, self._told(place, start, end, step))
            if start:
                kept.found(start, Code.SEQUENCE, b"", f"the log begins here: {start} records before it are gone")
            kept.met = place.name in self._met
            self._kept.keep(place.name, kept)
        else:
            self._done += end - start
            self._met |= {place.name} if kept.met else set()
        return kept

    def _inbox(self, place: Place, seen: list[Seen], step: Step) -> InboxReading:
        from audit import verify

        start, end = self._bounds[place.name]
        first, _ = self._source.bounds(place) or (end, end)  # what was too old has gone meanwhile
        return verify.inbox(place.topic, place.owner, place.number, seen, self._told(place, max(start, first), end, step))

    def _after(self) -> dict[str, set[bytes]]:
        """What came into the logs since their ends were fixed: somebody may have answered it before the end of another log."""
        from audit import verify

        after: dict[str, set[bytes]] = {}
        for place in self._places:
            _, begin = self._bounds[place.name]
            _, end = self._source.bounds(place) or (0, 0)
            verify.after(place.owner, self._source.records(place, begin, end), after)
        return after

    def _told(self, place: Place, start: int, end: int, step: Step) -> Iterator[Record]:
        """The records, with their progress."""
        for record in self._source.records(place, start, end) if start < end else ():
            yield record
            if record.key == self._key:
                self._met.add(place.name)
            self._done += 1
            if self._done % _MANY == 0:
                step.advance(self._done, self._total)


def row(finding: Finding) -> dict[str, Any]:
    """A finding with its place."""
    return {
        "topic": finding.topic, "partition": finding.partition, "offset": finding.offset, "code": finding.code.value, "case": finding.case,
        "detail": finding.detail,
    }


def _place(values: list[Any]) -> Place:
    from cli.audit.logs import Place

    return Place(*values)
