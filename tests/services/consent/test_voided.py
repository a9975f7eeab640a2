"""A verdict that was voided and carried out all the same (rules 24, 27): whoever gave and received stays known, and a second copy adds to the first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.consent import (
    ConsentPaused,
    ConsentResumed,
    ConsentWithdrawn,
    DisclosureAcknowledged,
    DisclosureDecided,
    DisclosureReleased,
    PersonTold,
    ProtectionFlagSet,
    RecallRequested,
)
from contracts.envelope import DeadlineMissed, DeadlineSet, DisclosureRequested, Tick
from contracts.shared import Basis, DataCategory, Deadline, Outcome, Purpose, RecallReason, RefusalCode
from kernel.days import DAY_MS, day_in_japan
from kernel.testing import AT, Given, given
from services.consent.domain import registry
from services.consent.domain.aftercare import Aftercare
from services.consent.domain.casefile import CaseFile
from services.consent.domain.gate import gate
from services.consent.domain.model import kept_back
from tests.services.consent.test_stops import receipt, stops, verdicts
from tests.services.consent.town import CONSENT, DAYS, GATE, MOTHER, PACK, TIMED, TOWN, consent, part, request

BASIC, HEALTH, ADDRESS, DANGER = DataCategory.BASIC, DataCategory.HEALTH, DataCategory.ADDRESS, DataCategory.DANGER
WHOLE = gate({"hash": PACK})
WITHDRAWN = ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))
PAUSED, RESUMED = ConsentPaused(person=MOTHER, consents=(CONSENT,)), ConsentResumed(person=MOTHER, consents=(CONSENT,))
FLAG = ProtectionFlagSet(flag="1" * 32, person=MOTHER, blocked_agencies=("child",), until=date(2027, 1, 1))
CALL = request(
    part(ADDRESS, essential=True), part(DANGER), agency="outreach", recipient="child", basis=Basis.V, event_type="EmergencyRaised",
    purpose=Purpose.EMERGENCY,
)


def sent(*facts: Any, pack: Any = GATE, asked: DisclosureRequested | None = None) -> tuple[Given, DisclosureReleased]:
    """The copy is on its way; and what its receipt will say."""
    asked = asked or request(part(BASIC))
    then = given(pack, *facts, shared=TOWN).when(asked, agency=asked.agency, source="coordination", message_id="asked")
    (verdict,) = (each for each in then.events if isinstance(each, DisclosureDecided))
    assert verdict.outcome in (Outcome.PERMIT, Outcome.REDACT)
    return then.after(), receipt(verdict).changed(basis=verdict.basis)


def blocked(before: Given) -> Given:
    """The recipient is kept away from her, before anything is known of the delivery."""
    flagged = replace(before, shared=registry.evolve(TOWN, FLAG)).when(FLAG, agency="municipality", message_id="flag")
    assert [Outcome.DENY] == [outcome for outcome, _ in verdicts(flagged)]
    return flagged.after()


def arrived(before: Given, told: DisclosureReleased, message_id: str = "receipt") -> Given:
    """The receipt comes in."""
    return before.when(told, agency="", source="tsunagu.courier", message_id=message_id).after()


@pytest.mark.parametrize("voided", [False, True])
def test_rule_19_what_was_given_without_asking_has_its_days_though_its_verdict_was_voided(voided: bool):
    """A flag came between the delivery and its receipt: the person is to be told, the use ends, and whoever gave may ask for it back."""
    out, told = sent(pack=WHOLE, asked=CALL)
    then = (blocked(out) if voided else out).when(told, agency="", source="tsunagu.courier", message_id="receipt")
    here = then.after()

    assert [("outreach", Deadline.PERSON_TOLD)] == [(each.agency, each.deadline) for each in then.events if isinstance(each, DeadlineSet)]
    assert ["asked"] == list(here.state.aftercare.unasked.ends)
    for said in (PersonTold(request_id="asked", told_on=day_in_japan(AT)), RecallRequested(request_id="asked", reason=RecallReason.TOO_MUCH)):
        assert said == here.when(said, agency="outreach", message_id="said").events[0]


def test_rule_27_silence_about_what_arrived_after_a_withdrawal_is_told_to_whoever_gave():
    """The stop notice went out on the receipt."""
    out, told = sent(consent(BASIC), pack=TIMED)
    here = arrived(out.when(WITHDRAWN, agency="elder", message_id="w").after(), told)

    assert ["elder"] == here.state.givers("coordinator", CONSENT)
    silent = here.when(Tick(), agency="", source="tsunagu.consent", message_id="t", at=AT + (DAYS + 1) * DAY_MS)
    assert {"coordinator", "elder"} == {each.recipient for each in silent.events if isinstance(each, DisclosureRequested) and each.event_type == DeadlineMissed.__name__}


def test_rule_26_the_sender_of_what_arrived_and_was_to_wait_learns_that_it_waits_no_more():
    """The consent was paused on the way: with its return nothing goes a second time."""
    out, told = sent(consent(BASIC))
    paused = out.when(PAUSED, agency="elder", message_id="p")
    assert [(Outcome.HOLD, ("CONSENT_PAUSED",))] == verdicts(paused)

    then = paused.after().when(told, agency="", source="tsunagu.courier", message_id="receipt")

    assert [(Outcome.DENY, ("ARRIVED_BEFORE",))] == verdicts(then)
    assert ({}, "elder") == (then.state.holds, then.state.aftercare.handed["asked"].giver)
    assert [] == verdicts(then.after().when(RESUMED, agency="elder", message_id="r"))


def test_a_receipt_is_known_by_more_than_its_millisecond():
    """PERMIT and, in the same millisecond, a narrower one: the first one's receipt leaves the second under way."""
    out, told = sent(consent(BASIC, HEALTH), asked=request(part(BASIC), part(HEALTH)))
    narrower = consent(BASIC, consent="d" * 32, supersedes=(CONSENT,))
    redacted = out.when(narrower, agency="elder", message_id="n")
    assert [Outcome.REDACT] == [outcome for outcome, _ in verdicts(redacted)]
    (last,) = (each for each in redacted.events if isinstance(each, DisclosureDecided))
    assert told.decided_at == last.at

    here = arrived(redacted.after(), told)

    assert (["asked"], ()) == (list(here.state.deliveries), here.state.voided)
    assert {} == arrived(here, receipt(last), "second").state.deliveries


def test_what_never_arrived_is_remembered_for_a_while_only():
    """The last hundred of a case."""
    out, _ = sent(consent(BASIC))
    asked, verdict = out.state.deliveries["asked"].request, out.state.deliveries["asked"].verdict
    case = CaseFile()
    for number in range(120):
        name = f"{number:03}"
        case = case.asked(asked).decided(verdict.changed(request_id=name)).decided(verdict.changed(request_id=name, outcome=Outcome.DENY))

    assert [f"{number:03}" for number in range(20, 120)] == [each.verdict.request_id for each in case.voided]


def test_rule_29_a_second_copy_adds_to_the_first():
    """What was received is the sum, what was acknowledged and asked back stays so."""
    first = DisclosureReleased(
        verdict_id="1", decided_at=1, request_id="q", event_id="e", event_type="T", recipient="municipality", basis=Basis.M, consents=(),
        released=(part(BASIC), part(HEALTH)),
    )
    once = Aftercare().handed_over(first, None).noted("q", acknowledged=True).noted("q", recalled=True)

    twice = once.handed_over(first.changed(verdict_id="2", decided_at=2, released=(part(BASIC),)), None)

    assert once.handed == twice.handed
    assert frozenset((BASIC, HEALTH)) == twice.received_unconsented(MOTHER, "municipality")


def test_rule_4_what_is_under_way_goes_by_the_stricter_keep_until_of_a_consent_that_replaces_its_own():
    """The same parts, another duty: the copy must say so."""
    today = day_in_japan(AT)
    long, short = today + timedelta(days=300), today + timedelta(days=30)
    out, _ = sent(consent(BASIC, keep_until=long))

    then = out.when(consent(BASIC, consent="d" * 32, supersedes=(CONSENT,), keep_until=short), agency="elder", message_id="n")

    (verdict,) = (each for each in then.events if isinstance(each, DisclosureDecided))
    assert [f"KEEP_UNTIL:{short.isoformat()}"] == [each for each in verdict.obligations if each.startswith("KEEP")]


def test_rule_14_what_the_courier_kept_back_has_reached_nobody():
    """The key of an essential part was destroyed: no days run, nobody is told to stop, nothing is under way."""
    out, told = sent(consent(BASIC, HEALTH), pack=WHOLE, asked=request(part(BASIC), part(HEALTH, essential=True)))
    nothing = told.changed(released=())
    assert kept_back(out.state.deliveries["asked"].request, nothing)

    here = out.when(nothing, agency="", source="tsunagu.courier", message_id="receipt").then(nothing)

    assert ({}, {}, {}) == (here.state.deliveries, here.state.aftercare.handed, here.state.releases)
    assert [] == stops(here.when(WITHDRAWN, agency="elder", message_id="w"))
    here.when(DisclosureAcknowledged(request_id="asked"), agency="coordinator", message_id="a").then_refused(RefusalCode.CONSENT_NOT_FOUND)
