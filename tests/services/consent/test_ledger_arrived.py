"""A ledger and what really arrived: what was on the way, kept back, stopped or used up."""

from __future__ import annotations

from contracts.consent import (
    ConsentNarrowed,
    ConsentWithdrawn,
    IdentityVerified,
    RightsDecided,
    StopNoticeAnswered,
    UseExpired,
    UseStopRequested,
)
from contracts.envelope import PersonsNoted
from contracts.shared import (
    Basis,
    Outcome,
    Purpose,
    RightsOutcome,
    StopAnswer,
)
from tests.services.consent.ledger_town import (
    BASIC,
    DANGER,
    HEALTH,
    Town,
)
from tests.services.consent.town import CONSENT, MOTHER, SON, consent, part, request


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


def test_rule_28_what_was_on_the_way_when_a_consent_ended_and_never_came_is_a_refusal():
    """Permitted, withdrawn before it was delivered: the verdict that counts is the last."""
    town = Town()
    town.say(consent(BASIC))
    town.say(request(part(BASIC)))
    town.say(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)))

    assert [(Outcome.DENY, None)] == [(entry.outcome, entry.given_at) for entry in town.ledger()]


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
