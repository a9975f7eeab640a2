"""The checker of the gate's topics: quiet over a true history, and it finds each kind of violation where one is planted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from cli.day.player import pseudonym
from cli.day.stage import Words
from contracts.consent import ConsentGranted, ConsentWithdrawn, DisclosureDecided, StopNoticeIssued
from contracts.consultation import LinkedToAgency, SignalReceived
from contracts.envelope import DisclosureRequested
from contracts.shared import Channel, ConsentMedium, DataCategory, LinkReason, Outcome, Purpose
from deploy.local.town import agencies
from kernel import serde
from tests.gate_checker import Fact, Kind, Seen, kinds, read, standing, violations
from tests.scenarios.memory_stage import TOPICS, MemoryStage

CASE, PERSON, CONSENT = pseudonym(), pseudonym(), pseudonym()


@pytest.fixture(scope="module")
def told() -> Seen:
    """A link that a consent lets through, its withdrawal, the stop notice, and a link that is denied."""
    stage = MemoryStage()
    consent = ConsentGranted(
        consent=CONSENT, person=PERSON, purpose=Purpose.CONSULTATION, categories=(DataCategory.BASIC,), recipients=("poverty",),
        valid_from=stage.today, valid_to=stage.today + timedelta(days=30), medium=ConsentMedium.PAPER,
    )
    link = LinkedToAgency(person=PERSON, to_agency="poverty", purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT, name="髙橋")
    withdrawn = ConsentWithdrawn(person=PERSON, consents=(CONSENT,))
    signal = SignalReceived(person=PERSON, channel=Channel.RESIDENT, area_code="990019-03")
    for event in (signal, consent, link, withdrawn, link):
        stage.say(Words(agency="elder", event=event, subject=CASE, id=str(uuid.uuid4())))
        stage.until(lambda: True)
    log = stage.log
    asked = [read(record) for topic in (TOPICS.inbox("consent"), TOPICS.urgent) for record in log.records(topic)]
    received = {agency.id: [read(record) for record in log.records(TOPICS.agency_inbox(agency.id))] for agency in agencies()}
    seen = Seen(asked=asked, log=[read(record) for record in log.records(TOPICS.log("consent"))], received=received)
    stage.close()
    return seen


def _copy(seen: Seen) -> Fact:
    return next(fact for fact in seen.received["poverty"] if fact.request)


def _verdicts(seen: Seen) -> list[Fact]:
    return [fact for fact in seen.log if isinstance(fact.event, DisclosureDecided)]


def _without(facts: list[Fact], *gone: Fact) -> list[Fact]:
    return [fact for fact in facts if fact not in gone]


def _heard(seen: Seen, *more: Fact) -> Seen:
    return replace(seen, received={**seen.received, "poverty": [*seen.received["poverty"], *more]})


def _renamed(fact: Fact, **changes: object) -> Fact:
    return replace(fact, envelope=replace(fact.envelope, **changes))


def _changed(fact: Fact, **changes: object) -> Fact:
    event = fact.event.changed(**changes)
    return replace(fact, event=event, record=replace(fact.record, value=serde.encode(event)))


def _at(fact: Fact, **changes: object) -> Fact:
    return replace(fact, record=replace(fact.record, **changes))


def a_copy_without_a_verdict(seen: Seen) -> Seen:
    """A copy whose cause is no verdict."""
    return _heard(seen, _renamed(_copy(seen), id="other", causation_id="nobody"))


def a_copy_on_a_refusal(seen: Seen) -> Seen:
    """A copy whose verdict is a DENY."""
    denied = next(fact for fact in _verdicts(seen) if fact.event.outcome is Outcome.DENY)
    return _heard(seen, replace(_renamed(_copy(seen), id="other", causation_id=denied.id), request=denied.event.request_id))


def a_copy_before_its_verdict(seen: Seen) -> Seen:
    """A copy that was there before the verdict was."""
    copy = _copy(seen)
    early = _at(copy, timestamp=copy.record.timestamp - 100)
    return replace(seen, received={**seen.received, "poverty": [early if fact is copy else fact for fact in seen.received["poverty"]]})


def a_copy_for_somebody_else(seen: Seen) -> Seen:
    """The right copy in the wrong inbox."""
    return replace(seen, received={**seen.received, "tax": [_copy(seen)]})


def a_notice_from_nowhere(seen: Seen) -> Seen:
    """A stop notice that the gate has never written."""
    notice = next(fact for fact in seen.received["poverty"] if isinstance(fact.event, StopNoticeIssued))
    return _heard(seen, _renamed(notice, id="other"))


def a_verdict_after_the_withdrawal_gives(seen: Seen) -> Seen:
    """The second link, asked after the withdrawal, is given and delivered."""
    _, second = _verdicts(seen)
    wrong = _changed(second, outcome=Outcome.PERMIT, consents=(CONSENT,))
    copy = replace(_renamed(_copy(seen), id="other", causation_id=second.id), request=second.event.request_id)
    late = _at(copy, timestamp=second.record.timestamp + 1)
    return _heard(replace(seen, log=[wrong if fact is second else fact for fact in seen.log]), late)


def no_stop_notice(seen: Seen) -> Seen:
    """The recipient was never told to stop."""
    kept = [fact for fact in seen.received["poverty"] if not isinstance(fact.event, StopNoticeIssued)]
    return replace(seen, received={**seen.received, "poverty": kept})


def a_copy_behind_the_stop_notice(seen: Seen) -> Seen:
    """What was in flight arrives last, and nobody says that it is to be used no more."""
    copy = _copy(seen)
    return replace(seen, received={**seen.received, "poverty": [*_without(seen.received["poverty"], copy), _at(copy, offset=10_000)]})


def a_request_nobody_decided(seen: Seen) -> Seen:
    """A request more in the lane."""
    request = next(fact for fact in seen.asked if isinstance(fact.event, DisclosureRequested))
    return replace(seen, asked=[*seen.asked, _renamed(request, id="unheard")])


def a_request_decided_twice(seen: Seen) -> Seen:
    """A second verdict in the answer to one request."""
    last = _verdicts(seen)[-1]
    end = seen.log.index(last)
    again = _at(_renamed(last, id="again", seq=last.envelope.seq + 1), offset=last.record.offset + 1)
    assert end == max(index for index, fact in enumerate(seen.log) if fact.key == CASE)
    return replace(seen, log=[*seen.log[:end + 1], again, *seen.log[end + 1:]])


def one_verdict_delivered_under_two_ids(seen: Seen) -> Seen:
    """The same copy with an id of its own."""
    return _heard(seen, _renamed(_copy(seen), id="second"))


def a_copy_that_never_came(seen: Seen) -> Seen:
    """The inbox is empty."""
    return replace(seen, received={**seen.received, "poverty": _without(seen.received["poverty"], _copy(seen))})


def a_hole(seen: Seen) -> Seen:
    """An event of the case is missing in the log."""
    grant = next(fact for fact in seen.log if isinstance(fact.event, ConsentGranted))
    return replace(seen, log=_without(seen.log, grant))


def other_bytes_in_the_log(seen: Seen) -> Seen:
    """A zombie's late append under a known id says something else."""
    verdict = _verdicts(seen)[0]
    return replace(seen, log=[*seen.log, _at(_changed(verdict, outcome=Outcome.DENY), offset=10_000)])


def other_bytes_in_an_inbox(seen: Seen) -> Seen:
    """The copy comes again and is another."""
    return _heard(seen, _changed(_copy(seen), name="辻村"))


PLANTED: dict[Callable[[Seen], Seen], Kind] = {
    a_copy_without_a_verdict: Kind.NO_VERDICT, a_copy_on_a_refusal: Kind.NO_VERDICT, a_copy_before_its_verdict: Kind.NO_VERDICT,
    a_copy_for_somebody_else: Kind.NO_VERDICT, a_notice_from_nowhere: Kind.NOT_LOGGED,
    a_verdict_after_the_withdrawal_gives: Kind.AFTER_WITHDRAWAL, no_stop_notice: Kind.NOT_STOPPED, a_copy_behind_the_stop_notice: Kind.NOT_STOPPED,
    a_request_nobody_decided: Kind.UNDECIDED, a_request_decided_twice: Kind.DECIDED_TWICE,
    one_verdict_delivered_under_two_ids: Kind.RELEASED_TWICE, a_copy_that_never_came: Kind.NOT_RELEASED, a_hole: Kind.GAP,
    other_bytes_in_the_log: Kind.OTHER_BYTES, other_bytes_in_an_inbox: Kind.OTHER_BYTES,
}


def test_a_true_history_holds_no_violation(told: Seen):
    """Both links were asked for, decided, and one was delivered and stopped."""
    assert [] == violations(told)
    assert [Outcome.PERMIT, Outcome.DENY] == [fact.event.outcome for fact in standing(told.log).values()]
    assert 1 == sum(bool(fact.request) for fact in told.received["poverty"])


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_violation_is_found(told: Seen, plant: Callable[[Seen], Seen]):
    """Each kind, by its name."""
    assert PLANTED[plant] in kinds(violations(plant(told)))


def test_every_kind_is_planted():
    """None is left untried."""
    assert set(Kind) == set(PLANTED.values())


def test_a_late_append_counts_for_nothing_whole(told: Seen):
    """An answer that begins too late is passed over with all its events, also those whose number is new."""
    last = max(fact.envelope.seq for fact in told.log if fact.key == CASE)
    late = [
        _at(_renamed(_verdicts(told)[0], id=f"late-{number}", seq=last + number, causation_id="late"), offset=20_000 + number)
        for number in range(3)
    ]

    assert [] == violations(replace(told, log=[*told.log, *late]))
