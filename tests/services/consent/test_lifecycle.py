"""The life of a consent: asked, answered, narrowed, extended, over; whether the person can decide, and who can instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.consent import (
    CapacityConfirmed,
    CapacityDoubted,
    ConsentExpired,
    ConsentExtended,
    ConsentGranted,
    ConsentNarrowed,
    ConsentPaused,
    ConsentRefused,
    ConsentResumed,
    ConsentWithdrawn,
    DisclosureDecided,
    ProxyEnded,
    ProxyVerified,
    StopNoticeIssued,
)
from contracts.envelope import DeadlineSet, Tick
from contracts.outreach import ContactStateChanged
from contracts.registry import AgencyRegistered
from contracts.shared import AgencyKind, DataCategory, Deadline, DoubtKind, Grantor, Outcome, ProxyKind, Purpose, RefusalCode
from kernel.days import DAY_MS
from kernel.testing import AT, Given, given
from services.consent.domain import registry
from tests.services.consent.test_stops import delivered, permitted, receipt, stops, verdicts
from tests.services.consent.town import ASKED, CONSENT, DAYS, GATE, MOTHER, SON, TIMED, TOWN, consent, part, request

BASIC, ECONOMIC, HEALTH = DataCategory.BASIC, DataCategory.ECONOMIC, DataCategory.HEALTH
MIDNIGHT = 1_806_505_200_000
"""2027-04-01T00:00+09:00: the mother's consent was valid to the day before."""
DOUBTED = CapacityDoubted(person=MOTHER, doubt=DoubtKind.ADULT_CAPACITY)
GUARDIAN = ProxyVerified(
    person=MOTHER, proxy="9" * 32, proxy_kind=ProxyKind.GUARDIAN, document_hash="0" * 64, purposes=(Purpose.COORDINATION,),
    valid_from=date(2026, 1, 1), valid_to=date(2027, 12, 31),
)
NARROWED = ConsentNarrowed(consent=CONSENT, person=MOTHER, categories=(BASIC,), recipients=("coordinator",))
EXTENDED = ConsentExtended(consent=CONSENT, person=MOTHER, valid_to=date(2027, 5, 1))
YES = consent(BASIC, consent=ASKED.consent)
GUARDIANS = consent(BASIC, given_by=Grantor.GUARDIAN, proxy="9" * 32)
"""As the guardian gives it."""


def case(*events: Any, gate: Any = GATE) -> Given:
    """A case in which these facts are recorded."""
    return given(gate, *events, shared=TOWN)


def test_r3_a_person_is_asked_and_silence_is_no_yes():
    """R3: however much time passes, a request stays a request."""
    asked = case().when(ASKED).then(ASKED)

    asked.when(Tick(), at=AT + 1_000 * DAY_MS).then_nothing()
    assert {ASKED.consent} == set(asked.state.standing.asked)
    (_, verdict) = asked.when(request(part(BASIC)), source="coordination").events
    assert ("NO_CONSENT",) == verdict.reasons


@pytest.mark.parametrize("answer", [YES, ConsentRefused(consent=ASKED.consent, person=MOTHER, purpose=Purpose.COORDINATION)])
def test_a_yes_or_a_no_answers_the_request(answer: Any):
    """Asked → Active, Asked → Refused."""
    assert {} == case(ASKED).when(answer).then(answer).state.standing.asked


def test_rule_5_after_a_no_the_person_may_be_asked_again():
    """Refused → Asked: with a request of its own."""
    refused = case(ConsentRefused(consent="7" * 32, person=MOTHER, purpose=Purpose.COORDINATION))

    refused.when(ASKED).then(ASKED)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": Purpose.UNMAPPED}, RefusalCode.PURPOSE_MISSING),
        ({"categories": ()}, RefusalCode.CATEGORIES_MISSING),
        ({"categories": (DataCategory.UNMAPPED,)}, RefusalCode.CATEGORIES_MISSING),
        ({"recipients": ()}, RefusalCode.RECIPIENTS_MISSING),
        ({"recipients": ("nobody",)}, RefusalCode.RECIPIENT_UNKNOWN),
        ({"consent": CONSENT}, RefusalCode.ALREADY_DONE),
    ],
)
def test_a_request_says_what_for_of_what_and_to_whom(changes: dict[str, Any], code: RefusalCode):
    """Rules 1 and 4: nobody is asked for everything at once, nor twice in one."""
    case(consent(BASIC)).when(ASKED.changed(**changes)).then_refused(code)


def test_nobody_is_asked_twice_by_the_same_request():
    """It stands already."""
    case(ASKED).when(ASKED).then_refused(RefusalCode.ALREADY_DONE)


def test_nobody_is_asked_before_the_first_contact():
    """domain.md §2.6: who visits asks for a consent only from Contacted on; what outreach has told counts."""
    away, there = (ContactStateChanged(agency="outreach", reached=reached) for reached in (False, True))
    unmet = case().when(away, source="tsunagu.outreach").then(away)

    unmet.when(ASKED, agency="outreach").then_refused(RefusalCode.NO_CONTACT_YET)
    unmet.when(there, source="tsunagu.outreach").after().when(ASKED, agency="outreach").then(ASKED)


def test_who_does_not_visit_asks_whenever_it_likes():
    """A desk that the person comes to has met the person, whatever the visitors have seen; another visitor's contact is not one's own."""
    unmet = case(ContactStateChanged(agency="outreach", reached=False))

    unmet.when(ASKED, agency="elder").then(ASKED)
    other = ContactStateChanged(agency="elder", reached=True)
    unmet.when(other, source="tsunagu.outreach").after().when(ASKED, agency="outreach").then_refused(RefusalCode.NO_CONTACT_YET)


@pytest.mark.parametrize("said", [consent(BASIC), ConsentRefused(consent="8" * 32, person=MOTHER, purpose=Purpose.PARTICIPATION)])
def test_who_visits_asks_before_the_first_contact_only_whoever_has_answered_before(said: Any):
    """Outreach that coordination asks for (図 a6) silences nobody who has spoken with another desk; of the others it asks nobody."""
    unmet = case(said, ContactStateChanged(agency="outreach", reached=False))

    unmet.when(ASKED, agency="outreach").then(ASKED)
    unmet.when(ASKED.changed(person=SON), agency="outreach").then_refused(RefusalCode.NO_CONTACT_YET)


@pytest.mark.parametrize(
    "changes",
    [
        {"person": SON}, {"purpose": Purpose.PARTICIPATION}, {"categories": (BASIC, HEALTH)}, {"recipients": ("coordinator", "workshop")},
    ],
)
def test_a_yes_is_to_what_was_asked(changes: dict[str, Any]):
    """What goes beyond is to be asked for by a request of its own."""
    case(ASKED).when(YES.changed(**changes)).then_refused(RefusalCode.VALUE_INVALID)


def test_a_no_is_that_of_the_person_who_was_asked():
    """The son cannot refuse for his mother."""
    refusal = ConsentRefused(consent=ASKED.consent, person=SON, purpose=Purpose.COORDINATION)

    case(ASKED).when(refusal).then_refused(RefusalCode.VALUE_INVALID)


def test_what_remains_of_a_narrowed_consent_permits_and_what_went_does_not():
    """Active → Active (v+1)."""
    narrowed = case(consent(BASIC, ECONOMIC)).when(NARROWED).then(NARROWED)

    (_, verdict) = narrowed.when(request(part(BASIC), part(ECONOMIC)), source="coordination").events
    assert (Outcome.REDACT, (part(BASIC),)) == (verdict.outcome, verdict.released)


def test_narrowing_tells_each_recipient_to_stop_what_went_of_its_share():
    """Rule 27: to one a category, to the other everything; the former is told of the rest when that ends."""
    two = delivered(permitted(part(BASIC), recipient="poverty", before=delivered(permitted(part(BASIC), part(ECONOMIC))), asked="2"))
    told = two.when(NARROWED)

    assert [("coordinator", CONSENT, (ECONOMIC,)), ("poverty", CONSENT, (BASIC,))] == stops(told)
    withdrawn = told.after().when(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)))
    assert ["coordinator"] == [recipient for recipient, _, _ in stops(withdrawn)]


def test_what_is_under_way_when_a_consent_is_narrowed_is_decided_anew():
    """The last verdict counts."""
    under_way = permitted(part(BASIC), part(ECONOMIC))

    assert [(Outcome.REDACT, ("CATEGORY_NOT_CONSENTED",))] == verdicts(under_way.when(NARROWED))


def test_what_arrives_after_the_narrowing_is_followed_by_a_stop_notice():
    """It was in flight."""
    under_way = permitted(part(BASIC), part(ECONOMIC))
    (verdict,) = (each.verdict for each in under_way.state.deliveries.values())
    narrowed = under_way.when(NARROWED).after()

    assert [("coordinator", CONSENT, (ECONOMIC,))] == stops(narrowed.when(receipt(verdict), source="tsunagu.courier"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consent": "9" * 32}, RefusalCode.CONSENT_NOT_FOUND),
        ({"person": SON}, RefusalCode.CONSENT_NOT_FOUND),
        ({"categories": (BASIC, HEALTH)}, RefusalCode.VALUE_INVALID),
        ({"recipients": ("coordinator", "poverty")}, RefusalCode.VALUE_INVALID),
        ({"categories": (BASIC, ECONOMIC)}, RefusalCode.ALREADY_DONE),
    ],
)
def test_narrowing_leaves_less_of_a_consent_of_that_person(changes: dict[str, Any], code: RefusalCode):
    """It is no way to consent to more."""
    case(consent(BASIC, ECONOMIC)).when(NARROWED.changed(**changes)).then_refused(code)


@pytest.mark.parametrize("changed", [NARROWED, EXTENDED])
def test_what_was_withdrawn_is_neither_narrowed_nor_extended(changed: Any):
    """It is to be asked for anew."""
    case(consent(BASIC, ECONOMIC), ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))).when(changed).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("changed", [NARROWED, EXTENDED])
def test_what_is_over_is_neither_narrowed_nor_extended(changed: Any):
    """From the first moment of the day after, whether it has been noted or not."""
    over = case(consent(BASIC, ECONOMIC))

    over.when(changed, at=MIDNIGHT).then_refused(RefusalCode.WRONG_STATE)
    over.when(Tick(), at=MIDNIGHT).after().when(changed, at=MIDNIGHT).then_refused(RefusalCode.WRONG_STATE)


def test_an_extended_consent_permits_on_the_days_it_has_gained():
    """Active → Active (v+1)."""
    extended = case(consent(BASIC)).when(EXTENDED).then(EXTENDED)

    extended.when(Tick(), at=MIDNIGHT).then_nothing()
    (_, verdict) = extended.when(request(part(BASIC)), source="coordination", at=MIDNIGHT).events
    assert Outcome.PERMIT is verdict.outcome


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consent": "9" * 32}, RefusalCode.CONSENT_NOT_FOUND),
        ({"person": SON}, RefusalCode.CONSENT_NOT_FOUND),
        ({"valid_to": date(2027, 3, 31)}, RefusalCode.PERIOD_INVALID),
        ({"valid_to": date(2027, 5, 30)}, RefusalCode.CEILING_PERIOD),
    ],
)
def test_an_extension_is_later_and_not_too_late(changes: dict[str, Any], code: RefusalCode):
    """Later than now, and within the longest days from today (rule 4)."""
    case(consent(BASIC)).when(EXTENDED.changed(**changes)).then_refused(code)


def test_the_last_day_within_the_longest_is_taken():
    """366 days with today: the other edge."""
    longest = EXTENDED.changed(valid_to=date(2027, 5, 29))

    case(consent(BASIC)).when(longest).then(longest)


def test_nobody_records_an_extension_for_what_it_receives_itself():
    """As with the consent."""
    case(consent(BASIC)).when(EXTENDED, agency="coordinator").then_refused(RefusalCode.RECORDER_BENEFITS)


def test_r5_a_consent_expires_when_its_last_day_is_over_in_japan():
    """Active → Expired by the clock, once; not a moment before."""
    active = case(consent(BASIC))

    active.when(Tick(), at=MIDNIGHT - 1).then_nothing()
    active.when(Tick(), at=MIDNIGHT).then(ConsentExpired(consent=CONSENT, person=MOTHER)).when(Tick(), at=MIDNIGHT + DAY_MS).then_nothing()


def test_the_end_of_a_consent_is_due_at_its_midnight():
    """The timer need not look before."""
    active = case(consent(BASIC))

    assert MIDNIGHT == GATE.due(active.state)
    assert GATE.due(active.when(Tick(), at=MIDNIGHT).state) is None
    assert GATE.due(case(consent(BASIC), ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))).state) is None


def test_r5_expiry_tells_past_recipients_to_stop_and_decides_anew_what_is_under_way():
    """R5: recipients must stop unless another basis holds."""
    both = permitted(part(ECONOMIC), before=delivered(permitted(part(BASIC))), asked="second")
    over = both.when(Tick(), at=MIDNIGHT)

    assert [("coordinator", CONSENT, (BASIC,))] == stops(over)
    assert [(Outcome.DENY, ("CONSENT_EXPIRED",))] == verdicts(over)


def test_what_arrives_after_the_expiry_is_followed_by_a_stop_notice():
    """It was in flight at midnight."""
    under_way = permitted(part(BASIC))
    (verdict,) = (each.verdict for each in under_way.state.deliveries.values())
    over = under_way.when(Tick(), at=MIDNIGHT).after()

    assert [("coordinator", CONSENT, (BASIC,))] == stops(over.when(receipt(verdict), source="tsunagu.courier", at=MIDNIGHT + 1))


def test_an_expired_consent_may_still_be_withdrawn_and_nobody_is_told_twice():
    """A no is a no: what comes then waits for nobody."""
    over = delivered(permitted(part(BASIC))).when(Tick(), at=MIDNIGHT).after()
    withdrawn = ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))

    over.when(withdrawn, at=MIDNIGHT).then(withdrawn)


def test_each_stop_notice_sets_the_day_by_which_it_is_to_be_answered():
    """Rule 27: recipients answer within a set time."""
    granted = given(TIMED, consent(BASIC), shared=TOWN)
    told = delivered(permitted(part(BASIC), before=granted)).when(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)))

    due = DeadlineSet(deadline=Deadline.STOP_NOTICE_ANSWER, of=f"{CONSENT}/coordinator", agency="coordinator", due=AT + DAYS * DAY_MS)
    told.then(ConsentWithdrawn, StopNoticeIssued, due)


def test_r7_in_doubt_the_person_cannot_consent_until_confirmed():
    """Asked → Held → Asked → Active; a no is heard at any time."""
    held = case(ASKED).when(DOUBTED).then(DOUBTED)

    held.when(YES).then_refused(RefusalCode.CAPACITY_IN_DOUBT)
    held.when(ConsentRefused(consent=ASKED.consent, person=MOTHER, purpose=Purpose.COORDINATION)).then(ConsentRefused)
    held.when(CapacityConfirmed(person=MOTHER)).then(CapacityConfirmed).when(YES).then(YES)


def test_a_doubt_about_one_person_is_none_about_another():
    """The son decides for himself."""
    yes = consent(BASIC, person=SON)

    case(DOUBTED).when(yes).then(yes)


def test_r7_in_doubt_a_verified_proxy_consents_within_its_purposes():
    """Case 30: guardian with document, in scope; case 29: nobody without."""
    held = case(DOUBTED).when(GUARDIAN).then(GUARDIAN)

    held.when(GUARDIANS).then(ConsentGranted)
    held.when(GUARDIANS.changed(purpose=Purpose.OUTREACH)).then(ConsentGranted)  # a purpose covers its children
    held.when(GUARDIANS.changed(purpose=Purpose.PARTICIPATION)).then_refused(RefusalCode.PROXY_INVALID)


def test_r7_in_doubt_the_persons_own_yes_does_not_count_because_there_is_a_proxy():
    """Nor does a form of a version that does not name who signed."""
    case(DOUBTED, GUARDIAN).when(consent(BASIC)).then_refused(RefusalCode.CAPACITY_IN_DOUBT)


@pytest.mark.parametrize("changes", [{"valid_to": date(2027, 3, 30)}, {"valid_from": date(2026, 4, 2)}])
def test_in_doubt_a_consent_lies_within_the_period_of_the_proxy(changes: dict[str, Any]):
    """Its first and its last day."""
    case(DOUBTED, GUARDIAN.changed(**changes)).when(GUARDIANS).then_refused(RefusalCode.PROXY_INVALID)


def test_in_doubt_an_extension_needs_the_proxy_too():
    """It is a yes like the first one, by whoever gave that."""
    case(consent(BASIC), DOUBTED, GUARDIAN).when(EXTENDED).then_refused(RefusalCode.CAPACITY_IN_DOUBT)
    case(DOUBTED, GUARDIAN, GUARDIANS).when(EXTENDED).then(EXTENDED)


@pytest.mark.parametrize("over", [ProxyEnded(person=MOTHER, proxy="9" * 32), GUARDIAN.changed(valid_to=date(2027, 4, 30))])
def test_rule_21_a_proxys_consent_is_neither_extended_nor_resumed_beyond_the_proxy(over: Any):
    """Whether the person is in doubt still, or not."""
    paused, resumed = (kind(person=MOTHER, consents=(CONSENT,)) for kind in (ConsentPaused, ConsentResumed))
    for before in ((GUARDIAN,), (DOUBTED, GUARDIAN)):
        case(*before, GUARDIANS, over).when(EXTENDED).then_refused(RefusalCode.PROXY_INVALID)
        case(*before, GUARDIANS, paused).when(resumed).then(resumed)
        case(*before, GUARDIANS, paused, ProxyEnded(person=MOTHER, proxy="9" * 32)).when(resumed).then_refused(RefusalCode.PROXY_INVALID)


def test_without_a_doubt_the_person_decides_whoever_else_may():
    """A proxy on record takes nothing away."""
    case(GUARDIAN).when(consent(BASIC, purpose=Purpose.PARTICIPATION)).then(ConsentGranted)


def test_r6_a_parent_speaks_for_a_minor_and_for_no_adult():
    """R6, R7: relatives without mandate count for nothing."""
    parent = GUARDIAN.changed(proxy_kind=ProxyKind.PARENT)
    minor = case(DOUBTED.changed(doubt=DoubtKind.MINOR))

    minor.when(parent).then(parent).when(GUARDIANS.changed(given_by=Grantor.PARENT)).then(ConsentGranted)
    case(DOUBTED).when(parent).then_refused(RefusalCode.PROXY_INVALID)
    case(parent, DOUBTED).when(GUARDIANS.changed(given_by=Grantor.PARENT)).then_refused(RefusalCode.PROXY_INVALID)


def test_rule_21_a_conflict_of_interest_suspends_the_proxy_and_not_the_person():
    """Rule 21: nobody says yes for the person; who can decide decides."""
    conflict = DOUBTED.changed(doubt=DoubtKind.CONFLICT_OF_INTEREST)

    case(DOUBTED, GUARDIAN, conflict).when(consent(BASIC)).then_refused(RefusalCode.CAPACITY_IN_DOUBT)
    case(GUARDIAN, conflict).when(consent(BASIC)).then(ConsentGranted)


@pytest.mark.parametrize("past", [(DOUBTED, GUARDIAN), (GUARDIAN,), ()])
def test_while_interests_conflict_no_proxy_is_verified(past: tuple[Any, ...]):
    """R6: the suspended one does not come back by the same document, nor does another in its place; once it is clear again, somebody may."""
    conflict, other = DOUBTED.changed(doubt=DoubtKind.CONFLICT_OF_INTEREST), GUARDIAN.changed(proxy="8" * 32)
    stands = case(*past, conflict)

    stands.when(GUARDIAN).then_refused(RefusalCode.PROXY_INVALID)
    stands.when(other).then_refused(RefusalCode.PROXY_INVALID)
    stands.when(other.changed(person=SON)).then(ProxyVerified)
    clear = stands.when(CapacityConfirmed(person=MOTHER, doubt=conflict.doubt), agency="municipality").then(CapacityConfirmed)
    clear.when(other).then(other).when(GUARDIANS.changed(proxy=other.proxy)).then(ConsentGranted)


@pytest.mark.parametrize("doubt", [DoubtKind.CONFLICT_OF_INTEREST, DoubtKind.MINOR])
def test_r6_that_a_conflict_is_over_or_one_is_of_age_our_municipality_says(doubt: DoubtKind):
    """And it ends that doubt alone; who confirms a capacity ends neither."""
    doubted, over = DOUBTED.changed(doubt=doubt), CapacityConfirmed(person=MOTHER, doubt=doubt)
    foreign = registry.evolve(TOWN, AgencyRegistered(agency="next", kind=AgencyKind.MUNICIPALITY, name="next", emergency_right=False, ours=False))
    before = case(DOUBTED, doubted)

    for agency in ("elder", "coordinator", "next"):
        replace(before, shared=foreign).when(over, agency=agency).then_refused(RefusalCode.NOT_PUBLISHABLE)
    assert {DoubtKind.ADULT_CAPACITY} == before.when(over, agency="municipality").then(over).state.standing.doubts_about(MOTHER)
    assert {doubt} == before.when(CapacityConfirmed(person=MOTHER), agency="elder").after().state.standing.doubts_about(MOTHER)
    case(doubted).when(CapacityConfirmed(person=MOTHER), agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_r7_who_receives_by_a_consent_of_the_person_does_not_confirm_the_capacity():
    """Whether the consent stands or is asked for; who has nothing by it any more, or never had, may."""
    confirmed, withdrawn = CapacityConfirmed(person=MOTHER), ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))

    for before in (consent(BASIC), ASKED):
        case(before, DOUBTED).when(confirmed, agency="coordinator").then_refused(RefusalCode.RECORDER_BENEFITS)
        case(before, DOUBTED).when(confirmed, agency="elder").then(confirmed)
    case(consent(BASIC), withdrawn, DOUBTED).when(confirmed, agency="coordinator").then(confirmed)
    case(consent(BASIC, person=SON), DOUBTED).when(confirmed, agency="coordinator").then(confirmed)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_from": date(2028, 1, 1)}, RefusalCode.PERIOD_INVALID),
        ({"valid_to": date(2026, 5, 27)}, RefusalCode.PERIOD_INVALID),
        ({"proxy": MOTHER}, RefusalCode.PROXY_INVALID),
        ({}, RefusalCode.ALREADY_DONE),
    ],
)
def test_a_proxy_is_somebody_else_with_a_period(changes: dict[str, Any], code: RefusalCode):
    """Authority is an artefact with start and end (rule 21)."""
    case(GUARDIAN).when(GUARDIAN.changed(**changes)).then_refused(code)


def test_a_doubt_is_recorded_once_and_confirmed_where_there_is_one():
    """Both ways."""
    case(DOUBTED).when(DOUBTED).then_refused(RefusalCode.ALREADY_DONE)
    case(DOUBTED).when(DOUBTED.changed(doubt=DoubtKind.MINOR)).then(CapacityDoubted)
    case().when(CapacityConfirmed(person=MOTHER)).then_refused(RefusalCode.WRONG_STATE)


def test_an_extension_that_comes_in_time_releases_nothing_by_itself():
    """It only changes how long; what waits for another reason waits on."""
    held = case(consent(BASIC)).when(request(part(HEALTH)), source="coordination").after()

    assert [] == [event for event in held.when(EXTENDED).events if isinstance(event, DisclosureDecided)]
