"""Deciding again: under any course every verdict follows from the log before it, wherever the gate is broken off (consent.md rules 7, 33)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from cli.consent import provided, running
from contracts.consent import ConsentGranted, DisclosureAcknowledged, DisclosureDecided, DisclosureReleased, ProtectionFlagSet
from contracts.envelope import SealedEvent, Tick
from contracts.registry import PolicyActivated
from contracts.shared import DataCategory, Outcome
from kernel import serde
from kernel.days import DAY_MS, day_in_japan
from kernel.history import Folds, History
from kernel.memory import MemoryRecord
from kernel.properties import PARTITIONS, Said, log_of, restarted
from kernel.testing import AT
from services.consent.domain.findings import Difference, Finding
from services.consent.fence import _Partition, _read
from services.consent.redeciding import Reading
from tests.services.consent.test_any_course import CASES, FUNCTION, RECEIPT, STEPS, TOWN, Step, course
from tests.services.consent.town import MOTHER, PACKS, consent, part, request

BASIC = DataCategory.BASIC


def findings(log: Sequence[MemoryRecord], packs: dict[str, Any] = PACKS) -> list[Finding]:
    """What is wrong with a log, partition by partition."""
    found: list[Finding] = []
    for number in range(PARTITIONS):
        reading = Reading(packs)
        for record in log:
            if record.partition == number:
                found += reading.read(record)
        found += reading.end()
    return found


def said(*messages: Any) -> list[Said]:
    """Messages about one case in a town that has its agencies and its policy, one a day."""
    return [*TOWN, *(
        Said(message, CASES[0], "" if isinstance(message, Tick) else "elder", _source(message), AT + number * DAY_MS) for number, message in enumerate(messages)
    )]


def _source(message: Any) -> str:
    return "" if isinstance(message, ConsentGranted) else "tsunagu.consent" if isinstance(message, Tick) else "tsunagu.another"


def limited(course: Sequence[Said], uses: int) -> list[Said]:
    """The same course, where every consent may be used so many times."""
    return [replace(each, message=each.message.changed(use_limit=uses)) if isinstance(each.message, ConsentGranted) else each for each in course]


@settings(max_examples=150, deadline=None)
@for_all(steps=STEPS, uses=some.sampled_from((0, 1, 1, 2)))
def test_rule_7_every_verdict_of_any_course_follows_from_the_log_before_it(steps: list[Step], uses: int):
    """Requests, consents for one use, deliveries, flags, policies that nobody knows, deadlines: byte by byte, none missing, none too many."""
    assert [] == findings(log_of(FUNCTION, limited(course(steps), uses)))


@settings(max_examples=25, deadline=None)
@for_all(steps=STEPS, uses=some.sampled_from((0, 1)), again=some.integers(min_value=0, max_value=3))
def test_rule_33_a_rebalance_between_any_two_messages_gives_the_same_log(steps: list[Step], uses: int, again: int):
    """Wherever one gate ends and another goes on from the log, with some messages seen again."""
    messages = limited(course(steps), uses)
    whole = log_of(FUNCTION, messages)

    for place in range(len(TOWN), len(messages)):
        assert whole == restarted(FUNCTION, messages, place, again)


def test_rule_7_two_holds_that_share_one_use_are_decided_again():
    """Of two that wait the consent for one use frees the first; the log shows why the other was not freed."""
    log = log_of(FUNCTION, said(
        request(part(BASIC)), request(part(BASIC), event_id="event-2"), consent(BASIC, use_limit=1), Tick(), request(part(BASIC), event_id="event-3"),
    ))

    assert ["HOLD", "HOLD", "PERMIT", "HOLD"] == [serde.decode(record.value).outcome for record in of(log, DisclosureDecided)]
    assert [] == findings(log)


def test_a_pack_that_this_build_has_not_is_said_so():
    """Then nothing can be said of what it decided; everything else can."""
    log = log_of(FUNCTION, said(request(part(BASIC)), consent(BASIC)))
    other = {"another": replace(PACKS["hash"], hash="another")}

    assert {(Difference.POLICY_MISSING, "hash")} == {(each.difference, each.detail) for each in findings(log, other)}


def test_a_pack_that_was_not_in_force_is_found():
    """What a verdict names must have been activated before it."""
    packs = {**PACKS, "another": replace(PACKS["hash"], hash="another")}
    log = log_of(FUNCTION, said(request(part(BASIC))))
    (record,) = of(log, DisclosureDecided)
    forged = replace(record, value=serde.encode(serde.decode(record.value).changed(policy="another")))

    found = findings([forged if each is record else each for each in log], packs)

    assert [Difference.POLICY_NOT_IN_FORCE] == [each.difference for each in found]


def test_what_was_decided_for_want_of_a_pack_stays_right_when_the_pack_is_known():
    """A later build knows it: the hold of then is still what it was."""
    log = log_of(FUNCTION, [*TOWN, Said(PolicyActivated(pack="another", hash="later"), "7" * 32, "municipality", at=AT), *said(request(part(BASIC)))[len(TOWN):]])
    later = {**PACKS, "later": replace(PACKS["hash"], hash="later", hold_ms=30 * DAY_MS, since=PACKS["hash"].since + 1)}

    assert [] == findings(log)
    assert [] == findings(log, later)


def test_a_verdict_of_a_sweep_that_is_dropped_is_found():
    """A flag voids what is under way in every case; without the verdict the case would go on releasing, and nothing else came of it."""
    flag = ProtectionFlagSet(flag="5" * 32, person=MOTHER, blocked_agencies=("coordinator",), until=consent().valid_to)
    log = log_of(FUNCTION, [
        *said(consent(BASIC, DataCategory.ADDRESS), request(part(DataCategory.ADDRESS))), Said(flag, "7" * 32, "municipality", at=AT + 3 * DAY_MS),
    ])
    *_, voided = of(log, DisclosureDecided)

    found = findings([each for each in log if each is not voided])

    assert "DENY" == serde.decode(voided.value).outcome
    assert [(Difference.VERDICT_MISSING, CASES[0])] == [(each.difference, each.key) for each in found]


def test_what_cannot_follow_is_a_finding_and_no_crash():
    """An acknowledgement of what was never delivered, in a log from which the delivery was taken out; and a verdict wrapped as if it were sealed."""
    log = log_of(FUNCTION, [*said(consent(BASIC), request(part(BASIC)), RECEIPT.changed(request_id="message-17", decided_at=AT + DAY_MS)),
                            Said(DisclosureAcknowledged(request_id="message-17"), CASES[0], "coordinator", at=AT + 3 * DAY_MS)])
    (receipt,), (verdict, *_) = of(log, DisclosureReleased), of(log, DisclosureDecided)
    wrapped = replace(verdict, value=serde.encode(SealedEvent(body=verdict.value, origin_source="", origin_id="", origin_type="")))

    assert [] == findings(log)
    assert of(log, DisclosureAcknowledged)
    assert {Difference.SEQUENCE} == {each.difference for each in findings([each for each in log if each is not receipt])}
    assert [Difference.BYTES] == [each.difference for each in findings([wrapped if each is verdict else each for each in log])]


def test_rule_33_a_late_answer_is_passed_over_by_every_reader():
    """A zombie answers a request before it has read the consent for health: the functions, the fence, the auditor, the ledger, the explanation pass it over."""
    log = log_of(FUNCTION, said(consent(BASIC), consent(BASIC, DataCategory.HEALTH, consent="e" * 32), request(part(BASIC))))
    (verdict,) = of(log, DisclosureDecided)
    partition = [record for record in log if record.partition == verdict.partition]
    place = partition.index(verdict) - 1
    denied = serde.decode(verdict.value).changed(outcome=Outcome.DENY, released=(), consents=(), reasons=("NO_CONSENT",))
    late = [_one_less(partition[place]), replace(_one_less(verdict), value=serde.encode(denied))]
    both = [replace(each, offset=offset) for offset, each in enumerate([*partition[:place], *late, *partition[place:]])]
    twice = [replace(each, offset=offset) for offset, each in enumerate([*partition, *late])]

    for read in (both, twice):
        history, fence = History(Folds(FUNCTION), lambda code: None), _Partition()
        for record in read:
            history.read(record)
            _read(fence, record)
        (entry,) = provided.ledger(MOTHER, {verdict.partition: read.__iter__}, PACKS).entries(AT + 400 * DAY_MS)
        (answer,) = running.answers(read, CASES[0].encode(), CASES[0], verdict.topic)

        assert [] == findings(read)
        assert [1, 1] == [len(history.entries[CASES[0]].states[-1].deliveries), len(fence.standing)]
        assert ["PERMIT", "PERMIT"] == [entry.outcome, answer["outcome"]]


def _one_less(record: MemoryRecord) -> MemoryRecord:
    return replace(record, headers=[(name, str(int(value) - 1).encode() if name == "ce_seq" else value) for name, value in record.headers])


def test_rule_33_a_verdict_that_a_consent_nobody_confirmed_brings_is_missed():
    """The lapse comes first in what the tick leaves; the hold whose time is over after it."""
    messages = said(consent(BASIC), request(part(BASIC)))
    messages[len(TOWN)] = replace(messages[len(TOWN)], agency="coordinator", source="tsunagu.another")
    log = log_of(FUNCTION, [*messages, replace(said(Tick())[-1], at=AT + 20 * DAY_MS)])
    *_, refused = of(log, DisclosureDecided)

    assert [] == findings(log)
    assert [Difference.VERDICT_MISSING] == [each.difference for each in findings([each for each in log if each is not refused])]


def test_rule_26_at_its_deadline_a_hold_is_judged_once_more_live_and_again():
    """A consent that begins after it kept the gate from looking, so that the flag that had ended was not seen; the auditor saw it."""
    flag = ProtectionFlagSet(flag="5" * 32, person=MOTHER, blocked_agencies=("coordinator",), until=day_in_japan(AT + 6 * DAY_MS))
    later = consent(BASIC, consent="e" * 32, valid_from=day_in_japan(AT + 60 * DAY_MS))
    contact = part(DataCategory.CONTACT, essential=True)
    log = log_of(FUNCTION, [
        *TOWN, Said(flag, "7" * 32, "municipality", at=AT), *said(consent(BASIC, DataCategory.CONTACT), later, request(part(BASIC), contact))[len(TOWN):],
        replace(said(Tick())[-1], at=AT + 30 * DAY_MS),
    ])

    assert ["HOLD", "PERMIT"] == [serde.decode(record.value).outcome for record in of(log, DisclosureDecided)]
    assert [] == findings(log)


def of(log: Sequence[MemoryRecord], kind: type) -> list[MemoryRecord]:
    """The records of one type."""
    return [record for record in log if type(serde.unwrapped(serde.decode(record.value))) is kind]
