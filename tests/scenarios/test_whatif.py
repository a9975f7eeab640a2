"""What if (仮の規則での検算): which past decisions a draft would change is the same by a slow recount that folds each case anew for each of its verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace

import pytest

from cli.audit.whatif import Tried
from cli.day import story
from cli.day.player import Day
from contracts.consent import DisclosureDecided
from contracts.envelope import DisclosureRequested
from contracts.shared import Basis, FunctionName, Outcome
from kernel import serde
from kernel.decider import fold
from kernel.memory import MemoryRecord
from services.consent import packs
from services.consent.domain import registry
from services.consent.domain.casefile import CaseFile
from services.consent.domain.decision import judge
from services.consent.domain.folding import Event, evolve
from services.consent.domain.pack import PolicyPack
from tests.scenarios.forty import Case, cases
from tests.scenarios.memory_stage import MemoryStage
from tests.scenarios.memory_year import played
from tests.scenarios.redecided import log
from tests.scenarios.stories import Story, stories
from tests.scenarios.test_forty import Stage

PACK = next(each for each in packs.load().values() if (each.name, each.version) == ("national", 2))
DRAFTS: Mapping[str, PolicyPack] = {
    "the same": replace(PACK, hash="1" * 64),
    "nothing waits": replace(PACK, hash="2" * 64, holdable={}),
    "no notice without consent": replace(PACK, hash="3" * 64, bases={basis: rule for basis, rule in PACK.bases.items() if basis is not Basis.K}),
    "purposes by their own name alone": replace(PACK, hash="4" * 64, purposes={purpose: frozenset((purpose,)) for purpose in PACK.purposes}),
    "another duty": replace(PACK, hash="5" * 64, obligations=(*PACK.obligations, "REPORT_YEARLY")),
    "it waits half as long": replace(PACK, hash="6" * 64, hold_ms=PACK.hold_ms // 2),
}
PEOPLE, UNKNOWN_RULES = 2_500, 40
"""In case 40 something waits since nobody knows the rules in force: every draft decides about it."""
Changes = dict[tuple[int, int], tuple[str, str, str, str]]
"""Outcome and rule as they were, and as they would be, by partition and offset."""


def tried(partitions: list[list[MemoryRecord]], draft: PolicyPack, case: str = "") -> Tried:
    """As the command does it."""
    found = Tried(draft, lambda at: True)
    found.read({number: lambda records=records: iter(records) for number, records in enumerate(partitions)}, case)
    return found


def changes(found: Tried) -> Changes:
    """By place."""
    return {
        (number, each.logged.place): (each.logged.event.outcome, each.logged.event.rule, each.verdict.outcome, each.verdict.rule)
        for number, each in found.changes
    }


def recounted(partitions: list[list[MemoryRecord]], draft: PolicyPack) -> Changes:
    """Brute force: for each verdict the whole partition before it is read again, for this one decision."""
    found: Changes = {}
    for number, records in enumerate(partitions):
        events = [(record, serde.unwrapped(serde.decode(record.value))) for record in records]
        for place, (_, verdict) in enumerate(events):
            if isinstance(verdict, DisclosureDecided) and not {"HOLD_EXPIRED", "ARRIVED_BEFORE"} & set(verdict.reasons):
                new = _decided(events, place, draft)
                if new.changed(policy=verdict.policy) != verdict:
                    found[number, place] = (verdict.outcome, verdict.rule, new.outcome, new.rule)
    return found


def _decided(events: list, place: int, draft: PolicyPack) -> DisclosureDecided:
    record, verdict = events[place]
    mine = [(each, event) for each, event in events[:place] if each.key == record.key]
    case = CaseFile()
    for _, event in mine:
        case = evolve(case, event) if isinstance(event, Event) else case
    town = fold(registry.DECIDER, tuple(event for _, event in events[:place] if isinstance(event, registry.Event)))
    request, request_record = _request(mine, verdict)
    position = verdict.position if request.function is FunctionName.CONSENT else dict(request_record.headers).get("position", b"").decode() or verdict.position
    hold = case.holds.get(verdict.request_id)
    again = judge(request, verdict.request_id, position, case, town, draft, int(dict(record.headers)["ce_recordedtime"]))
    if hold is None or again.outcome is not Outcome.HOLD:
        return again
    assert hold.deadline > again.at, "none of these waits on when its time is over"
    return again.changed(deadline=hold.deadline)


def _request(mine: list, verdict: DisclosureDecided) -> tuple[DisclosureRequested, MemoryRecord]:
    """What was asked, wherever in the log it stands."""
    for record, event in reversed(mine):
        if isinstance(event, DisclosureRequested):
            names = dict(record.headers)
            if verdict.request_id == (names["ce_id"] if event.function is FunctionName.CONSENT else names["ce_causationid"]).decode():
                return event, record
    raise AssertionError("a verdict answers a request")


def check(stage: MemoryStage) -> dict[str, int]:
    """Assert that every draft changes the same decisions both ways; how many by each."""
    partitions = log(stage)
    counts = {}
    for name, draft in DRAFTS.items():
        found = changes(tried(partitions, draft))
        assert recounted(partitions, draft) == found, name
        counts[name] = len(found)
    return counts


@pytest.fixture(scope="module")
def day() -> Iterator[MemoryStage]:
    """The sample day."""
    with closing(MemoryStage(50)) as stage:
        story.play(Day(stage))
        yield stage


def test_the_sample_day_by_a_recount(day: MemoryStage):
    """Some drafts change much, one changes nothing."""
    counts = check(day)

    assert 0 == counts["the same"]
    assert counts["no notice without consent"] > 5
    assert counts["another duty"] > 20
    assert counts["it waits half as long"] > 0


@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_forty_cases_by_a_recount(case: Case):
    """Each of them."""
    with closing(Stage(50)) as stage:
        case.play(Day(stage))

        assert (1 if case.number == UNKNOWN_RULES else 0) == check(stage)["the same"]


@pytest.mark.parametrize("told", stories(), ids=str)
def test_the_stories_by_a_recount(told: Story):
    """Each of them."""
    with closing(MemoryStage(50)) as stage:
        told.play(Day(stage))
        check(stage)


def test_a_year_by_a_recount():
    """Of a town, with its nights."""
    with played(PEOPLE) as (stage, _):
        assert check(stage)["another duty"] > 20


def test_one_case_alone_gives_what_the_whole_gives_for_it(day: MemoryStage):
    """Of the others only the facts of the town are read."""
    partitions, draft = log(day), DRAFTS["another duty"]
    whole = tried(partitions, draft)
    for case in {each.logged.key for _, each in whole.changes}:
        alone = tried(partitions, draft, case)

        assert changes(alone) == {place: what for place, what in changes(whole).items() if (partitions[place[0]][place[1]].key or b"").decode() == case}


def test_it_is_counted_by_rule(day: MemoryStage):
    """The counts are those of the rows."""
    found = tried(log(day), DRAFTS["no notice without consent"])

    assert len(found.changes) == sum(each["decisions"] for each in found.by_rule()) == found.told()["would_change"]
    assert {"DENY", "HOLD"} & {each["would_be"] for each in found.by_rule() if each["outcome"] == "PERMIT"}
