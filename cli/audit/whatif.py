"""``tsunagu audit whatif``: which past decisions a draft of a policy pack would change (規則の案を過去の判断で試す)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.audit.days import CaseOption, FromOption, Met, ToOption, dates, moment, within
from cli.leaving import PROBLEMS, USAGE, leave
from cli.output import Output, OutputOption, show

if TYPE_CHECKING:
    from cli.gate_log import Partitions
    from services.consent.domain.pack import PolicyPack
    from services.consent.domain.whatif import Change, Trial

BY_RULE = ("decisions", "outcome", "rule", "would_be", "by_rule")
COLUMNS = ("topic", "partition", "offset", "case", "request", "recorded_at", "event_type", "outcome", "rule", "would_be", "by_rule", "fields")
_MANY = 500


def whatif(
    policy: Annotated[str, typer.Option(help="A policy pack's file, or the name of one that comes with this build. It need not be signed.")],
    since: FromOption = None,
    until: ToOption = None,
    case: CaseOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Take every past decision once more by a draft of a pack, from consent.log alone, and say which would change, by rule, in codes only.

    Each decision is tried alone, at its own moment, as if the draft had been in force. A table counts them by rule; json, jsonl and csv name each. Exit code 1: some would change.
    """
    from cli import gate_log
    from cli.steps import shown
    from kernel import settings as settings_module

    draft = _draft(policy)
    first, last = dates(since, until)
    with shown().step("what if") as step:
        topic, partitions, total = gate_log.partitions(settings_module.load(), case)
        tried, met = Tried(draft, lambda at: within(at, first, last)), Met(case)
        tried.read({number: lambda records=records: met.watched(records()) for number, records in partitions.items()}, case, lambda done: step.advance(done, total))
    rows = [row(topic, number, change) for number, change in tried.changes]
    match output:
        case Output.JSON:
            print(json.dumps({**tried.told(), "ok": met.met and not rows, "by_rule": tried.by_rule(), "changes": rows}, ensure_ascii=False, indent=1))
        case Output.TABLE if rows:
            show(tried.by_rule(), BY_RULE, output, f"{draft.name} {draft.hash[:12]}")
        case Output.JSONL | Output.CSV:
            show(rows, COLUMNS, output)
    met.leave_if_not(topic)
    if rows:
        leave(f"{len(rows)} of {tried.decisions} decisions would change", PROBLEMS)
    typer.echo(f"tsunagu: none of {tried.decisions} decisions would change", err=True)


class Tried:
    """What a draft makes of the decisions of some days."""

    def __init__(self, draft: PolicyPack, asked: Callable[[int], bool]) -> None:
        """``asked``: whether a decision of this moment (ms UTC) counts."""
        self._draft, self._asked = draft, asked
        self.decisions = self.unjudged = self.unfollowed = 0
        self.changes: list[tuple[int, Change]] = []

    def read(self, partitions: Partitions, case: str = "", tell: Callable[[int], None] = lambda done: None) -> None:
        """Read the gate's log; ``tell`` hears how many records are read."""
        from services.consent.domain.whatif import Trial
        from services.consent.redeciding import tried

        done = 0
        for number, records in sorted(partitions.items()):
            trial = Trial(self._draft)
            for again in tried(records(), trial, case):
                done += 1
                if done % _MANY == 0:
                    tell(done)
                if again is not None:
                    self._count(number, again)
            self._open(trial)
            tell(done)

    def _count(self, number: int, again: Any) -> None:
        from services.consent.domain.whatif import change

        if self._asked(again.logged.at):
            self.decisions += 1
            if (found := change(again)) is not None:
                self.changes.append((number, found))

    def _open(self, trial: Trial) -> None:
        self.unjudged += sum(map(self._asked, trial.unjudged))
        self.unfollowed += sum(map(self._asked, trial.unfollowed))

    def by_rule(self) -> list[dict[str, Any]]:
        """How many decisions would go from which outcome by which rule to which, the most first."""
        counts = Counter((*_by(change.logged.event), *_by(change.verdict)) for _, change in self.changes)
        return [dict(zip(BY_RULE, (count, *names), strict=True)) for names, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))]

    def told(self) -> dict[str, Any]:
        """For programs."""
        return {
            "ok": not self.changes, "policy": {"name": self._draft.name, "version": self._draft.version, "hash": self._draft.hash},
            "decisions": self.decisions, "would_change": len(self.changes), "decided_by_no_pack": self.unjudged, "not_to_be_followed": self.unfollowed,
        }


def row(topic: str, number: int, change: Change) -> dict[str, Any]:
    """A decision that would change, with its place: codes and ids only."""
    logged, verdict = change.logged, change.logged.event
    outcome, rule, would_be, by_rule = (*_by(verdict), *_by(change.verdict))
    return {
        "topic": topic, "partition": number, "offset": logged.place, "case": logged.key, "request": verdict.request_id, "recorded_at": moment(logged.at),
        "event_type": verdict.event_type, "recipient": verdict.recipient, "outcome": outcome, "rule": rule, "would_be": would_be, "by_rule": by_rule,
        "reasons": " ".join(verdict.reasons), "would_be_for": " ".join(change.verdict.reasons), "fields": " ".join(change.fields),
    }


def _by(verdict: Any) -> tuple[str, str]:
    return str(verdict.outcome), verdict.rule


def _draft(name: str) -> PolicyPack:
    from cli.consent.policy import named
    from services.consent.domain.pack import PackInvalid

    try:
        return named(name)
    except FileNotFoundError:
        leave(f"there is no policy pack {name}", USAGE)
    except (PackInvalid, OSError, UnicodeError) as problem:
        leave(problem, USAGE)
