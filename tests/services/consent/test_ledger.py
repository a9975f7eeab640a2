"""The person's ledger (本人の提供記録): what an entry says, whose it is, and what of it is shown to whom (rules 20, 32; R12, case 35)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import (
    ConsentNarrowed,
    ConsentWithdrawn,
    DisclosureAcknowledged,
    DisclosureDecided,
    DisclosureReleased,
    IdentityVerified,
    PersonTellingDelayed,
    ProtectionFlagCleared,
    ProtectionFlagSet,
    RecallRequested,
    RightsDecided,
    StopNoticeAnswered,
    UseExpired,
    UseStopRequested,
)
from contracts.envelope import PersonsNoted
from contracts.shared import (
    Basis,
    DataCategory,
    Deadline,
    Outcome,
    PartCode,
    Purpose,
    RecallReason,
    RightsOutcome,
    StopAnswer,
    TellingDelayReason,
)
from kernel.days import DAY_MS, start_of
from kernel.decider import Context
from kernel.testing import AT
from services.consent.domain import registry
from services.consent.domain.findings import Logged
from services.consent.domain.ledger import Ledger
from services.consent.domain.sight import Entry
from services.consent.domain.viewing import Viewing
from tests.services.consent.town import CONSENT, GATE, MOTHER, PACK, SON, TOWN, consent, part, request

BASIC, HEALTH, ADDRESS, DANGER, REPORTER = (
    DataCategory.BASIC, DataCategory.HEALTH, DataCategory.ADDRESS, DataCategory.DANGER, DataCategory.REPORTER,
)
CASE = "1" * 32
LATER = AT + 400 * DAY_MS
FLAG = ProtectionFlagSet(flag="5" * 32, person=SON, blocked_agencies=("workshop",), until=date(2026, 12, 31))


class Town:
    """A gate, and the log that it writes, one message an hour."""

    def __init__(self) -> None:
        self.log: list[Logged] = []
        self._town, self._states = TOWN, {CASE: GATE.initial}
        self._messages = 0

    def say(self, message: Any, agency: str = "elder", case: str = CASE) -> str:
        """Put a message to the gate and write what it decides; returns the message's id."""
        self._messages += 1
        identity = f"message-{self._messages}"
        if type(message) in registry.DECIDER.events:
            self._town = registry.evolve(self._town, message)
            self._write((message,), agency, "7" * 32, identity)
        if type(message) in GATE.messages:
            context = Context(
                at=self.at, key=case, function="consent", source=agency, message_id=identity, message_type=type(message).__name__, agency=agency,
                shared=self._town,
            )
            self._write(GATE.decide(self._states.get(case, GATE.initial), message, context), agency, case, identity)
        elif type(message) not in registry.DECIDER.events:
            self._write((message,), agency, case, identity)
        return identity

    @property
    def at(self) -> int:
        """When the message came in."""
        return AT + self._messages * DAY_MS // 24

    def deliver(self, identity: str, case: str = CASE, verdict: DisclosureDecided | None = None, opened: tuple[PartCode, ...] | None = None) -> None:
        """What the courier says of a verdict on a request, the last one."""
        verdict = verdict or self.verdict(identity)
        self.say(DisclosureReleased(
            verdict_id="v", decided_at=verdict.at, request_id=identity, event_id=verdict.event_id, event_type=verdict.event_type,
            recipient=verdict.recipient, basis=verdict.basis, consents=verdict.consents, released=verdict.released if opened is None else opened,
        ), "", case)

    def verdict(self, identity: str) -> DisclosureDecided:
        """The last verdict on a request."""
        return next(each.event for each in reversed(self.log) if isinstance(each.event, DisclosureDecided) and each.event.request_id == identity)

    def given(self, *messages: Any) -> str:
        """Facts, then a request that is delivered."""
        for message in messages:
            identity = self.say(message)
        self.deliver(identity)
        return identity

    def ledger(self, person: str = MOTHER, at: int = LATER, by_proxy: bool = False) -> list[Entry]:
        """A person's entries."""
        return list(self._folded(person).entries(at, by_proxy))

    def lines(self, person: str = MOTHER, at: int = LATER) -> list[Entry | Viewing]:
        """The same with what was read."""
        return list(self._folded(person).lines(at))

    def viewings(self, person: str = MOTHER, at: int = LATER, by_proxy: bool = False) -> list[Viewing]:
        """Who has read something of a person."""
        return list(self._folded(person).viewings(at, by_proxy))

    def _folded(self, person: str) -> Ledger:
        found = Ledger(person, {"hash": PACK})
        for each in self.log:
            found.read(each)
        return found

    def _write(self, events: tuple[Any, ...], agency: str, key: str, identity: str) -> None:
        for event in events:
            if type(event) in GATE.events:
                self._states[key] = GATE.evolve(self._states.get(key, GATE.initial), event)
            self.log.append(Logged(
                place=len(self.log), key=key, seq=0, id="", cause=(agency, identity), digest="", at=self.at, agency=agency, position="", event=event,
            ))


def test_rule_32_an_entry_says_when_who_for_what_on_which_consent_and_what_was_kept_back():
    """A redacted referral that has arrived."""
    town = Town()
    identity = town.given(consent(BASIC), request(part(BASIC), part(HEALTH)))

    (entry,) = town.ledger()

    assert (CASE, identity, "CoordinationReferred", "elder", "coordinator") == (entry.case, entry.request, entry.event_type, entry.giver, entry.recipient)
    assert (Purpose.COORDINATION, Basis.C, Outcome.REDACT, (CONSENT,)) == (entry.purpose, entry.basis, entry.outcome, entry.consents)
    assert ((BASIC,), ((HEALTH, "CATEGORY_NOT_CONSENTED"),)) == (entry.categories, entry.withheld)
    assert entry.asked_at == entry.at < (entry.given_at or 0)


def test_rule_32_refusals_and_what_waits_are_entries_too():
    """Who was refused, and why; nothing has been given."""
    town = Town()
    town.say(request(part(BASIC), recipient="workshop", event_type="PlanShared"))
    town.say(request(part(BASIC)))

    assert [(Outcome.DENY, ("NO_CONSENT",), None), (Outcome.HOLD, ("NO_CONSENT",), None)] == [
        (entry.outcome, entry.reasons, entry.given_at) for entry in town.ledger()
    ]


def test_what_was_asked_in_one_moment_stands_as_the_log_has_it():
    """Three requests of one message, whatever their numbers."""
    town = Town()
    for number, recipient in enumerate(("poverty", "coordinator", "workshop")):
        identity = town.say(request(part(BASIC), recipient=recipient, event_type="PlanShared"))
        town.log[:] = [
            each.changed(at=AT, event=each.event.changed(request_id=f"{9 - number}") if getattr(each.event, "request_id", "") == identity else each.event)
            for each in town.log
        ]

    assert ["poverty", "coordinator", "workshop"] == [entry.recipient for entry in town.ledger()]


def test_rule_32_what_waited_and_was_freed_is_one_entry():
    """With the moment of the request and that of the verdict that counts."""
    town = Town()
    identity = town.say(request(part(BASIC)))
    town.say(consent(BASIC))
    town.deliver(identity)

    (entry,) = town.ledger()

    assert (Outcome.PERMIT, (BASIC,)) == (entry.outcome, entry.categories)
    assert entry.asked_at < entry.at < (entry.given_at or 0)


def test_rule_32_whoever_looked_for_something_and_got_nothing_is_named():
    """A look-up says nothing to the one who asks, and is in the ledger of everybody of the household."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)))
    town.say(request(recipient="tax", agency="tax", wanted=(ADDRESS,), basis=Basis.NONE), "tax")

    for person in (MOTHER, SON):
        (entry,) = town.ledger(person)
        assert ("tax", "", Outcome.DENY, ((ADDRESS, "NO_BASIS"),)) == (entry.recipient, entry.giver, entry.outcome, entry.withheld)
    assert [] == town.ledger("9" * 32)


def test_rule_32_receipt_recall_stop_and_answer_follow_their_release():
    """What became of it, with the moments."""
    town = Town()
    identity = town.given(consent(BASIC), request(part(BASIC)))
    town.say(DisclosureAcknowledged(request_id=identity), "coordinator")
    town.say(RecallRequested(request_id=identity, reason=RecallReason.TOO_MUCH))
    town.say(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)))
    town.say(StopNoticeAnswered(consent=CONSENT, answer=StopAnswer.KEPT, basis=Basis.L, until=date(2027, 3, 31)), "coordinator")

    (entry,) = town.ledger()

    assert entry.stop is not None
    moments = (entry.given_at, entry.acknowledged_at, entry.recalled_at, entry.stop.at, entry.stop.answered_at)
    assert tuple(sorted(moments)) == moments  # type: ignore[type-var]
    assert (RecallReason.TOO_MUCH, StopAnswer.KEPT, Basis.L, "2027-03-31") == (entry.recall, entry.stop.answer, entry.stop.basis, entry.stop.until)


def test_rule_27_the_stop_of_a_consent_that_replaced_another_stands_at_what_was_given_on_that():
    """Who received on the first is told to stop by the name of the second."""
    town = Town()
    town.given(consent(BASIC), request(part(BASIC)))
    town.say(consent(BASIC, consent="d" * 32, supersedes=(CONSENT,)))
    town.say(ConsentWithdrawn(person=MOTHER, consents=("d" * 32,)))

    (entry,) = town.ledger()

    assert entry.stop is not None


def test_rule_27_nobody_elses_answer_counts():
    """Each recipient answers for itself."""
    town = Town()
    town.given(consent(BASIC, recipients=("coordinator", "workshop")), request(part(BASIC)))
    town.say(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)))
    town.say(StopNoticeAnswered(consent=CONSENT, answer=StopAnswer.DELETED), "workshop")

    (entry,) = town.ledger()

    assert entry.stop is not None
    assert entry.stop.answer is None


def test_rule_32_each_has_the_own_share_and_nothing_of_relatives():
    """The mother's basics go, the son's diagnosis stays: neither sees the other's categories, consent or reason."""
    town = Town()
    town.given(consent(BASIC), request(part(BASIC), part(HEALTH, SON)))

    (hers,), (his,) = town.ledger(), town.ledger(SON)

    assert ((BASIC,), (), (), (CONSENT,), Outcome.PERMIT) == (hers.categories, hers.withheld, hers.reasons, hers.consents, hers.outcome)
    assert ((), ((HEALTH, "NO_CONSENT"),), (), Outcome.DENY) == (his.categories, his.withheld, his.consents, his.outcome)
    assert (Basis.NONE, None) == (his.basis, his.given_at)


def test_rule_32_why_somebody_else_keeps_an_event_back_is_nobodys_business():
    """The body names both; the son has not said yes: she learns that it waits, not that it is for him."""
    town = Town()
    town.say(consent(BASIC))
    town.say(request(persons=(MOTHER, SON)))

    (entry,) = town.ledger()

    assert (Outcome.HOLD, (), ()) == (entry.outcome, entry.reasons, entry.withheld)


def test_case_35_a_stranger_has_no_entry():
    """Access to the own log is access to nobody else's."""
    town = Town()
    town.given(consent(BASIC), request(part(BASIC), part(HEALTH, SON)))

    assert [] == town.ledger("9" * 32)
    assert not [each for each in town.ledger() if SON in str(each)]


def test_r12_who_reported_is_never_named():
    """A notice by law, with a part that tells who has reported: neither the part nor the agency is shown."""
    town = Town()
    town.say(request(part(BASIC), part(DANGER), part(REPORTER), recipient="municipality", event_type="EmergencyRaised", basis=Basis.L, purpose=Purpose.STATUTORY_WORK))

    (entry,) = town.ledger()

    assert ("", True, (), ()) == (entry.giver, entry.reported, entry.withheld, entry.reasons)
    assert {BASIC, DANGER} == set(entry.categories)
    assert "'elder'" not in str(entry)


def test_r12_a_reporter_has_no_entry_as_such():
    """Of whoever reported nothing is said at all."""
    town = Town()
    town.say(request(part(BASIC), part(REPORTER, SON), recipient="municipality", event_type="EmergencyRaised", basis=Basis.L, purpose=Purpose.STATUTORY_WORK))

    town.say(request(recipient="tax", agency="tax", wanted=(ADDRESS,), basis=Basis.NONE), "tax")

    assert [] == town.ledger(SON)


LOOK_UP = {"recipient": "tax", "agency": "tax", "event_type": "InformationRequested", "wanted": (ADDRESS,), "basis": Basis.NONE}
REPORTED = PersonsNoted(persons=(MOTHER, SON), reporters=(SON,))


@pytest.mark.parametrize("signal", [(), (part(BASIC), part(REPORTER, SON)), (part(BASIC),)])
def test_r12_who_is_noted_as_a_reporter_alone_has_no_entry_when_anything_of_the_household_is_looked_for(signal: tuple[PartCode, ...]):
    """A neighbour who gave a signal is no person of the household; also where the signal, whose body names both, was asked about."""
    town = Town()
    town.say(REPORTED)
    if signal:
        town.say(request(*signal, event_type="SignalReceived", persons=(MOTHER, SON)))
    town.say(request(**LOOK_UP), "tax")

    assert ["InformationRequested"] == [entry.event_type for entry in town.ledger() if entry.recipient == "tax"]
    assert [] == [entry for entry in town.ledger(SON) if entry.recipient == "tax"]


@pytest.mark.parametrize("otherwise", [
    PersonsNoted(persons=(SON,)), consent(BASIC, person=SON), request(part(BASIC, SON)), request(part(BASIC), persons=(SON,)),
])
@pytest.mark.parametrize("reported", [REPORTED, request(part(BASIC), part(REPORTER, SON))])
def test_rule_32_whoever_has_reported_and_is_known_otherwise_too_has_an_entry_of_what_was_looked_for(reported: Any, otherwise: Any):
    """From then on, whatever is reported again."""
    town = Town()
    for said in (reported, otherwise, reported):
        town.say(said)
    town.say(request(**LOOK_UP), "tax")

    assert ["tax"] == [entry.recipient for entry in town.ledger(SON) if entry.event_type == "InformationRequested"]


@pytest.mark.parametrize(("days", "entries"), [(13, 0), (15, 1)])
def test_rule_20_what_is_kept_from_the_person_appears_on_its_day(days: int, entries: int):
    """A notice of abuse must not warn whoever harms: when the days for telling the person are over, it is there, unless a fact names a later day."""
    town = Town()
    town.say(request(part(BASIC), part(DANGER), recipient="municipality", event_type="EmergencyRaised", basis=Basis.L, purpose=Purpose.STATUTORY_WORK))

    assert entries == len(town.ledger(at=AT + days * DAY_MS))
    assert (90, 14) == (PACK.bases[Basis.L].conceal_days, PACK.deadlines[Deadline.PERSON_TOLD])


def test_rule_20_a_notice_that_was_refused_is_kept_just_as_long():
    """Without danger it is none; that somebody tried shows as much."""
    town = Town()
    town.say(request(part(BASIC), recipient="municipality", event_type="EmergencyRaised", basis=Basis.L, purpose=Purpose.STATUTORY_WORK))

    assert [] == town.ledger(at=AT + 89 * DAY_MS)
    assert [Outcome.DENY] == [entry.outcome for entry in town.ledger(at=AT + 91 * DAY_MS)]


def test_rule_20_an_emergency_appears_when_the_person_ought_to_have_been_told_unless_a_fact_names_a_day():
    """Then from that day on."""
    town = Town()
    identity = town.say(request(
        part(BASIC), part(DANGER), recipient="police", agency="outreach", event_type="EmergencyRaised", basis=Basis.V, purpose=Purpose.EMERGENCY,
    ), "outreach")
    town.deliver(identity)
    day = date(2026, 6, 25)

    assert [] == town.ledger(at=town.at)
    assert 1 == len(town.ledger(at=town.at + 15 * DAY_MS))
    town.say(PersonTellingDelayed(request_id=identity, reason=TellingDelayReason.DANGER_TO_PERSON, until=day), "outreach")
    assert [] == town.ledger(at=start_of(day.toordinal()) - 1)
    assert 1 == len(town.ledger(at=start_of(day.toordinal())))


def test_r8_somebody_else_is_protected_what_is_said_and_where_is_not():
    """Which agencies hold something of the household tells where it is: hers are kept back while the son is protected. Nor does she learn that."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)))
    town.given(consent(BASIC, ADDRESS, recipients=("coordinator", "workshop")), request(part(BASIC), part(ADDRESS)))
    town.say(FLAG, "municipality")
    town.given(request(part(BASIC), part(ADDRESS), recipient="workshop"))

    before, after = town.ledger()

    assert ("", "", True) == (before.giver, before.recipient, before.place_hidden) == (after.giver, after.recipient, after.place_hidden)
    assert ((BASIC,), ((ADDRESS, ""),), (), "") == (after.categories, after.withheld, after.reasons, after.rule)
    assert "PROTECTED" not in str(after)


def test_r8_whoever_is_protected_sees_the_own_entries_whole():
    """The flag is the son's own."""
    town = Town()
    town.say(FLAG, "municipality")
    town.given(consent(BASIC, ADDRESS, person=SON, recipients=("workshop",)), request(part(BASIC, SON), part(ADDRESS, SON), recipient="workshop"))

    (entry,) = town.ledger(SON)

    assert ("elder", "workshop", ((ADDRESS, "PROTECTED"),)) == (entry.giver, entry.recipient, entry.withheld)


def test_r8_a_flag_of_another_household_hides_nothing():
    """It has nothing to do with her."""
    town = Town()
    town.say(FLAG, "municipality")
    town.given(consent(BASIC), request(part(BASIC)))

    assert ["coordinator"] == [entry.recipient for entry in town.ledger()]


def test_r8_after_its_end_a_flag_hides_what_was_while_it_stood():
    """What came after the flag was cleared is shown again."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)))
    town.say(FLAG, "municipality")
    town.given(consent(BASIC), request(part(BASIC)))
    town.say(ProtectionFlagCleared(flag=FLAG.flag, person=SON), "municipality")
    town.given(request(part(BASIC), event_id="event-2"))

    assert ["", "coordinator"] == [entry.recipient for entry in town.ledger()]


def test_rule_32_a_proxy_of_the_household_never_sees_what_is_protected():
    """Whoever acts for her may be the one from whom it protects: flags, danger, and what was given without asking are left out."""
    town = Town()
    town.given(consent(BASIC), request(part(BASIC)))
    town.given(request(
        part(BASIC), part(DANGER), recipient="police", agency="outreach", event_type="EmergencyRaised", basis=Basis.V, purpose=Purpose.EMERGENCY,
    ))

    assert (2, 1) == (len(town.ledger()), len(town.ledger(by_proxy=True)))
    town.say(replace_flag(MOTHER), "municipality")
    assert (2, 0) == (len(town.ledger()), len(town.ledger(by_proxy=True)))


def replace_flag(person: str) -> ProtectionFlagSet:
    """The same flag for somebody else."""
    return FLAG.changed(flag="6" * 32, person=person)


def test_rule_28_what_was_on_the_way_when_a_consent_ended_and_never_came_is_a_refusal():
    """Permitted, withdrawn before it was delivered: the verdict that counts is the last."""
    town = Town()
    town.say(consent(BASIC))
    town.say(request(part(BASIC)))
    town.say(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)))

    assert [(Outcome.DENY, None)] == [(entry.outcome, entry.given_at) for entry in town.ledger()]


def test_rule_32_an_event_without_parts_that_rests_on_a_consent_is_its_persons():
    """That the recipient learns of the case at all is hers; of the others in the household it says nothing."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)))
    town.given(consent(BASIC), request())

    assert [(Outcome.PERMIT, (CONSENT,))] == [(entry.outcome, entry.consents) for entry in town.ledger()]
    assert [] == town.ledger(SON)


def test_rule_28_what_arrived_although_its_consent_had_ended_was_given_and_is_stopped():
    """The courier was quicker than the withdrawal: the entry says what she has to know, not what was decided too late."""
    town = Town()
    town.say(consent(BASIC, HEALTH))
    identity = town.say(request(part(BASIC), part(HEALTH)))
    first = town.verdict(identity)
    town.say(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)))
    town.deliver(identity, verdict=first)

    (entry,) = town.ledger()

    assert (Outcome.PERMIT, {BASIC, HEALTH}, (), (), Basis.C) == (entry.outcome, {*entry.categories}, entry.withheld, entry.reasons, entry.basis)
    assert entry.given_at
    assert entry.stop is not None


def test_rule_28_what_arrived_before_a_narrower_verdict_was_not_withheld():
    """Both copies came: what has gone is the sum of the two."""
    town = Town()
    town.say(consent(BASIC, HEALTH))
    identity = town.say(request(part(BASIC), part(HEALTH)))
    first = town.verdict(identity)
    town.say(ConsentNarrowed(person=MOTHER, consent=CONSENT, categories=(BASIC,), recipients=("coordinator",)))
    assert [((BASIC,), HEALTH)] == [(entry.categories, entry.withheld[0][0]) for entry in town.ledger()]

    for verdict in (first, town.verdict(identity)):
        town.deliver(identity, verdict=verdict)

    (entry,) = town.ledger()
    assert (Outcome.PERMIT, {BASIC, HEALTH}, ()) == (entry.outcome, {*entry.categories}, entry.withheld)


def test_rule_32_what_went_of_the_mother_alone_was_not_given_of_the_son():
    """His consent ended on the way, hers did not: the narrower copy is none of his."""
    town = Town()
    town.say(consent(BASIC))
    town.say(consent(HEALTH, person=SON, consent="5" * 32))
    identity = town.say(request(part(BASIC), part(HEALTH, SON)))
    town.say(ConsentWithdrawn(person=SON, consents=("5" * 32,)))
    town.deliver(identity)

    assert [(Outcome.DENY, None)] == [(entry.outcome, entry.given_at) for entry in town.ledger(SON)]


def test_rule_14_what_the_courier_kept_back_was_not_given():
    """The key of an essential part was destroyed: nothing has gone."""
    town = Town()
    town.say(consent(BASIC, HEALTH))
    identity = town.say(request(part(BASIC), part(HEALTH, essential=True)))
    town.deliver(identity, opened=())

    assert [None] == [entry.given_at for entry in town.ledger()]


def test_rule_19_the_end_of_use_stands_at_what_it_is_about_with_its_answer():
    """Basis V: told by the number of the request, to whoever holds it and to whoever gave."""
    town = Town()
    identity = town.given(request(
        part(BASIC), part(DANGER), recipient="police", agency="outreach", event_type="EmergencyRaised", basis=Basis.V, purpose=Purpose.EMERGENCY,
    ))
    assert town.ledger()[0].stop is None
    for agency in ("police", "outreach"):
        town.say(UseExpired(recipient=agency, holder="police", request_id=identity, notice=identity.replace("-", ""), basis=Basis.V), "")
    town.say(StopNoticeAnswered(consent=identity.replace("-", ""), answer=StopAnswer.DELETED), "police")

    (entry,) = town.ledger()
    assert entry.stop is not None


def test_r12_a_stop_of_use_stands_at_what_was_given_on_other_bases_of_that_person_alone():
    """Hers is told by the number of the request; that she asked for it is none of her son's business."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)))
    town.given(request(
        part(BASIC), part(BASIC, SON), recipient="municipality", agency="municipality", event_type="PlanShared", basis=Basis.G, purpose=Purpose.STATUTORY_WORK,
    ))
    for message in (
        UseStopRequested(request="9" * 32, person=MOTHER, by_proxy=False), IdentityVerified(request="9" * 32),
        RightsDecided(request="9" * 32, outcome=RightsOutcome.GRANTED, reasons=(), withheld=()),
    ):
        town.say(message, "municipality")

    (hers,), (his,) = town.ledger(), town.ledger(SON)

    assert hers.given_at
    assert hers.stop is not None
    assert his.stop is None


def test_case_35_a_consent_with_the_same_number_in_another_case_is_another_consent():
    """Whoever makes up numbers could use one twice: what rests there on the son's, and the notice to stop, is none of hers."""
    town, other = Town(), "2" * 32
    town.given(consent(BASIC), request(part(BASIC)))
    town.say(consent(BASIC, person=SON), case=other)
    town.say(request(), case=other)
    town.deliver(town.say(request(part(BASIC, SON)), case=other), other)
    town.say(ConsentWithdrawn(person=SON, consents=(CONSENT,)), case=other)

    (hers,), his = town.ledger(), town.ledger(SON)

    assert (CASE, None) == (hers.case, hers.stop)
    assert {other} == {entry.case for entry in his}
    assert [] != [entry for entry in his if entry.stop]


def test_case_35_what_is_said_of_a_request_in_another_case_changes_nothing():
    """Its number is known there by mistake, or on purpose."""
    town, other = Town(), "2" * 32
    identity = town.given(consent(BASIC), request(part(BASIC)))
    before = town.ledger()
    for message in (DisclosureAcknowledged(request_id=identity), RecallRequested(request_id=identity, reason=RecallReason.TOO_MUCH)):
        town.log.append(town.log[-1].changed(key=other, agency="coordinator", event=message))  # the gate would not

    assert before == town.ledger()
