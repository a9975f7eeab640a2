"""The person's ledger (本人の提供記録): what an entry says, whose it is, and what of it is shown to whom (rules 20, 32; R12, case 35)."""

from __future__ import annotations

from datetime import date

from contracts.consent import (
    ConsentWithdrawn,
    DisclosureAcknowledged,
    RecallRequested,
    StopNoticeAnswered,
)
from contracts.envelope import PersonsNoted
from contracts.shared import (
    Basis,
    Outcome,
    Purpose,
    RecallReason,
    StopAnswer,
)
from kernel.testing import AT
from tests.services.consent.ledger_town import (
    ADDRESS,
    BASIC,
    CASE,
    HEALTH,
    Town,
)
from tests.services.consent.town import CONSENT, MOTHER, SON, consent, part, request


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


def test_rule_32_an_event_without_parts_that_rests_on_a_consent_is_its_persons():
    """That the recipient learns of the case at all is hers; of the others in the household it says nothing."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)))
    town.given(consent(BASIC), request())

    assert [(Outcome.PERMIT, (CONSENT,))] == [(entry.outcome, entry.consents) for entry in town.ledger()]
    assert [] == town.ledger(SON)


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
