"""The gate: consent, withdrawal, conference, danger to life, protection; each rule in a sentence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.consent import ConfirmationAwaited, ConsentRefused, ConsentWithdrawn, DisclosureDecided, ProtectionFlagSet, ReviewOpened
from contracts.coordination import InformationRequestedInConference, SegmentNoted
from contracts.envelope import DisclosureRequested, PersonsNoted, Tick
from contracts.registry import PolicyActivated
from contracts.shared import Basis, ConferenceBasis, ConsentMedium, DataCategory, Outcome, Purpose, RefusalCode
from kernel.days import DAY_MS, day_in_japan
from kernel.decider import fold
from kernel.testing import AT, Given, Then, given
from services.consent.domain import registry
from tests.services.consent.town import CONSENT, GATE, MOTHER, SON, TOWN, consent, part, request

BASIC, ECONOMIC, HEALTH, ADDRESS, DANGER = (
    DataCategory.BASIC, DataCategory.ECONOMIC, DataCategory.HEALTH, DataCategory.ADDRESS, DataCategory.DANGER,
)


def case(*events: Any, shared: Any = TOWN) -> Given:
    """A case in which these facts are recorded."""
    return given(GATE, *events, shared=shared)


def verdict(then: Then) -> DisclosureDecided:
    """The one verdict that a decision gave."""
    (found,) = (event for event in then.events if isinstance(event, DisclosureDecided))
    return found


def ask(before: Given, *parts: Any, at: int = AT, **changes: Any) -> DisclosureDecided:
    """The verdict on one request."""
    return verdict(before.when(request(*parts, **changes), agency="elder", source="coordination", at=at, position="log/3/14"))


def test_r2_consent_that_covers_every_part_permits():
    """Case 1: signed consent for the coordinator, coordination, basic and economic."""
    found = ask(case(consent(BASIC, ECONOMIC)), part(BASIC), part(ECONOMIC))

    assert (Outcome.PERMIT, Basis.C, (CONSENT,), "log/3/14", "hash") == (found.outcome, found.basis, found.consents, found.position, found.policy)


def test_r2_a_category_without_consent_is_withheld():
    """Case 2: the same event also carries a diagnosis."""
    found = ask(case(consent(BASIC, ECONOMIC)), part(BASIC), part(HEALTH))

    assert Outcome.REDACT == found.outcome
    assert [(HEALTH, "CATEGORY_NOT_CONSENTED")] == [(entry.category, entry.reason) for entry in found.withheld]


def test_rule_10_two_consents_that_each_cover_half_permit_no_whole():
    """The illness is consented to, but for another purpose, to another recipient, or in another month: it stays."""
    for half in ({"purpose": Purpose.OUTREACH}, {"recipients": ("poverty",)}, {"valid_to": date(2026, 4, 30)}):
        assert ("CATEGORY_NOT_CONSENTED",) == ask(case(consent(BASIC), consent(HEALTH, consent="e" * 32, **half)), part(BASIC), part(HEALTH)).reasons


def test_rule_10_what_one_person_gives_comes_whole_from_one_consent():
    """Of two that fit, the one that covers most; the other adds nothing."""
    found = ask(case(consent(BASIC), consent(BASIC, ECONOMIC, consent="e" * 32), consent(HEALTH, consent="f" * 32)),
                part(BASIC), part(ECONOMIC), part(HEALTH))

    assert ("e" * 32,) == found.consents
    assert [BASIC, ECONOMIC] == [each.category for each in found.released]
    assert [HEALTH] == [each.category for each in found.withheld]


def test_r4_facts_about_another_person_need_that_persons_own_consent():
    """Case 10: the mother consents for herself; everything of the son is withheld."""
    found = ask(case(consent(BASIC, HEALTH)), part(BASIC), part(HEALTH, SON))

    assert [(SON, HEALTH, "NO_CONSENT")] == [(entry.person, entry.category, entry.reason) for entry in found.withheld]
    assert [MOTHER] == [entry.person for entry in found.released]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"recipient": "workshop"}, "RECIPIENT_NOT_NAMED"),
        ({"purpose": Purpose.TAX_COLLECTION}, "PURPOSE_NOT_CONSENTED"),
    ],
)
def test_r2_consent_for_another_recipient_or_purpose_is_none(changes: dict[str, Any], reason: str):
    """Cases 3 and 4: no wildcard, no other use."""
    found = ask(case(consent(BASIC)), part(BASIC), event_type="PlanShared", **changes)

    assert (Outcome.DENY, (reason,)) == (found.outcome, found.reasons)


@pytest.mark.parametrize(("after_the_last_second_ms", "outcome"), [(-1, Outcome.PERMIT), (0, Outcome.DENY)])
def test_rule_3_the_last_day_counts_whole_in_japan(after_the_last_second_ms: int, outcome: Outcome):
    """Case 5 and rule 3: exactly one change, at midnight JST after the last day."""
    midnight_jst = 1_806_505_200_000 + after_the_last_second_ms  # 2027-04-01T00:00+09:00
    found = ask(case(consent(BASIC)), part(BASIC), at=midnight_jst, event_type="PlanShared")

    assert outcome is found.outcome


def test_rule_25_a_referral_without_consent_is_held_and_says_what_would_release_it():
    """R10: nobody has asked yet; the referral waits."""
    found = ask(case(), part(BASIC))

    assert (Outcome.HOLD, ("NO_CONSENT",)) == (found.outcome, found.reasons)
    assert ("CONSENT_OF_PERSON", "SUPPORT_CONFERENCE") == found.releases_when
    assert AT + 14 * DAY_MS == found.deadline
    assert "同意" in found.sentence


def test_rule_26_the_consent_that_arrives_releases_the_held_referral():
    """Rule 26: a new decision at the new time, minimised anew, at the old log position."""
    held = case().when(request(part(BASIC), part(HEALTH), part(HEALTH, SON)), source="coordination", position="log/3/14", message_id="req").after()

    _, released = held.when(consent(BASIC), at=AT + 5).events

    assert ("req", Outcome.REDACT, AT + 5, "log/3/14") == (released.request_id, released.outcome, released.at, released.position)
    assert [(MOTHER, BASIC)] == [(entry.person, entry.category) for entry in released.released]


def test_a_hold_is_released_once():
    """A second consent finds nothing waiting."""
    held = case().when(request(part(BASIC)), source="coordination").after()
    again = held.when(consent(BASIC)).after().when(consent(BASIC, consent="d" * 32))

    assert ["ConsentGranted"] == [type(event).__name__ for event in again.events]


def test_rule_26_a_hold_ends_at_its_deadline():
    """Rule 26: deadline means DENY, told to the sender; the same tick again gives nothing."""
    held = case().when(request(part(BASIC)), source="coordination").after()

    held.when(Tick(), at=AT + 14 * DAY_MS - 1).then_nothing()
    late = held.when(Tick(), at=AT + 14 * DAY_MS)
    assert (Outcome.DENY, ("HOLD_EXPIRED",)) == (verdict(late).outcome, verdict(late).reasons)
    late.after().when(Tick(), at=AT + 15 * DAY_MS).then_nothing()


def test_rule_8_an_explicit_refusal_is_not_held():
    """Rule 8: a refusal with no other basis is DENY and triggers nothing."""
    refusal = ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION)
    found = ask(case(refusal), part(BASIC))

    assert (Outcome.DENY, ("PERSON_REFUSED",)) == (found.outcome, found.reasons)


def test_a_refusal_of_something_else_is_no_refusal_of_this():
    """Another purpose, another recipient: the referral waits for a consent, and nobody is told that the person refuses."""
    other = ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.PARTICIPATION, recipients=("workshop",))

    assert (Outcome.HOLD, ("NO_CONSENT",)) == ((found := ask(case(other), part(BASIC))).outcome, found.reasons)


@pytest.mark.parametrize("person", [MOTHER, SON])
def test_an_event_without_sealed_parts_does_not_cross_against_a_refusal(person: str):
    """Rule 11: whoever of the household has refused this recipient, even a bare notice of concern stays."""
    refusal = ConsentRefused(consent="e" * 32, person=person, purpose=Purpose.COORDINATION, recipients=("coordinator",))
    found = ask(case(consent(BASIC), refusal), event_type="TaskAssigned")

    assert (Outcome.DENY, ("PERSON_REFUSED",)) == (found.outcome, found.reasons)


def test_rule_11_a_no_to_a_purpose_meets_what_stands_above_and_below_it():
    """Outreach is a part of coordination: who refuses it is not coordinated either, as with categories; other purposes go on."""
    yes, no = consent(BASIC), ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.OUTREACH)

    for parts in ((part(BASIC),), ()):
        assert ("PERSON_REFUSED",) == ask(case(yes, no), *parts).reasons
        assert ("PERSON_REFUSED",) == ask(case(yes, no.changed(purpose=Purpose.COORDINATION)), *parts, purpose=Purpose.OUTREACH).reasons
        assert Outcome.PERMIT is ask(case(yes, no.changed(purpose=Purpose.COMMUNITY)), *parts).outcome


def test_rule_11_a_no_to_one_category_does_not_stop_a_body_without_parts():
    """Which says no more than the body of an event with parts does: of health nothing goes in either."""
    yes, no = consent(BASIC), ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION, categories=(HEALTH,))

    assert Outcome.PERMIT is ask(case(yes, no), persons=(MOTHER,)).outcome
    assert Outcome.PERMIT is ask(case(yes, no), part(BASIC), persons=(MOTHER,)).outcome
    assert ("PERSON_REFUSED",) == ask(case(yes, no), part(HEALTH), persons=(MOTHER,)).reasons


def test_a_refusal_cancels_what_waits():
    """A no that arrives during a hold ends it as DENY."""
    held = case().when(request(part(BASIC)), source="coordination").after()
    ended = held.when(ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION))

    assert Outcome.DENY is verdict(ended).outcome


@pytest.mark.parametrize(("supersedes", "outcome"), [((), Outcome.DENY), (("e" * 32,), Outcome.PERMIT)])
def test_rule_11_a_later_consent_lifts_a_refusal_only_by_naming_it(supersedes: tuple[str, ...], outcome: Outcome):
    """Rule 11: no 'newest wins'."""
    refusal = ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION)
    found = ask(case(refusal, consent(BASIC, supersedes=supersedes)), part(BASIC))

    assert outcome is found.outcome


def test_rule_14_an_essential_part_withheld_holds_instead_of_sending_a_husk():
    """Rule 14: something left, but an essential field gone."""
    found = ask(case(consent(ECONOMIC)), part(ECONOMIC), part(BASIC, essential=True), event_type="TrialStarted")

    assert (Outcome.HOLD, (), "ESSENTIAL_WITHHELD") == (found.outcome, found.released, found.reasons[0])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"medium": ConsentMedium.SILENCE}, RefusalCode.NOT_A_CONSENT),
        ({"medium": ConsentMedium.ORAL}, RefusalCode.WITNESS_MISSING),
        ({"purpose": Purpose.UNMAPPED}, RefusalCode.PURPOSE_MISSING),
        ({"categories": ()}, RefusalCode.CATEGORIES_MISSING),
        ({"categories": (DataCategory.UNMAPPED,)}, RefusalCode.CATEGORIES_MISSING),
        ({"recipients": ()}, RefusalCode.RECIPIENTS_MISSING),
        ({"recipients": ("*",)}, RefusalCode.WILDCARD_RECIPIENT),
        ({"valid_to": date(2026, 3, 31)}, RefusalCode.PERIOD_INVALID),
        ({"valid_to": date(2099, 3, 31)}, RefusalCode.CEILING_PERIOD),
    ],
)
def test_rule_1_a_consent_that_says_too_little_or_too_much_is_not_recorded(changes: dict[str, Any], code: RefusalCode):
    """Rules 1-4, R3, case 8: refused when recorded, with a code."""
    case().when(consent(BASIC, **changes)).then_refused(code)


def test_nobody_alone_records_a_consent_for_what_it_will_receive_itself():
    """Otherwise whoever has a part in the case could open it to itself, a withdrawal notwithstanding: it waits for somebody else."""
    for_both = consent(BASIC, recipients=("poverty", "coordinator"))

    case().when(for_both, agency="poverty").then(for_both, ConfirmationAwaited)
    case().when(for_both, agency="elder").then(for_both)


def test_r3_an_oral_consent_with_a_witness_counts():
    """Case 9."""
    oral = case().when(consent(BASIC, medium=ConsentMedium.ORAL, witnessed=True)).after()

    assert Outcome.PERMIT is ask(oral, part(BASIC)).outcome


def noted(*members: str, basis: ConferenceBasis = ConferenceBasis.SWA106_6, open: bool = True, convener: str = "municipality") -> SegmentNoted:
    """A conference segment about this case, as coordination has noted it."""
    return SegmentNoted(sitting="s", segment="seg", basis=basis, members=members, present=("workshop",), open=open, convener=convener)


def conference(*members: str, **changes: Any) -> Given:
    """A case on the agenda of an open segment in which HEALTH was asked for."""
    asked = InformationRequestedInConference(segment="seg", to_agency="child", wanted=(HEALTH,))
    return case(noted(*members, **changes), asked)


def give(before: Given, recipient: str, category: DataCategory = HEALTH) -> DisclosureDecided:
    """The verdict on giving information in the conference."""
    return ask(before, part(category, SON), event_type="InformationGivenInConference", recipient=recipient, agency="child",
               basis=Basis.M, segment="seg", purpose=Purpose.SUPPORT_CONFERENCE)


def test_r9_a_listed_member_may_hear_what_was_asked_for_while_the_segment_is_open():
    """Case 12: 106-6 segment open, agency listed, item asked."""
    found = give(conference("child", "poverty"), "poverty")

    assert (Outcome.PERMIT, Basis.M, "R9") == (found.outcome, found.basis, found.rule)


@pytest.mark.parametrize(
    ("before", "recipient", "category", "reason"),
    [
        (conference("child", "poverty"), "workshop", HEALTH, "NOT_LISTED"),
        (conference("child", "poverty"), "poverty", ECONOMIC, "NOT_ASKED"),
        (conference("child", "poverty", basis=ConferenceBasis.NON_STATUTORY), "workshop", HEALTH, "NOT_LISTED"),
        (conference("child", "poverty", convener="coordinator"), "poverty", HEALTH, "CONVENER_KIND"),
        (conference("child", "poverty", convener=""), "poverty", HEALTH, "CONVENER_KIND"),
        (case(), "poverty", HEALTH, "SEGMENT_UNKNOWN"),
    ],
    ids=["guest", "item not asked", "guest, and no statute", "no convener by law", "unknown convener", "unknown segment"],
)
def test_r9_outside_the_conference_nothing_is_heard(before: Given, recipient: str, category: DataCategory, reason: str):
    """Cases 13, 14: guests, other items, other meetings, meetings that only call themselves so."""
    found = give(before, recipient, category)

    assert (Outcome.DENY, reason) == (found.outcome, found.reasons[0])


def test_r10_without_consent_what_is_said_in_a_meeting_without_statute_waits():
    """Case 18: held; a 支援会議 is the other way. The person's consent lets it through, a no ends it, and a no before it lets nothing wait."""
    before = conference("child", "poverty", basis=ConferenceBasis.NON_STATUTORY)
    found = give(before, "poverty")
    yes = consent(HEALTH, person=SON, purpose=Purpose.SUPPORT_CONFERENCE, recipients=("poverty",))
    no = ConsentRefused(consent="e" * 32, person=SON, purpose=Purpose.SUPPORT_CONFERENCE)

    assert (Outcome.HOLD, "R10", ("SEGMENT_NOT_STATUTORY",)) == (found.outcome, found.rule, found.reasons)
    assert ("CONSENT_OF_PERSON", "SUPPORT_CONFERENCE") == found.releases_when
    held = before.when(request(
        part(HEALTH, SON), event_type="InformationGivenInConference", recipient="poverty", agency="child", basis=Basis.M, segment="seg",
        purpose=Purpose.SUPPORT_CONFERENCE,
    ), source="coordination").after()
    assert (Outcome.PERMIT, Basis.C) == ((answer := verdict(held.when(yes))).outcome, answer.basis)
    assert (Outcome.DENY, ("PERSON_REFUSED",)) == ((answer := verdict(held.when(no))).outcome, answer.reasons)
    assert Outcome.DENY is give(before.when(no).after(), "poverty").outcome


def test_rule_18_after_closing_nobody_hears_any_more():
    """Case 17."""
    closed = conference("child", "poverty").when(noted("child", "poverty", open=False), source="coordination").after()

    assert ("SEGMENT_CLOSED",) == give(closed, "poverty").reasons


def test_rule_24_what_is_under_way_when_the_segment_closes_is_decided_anew():
    """What the courier has not delivered by then stays in the conference."""
    before = conference("child", "poverty")
    asked = request(part(HEALTH, SON), event_type="InformationGivenInConference", recipient="poverty", agency="child", basis=Basis.M,
                    segment="seg", purpose=Purpose.SUPPORT_CONFERENCE)
    given_to = before.when(asked, source="coordination").after()

    closed = given_to.when(noted("child", "poverty", open=False), source="coordination", at=AT + 1)

    assert (Outcome.DENY, ("SEGMENT_CLOSED",)) == (verdict(closed).outcome, verdict(closed).reasons)


def emergency(*parts: Any, agency: str = "outreach", recipient: str = "police", shared: Any = TOWN) -> Then:
    """A notice of danger to life."""
    asked = request(*parts, event_type="EmergencyRaised", agency=agency, recipient=recipient, basis=Basis.V, purpose=Purpose.EMERGENCY)
    return case(shared=shared).when(asked, agency=agency, source="consultation")


def test_rule_19_danger_to_life_is_told_at_once_and_reviewed_afterwards():
    """Case 22: name, place, risk; a review is opened with the municipality."""
    told = emergency(part(BASIC, essential=True), part(ADDRESS, essential=True), part(DANGER, essential=True))

    assert (Outcome.PERMIT, Basis.V) == (verdict(told).outcome, verdict(told).basis)
    (review,) = (event for event in told.events if isinstance(event, ReviewOpened))
    assert ("municipality", AT + 72 * 3_600_000) == (review.recipient, review.due)


def test_danger_to_life_opens_no_more_than_the_least_that_helps():
    """Case 22: the rest is redacted."""
    found = verdict(emergency(part(DANGER), part(ECONOMIC)))

    assert [(ECONOMIC, "OVER_CEILING")] == [(entry.category, entry.reason) for entry in found.withheld]


@pytest.mark.parametrize(
    ("agency", "recipient", "reason"), [("workshop", "police", "NO_EMERGENCY_RIGHT"), ("outreach", "tax", "RECIPIENT_KIND")],
)
def test_rule_19_break_glass_is_a_right_and_not_a_claim(agency: str, recipient: str, reason: str):
    """Rule 19: the right is checked here; claiming the basis is not enough."""
    found = verdict(emergency(part(DANGER), agency=agency, recipient=recipient))

    assert (Outcome.DENY, reason) == (found.outcome, found.reasons[0])


@pytest.mark.parametrize("basis", [Basis.K, Basis.G, Basis.L, Basis.W, Basis.P])
def test_rule_17_a_basis_without_preconditions_in_the_pack_supports_nothing(basis: Basis):
    """Rule 17: the sender claims, the gate tests; what cannot be tested is no basis."""
    found = ask(case(), part(BASIC), basis=basis, event_type="PlanShared")

    assert (Outcome.DENY, Basis.NONE) == (found.outcome, found.basis)


def protected(*, until: date = date(2027, 3, 31)) -> Any:
    """The town in which poverty must not learn where the mother is."""
    flag = ProtectionFlagSet(flag="f", person=MOTHER, blocked_agencies=("poverty",), until=until)
    return fold(registry.DECIDER, (flag,), TOWN)


def test_r8_a_protection_flag_beats_consent():
    """R8, case 27: the address is withheld although the consent names it."""
    before = case(consent(BASIC, ADDRESS, recipients=("poverty",)), shared=protected())
    found = ask(before, part(BASIC), part(ADDRESS), recipient="poverty", event_type="LinkedToAgency")

    assert (Outcome.REDACT, "R8") == (found.outcome, found.rule)
    assert [(ADDRESS, "PROTECTED")] == [(entry.category, entry.reason) for entry in found.withheld]


def test_r8_a_flag_covers_the_whole_household():
    """The son's address would tell where the mother is."""
    sons = consent(ADDRESS, person=SON, recipients=("poverty",))
    found = ask(case(consent(BASIC), sons, shared=protected()), part(ADDRESS, SON), recipient="poverty", event_type="LinkedToAgency")

    assert (Outcome.DENY, ("PROTECTED",)) == (found.outcome, found.reasons)


@pytest.mark.parametrize("event_type", ["PlanShared", "RolesAssigned", "TrialStarted", "MatchConfirmed", "SupportAccepted"])
def test_r8_a_body_that_names_the_place_or_who_is_in_charge_does_not_go_to_a_blocked_agency(event_type: str):
    """The name alone would be harmless: it is the body that tells where to look, so nothing of it goes; to others it does."""
    yes = consent(BASIC, recipients=("poverty", "coordinator"))
    found = ask(case(yes, shared=protected()), part(BASIC), recipient="poverty", event_type=event_type)

    assert (Outcome.DENY, "R8", ("PROTECTED",), ()) == (found.outcome, found.rule, found.reasons, found.released)
    assert Outcome.PERMIT is ask(case(yes, shared=protected()), part(BASIC), event_type=event_type).outcome


def test_r8_whoever_is_itself_the_addressee_learns_what_is_not_protected():
    """The body of a referral names the recipient alone."""
    found = ask(case(consent(BASIC, recipients=("poverty",)), shared=protected()), part(BASIC), recipient="poverty", event_type="CoordinationReferred")

    assert (Outcome.PERMIT, [BASIC]) == (found.outcome, [each.category for each in found.released])


def test_a_flag_covers_whoever_was_named_in_the_case():
    """No consent and no request need have spoken of the mother: that she belongs to the case is enough."""
    sons = consent(ADDRESS, person=SON, recipients=("poverty",))
    asked = {"recipient": "poverty", "event_type": "LinkedToAgency"}
    named, others = PersonsNoted(persons=(MOTHER,)), PersonsNoted(persons=("9" * 32,))

    assert ("PROTECTED",) == ask(case(named, sons, shared=protected()), part(ADDRESS, SON), **asked).reasons
    assert Outcome.PERMIT is ask(case(others, sons, shared=protected()), part(ADDRESS, SON), **asked).outcome


def test_r8_a_flag_covers_whoever_has_only_reported():
    """Who keeps away from the mother must not learn where she has seen something either."""
    sons = consent(ADDRESS, person=SON, recipients=("poverty",))
    reported = PersonsNoted(persons=(SON, MOTHER), reporters=(MOTHER,))

    found = ask(case(reported, sons, shared=protected()), part(ADDRESS, SON), recipient="poverty", event_type="LinkedToAgency")

    assert ("PROTECTED",) == found.reasons


def test_whoever_has_only_reported_is_not_asked_to_consent():
    """What names nobody needs a consent of the household; that a neighbour has given none is no reason. Whoever has answered is asked like anybody."""
    reported, over = PersonsNoted(persons=(MOTHER, SON), reporters=(SON,)), consent(BASIC, recipients=("poverty",))
    no = ConsentRefused(consent="f" * 32, person=SON, purpose=Purpose.COORDINATION, categories=(), recipients=("coordinator",))

    assert ("RECIPIENT_NOT_NAMED", "NO_CONSENT") == ask(case(reported.changed(reporters=()), over)).reasons
    assert ("RECIPIENT_NOT_NAMED",) == ask(case(reported, over)).reasons
    assert ("RECIPIENT_NOT_NAMED", "NO_CONSENT") == ask(case(reported, over, PersonsNoted(persons=(SON,)))).reasons
    assert Outcome.PERMIT is ask(case(reported, consent(BASIC, person=SON))).outcome
    assert ("PERSON_REFUSED",) == ask(case(reported, consent(BASIC), no)).reasons


def test_while_nobody_of_a_case_is_known_a_blocked_agency_gets_no_protected_category():
    """The flag is older than anything the gate has heard of the case: it might concern it."""
    asked = request(event_type="InformationRequestedInConference", recipient="poverty", basis=Basis.M, segment="seg")
    before = case(noted("elder", "poverty"), shared=protected())

    assert ("PROTECTED",) == verdict(before.when(asked, source="coordination")).reasons


def test_r8_what_a_flag_keeps_back_is_looked_at_again_after_its_last_day():
    """Nobody says anything then; the day itself frees what waits."""
    last = day_in_japan(AT + 3 * DAY_MS)
    flag = ProtectionFlagSet(flag="f", person=MOTHER, blocked_agencies=("coordinator",), until=last)
    asked = case(consent(BASIC, ADDRESS), shared=fold(registry.DECIDER, (flag,), TOWN)).when(
        request(part(BASIC), part(ADDRESS, essential=True)), agency="elder", source="coordination", position="log/3/14",
    )
    now, found = asked.after(), [(verdict(asked).outcome, day_in_japan(AT))]
    while found[-1][0] is Outcome.HOLD:
        at = GATE.due(now.state) or 0
        tick = now.when(Tick(), agency="", at=at)
        found.append((verdict(tick).outcome, day_in_japan(at)))
        now = tick.after()

    assert [Outcome.HOLD] * 4 == [outcome for outcome, _ in found[:-1]]
    assert (Outcome.PERMIT, last + timedelta(days=1)) == found[-1]


def test_a_flag_only_removes_and_ends_with_its_last_day():
    """Rule 15: other recipients and later days are as they were."""
    granted = consent(ADDRESS, recipients=("poverty", "coordinator"))

    assert Outcome.PERMIT is ask(case(granted, shared=protected()), part(ADDRESS)).outcome
    over = case(granted, shared=protected(until=date(2026, 4, 1)))
    assert Outcome.PERMIT is ask(over, part(ADDRESS), recipient="poverty", event_type="LinkedToAgency").outcome


def test_r1_events_without_personal_data_pass_only_by_their_type():
    """Case 32: counts and task classes permit; claiming B0 for anything else does not."""
    counts = ask(case(), recipient="environment", event_type="CandidatesCounted", basis=Basis.B0)
    names = ask(case(), recipient="environment", event_type="HandsRequested", basis=Basis.NONE, wanted=(BASIC,), purpose=Purpose.COMMUNITY)
    sealed = ask(case(), part(BASIC), recipient="environment", event_type="CandidatesCounted", basis=Basis.B0)

    assert [Outcome.PERMIT, Outcome.DENY, Outcome.DENY] == [counts.outcome, names.outcome, sealed.outcome]


def test_rule_30_a_look_up_gives_the_same_answer_for_a_known_and_an_unknown_case():
    """Case 23: the tax office learns nothing, not even whether there is a file."""
    asked = {"recipient": "tax", "agency": "tax", "event_type": "InformationRequested", "purpose": Purpose.TAX_COLLECTION, "basis": Basis.NONE, "wanted": (BASIC,)}
    known, unknown = ask(case(consent(BASIC)), **asked), ask(case(), **asked)

    assert (Outcome.DENY, known.reasons, known.sentence) == (unknown.outcome, unknown.reasons, unknown.sentence)


def test_r1_an_unknown_recipient_gets_nothing():
    """Rule 9: what is unverified matches nothing."""
    assert ("RECIPIENT_UNKNOWN",) == ask(case(consent(BASIC)), part(BASIC), recipient="nobody").reasons


UNKNOWN_POLICY = TOWN.changed(policy="another")


def test_r16_an_unknown_policy_holds():
    """R16: no pack, no decision."""
    found = ask(case(consent(BASIC), shared=UNKNOWN_POLICY), part(BASIC))
    assert (Outcome.HOLD, ("POLICY_UNKNOWN",)) == (found.outcome, found.reasons)


def test_r16_danger_to_life_does_not_wait_for_a_policy():
    """Rule 16: V passes by the newest known pack, and is reviewed; without the right it is a no at once, and never a wait."""
    told = emergency(part(BASIC), part(DANGER), shared=UNKNOWN_POLICY)

    assert (Outcome.PERMIT, Basis.V, "hash") == (verdict(told).outcome, verdict(told).basis, verdict(told).policy)
    assert ["municipality"] == [event.recipient for event in told.events if isinstance(event, ReviewOpened)]
    for told in (emergency(part(BASIC), agency="workshop", shared=UNKNOWN_POLICY), emergency(part(HEALTH, essential=True), shared=UNKNOWN_POLICY)):
        assert (Outcome.DENY, "hash", None) == (verdict(told).outcome, verdict(told).policy, verdict(told).deadline)


def test_danger_to_life_that_waited_is_reviewed_too():
    """A release on V out of a hold has asked the person as little as any other."""
    waiting = request(part(DANGER), event_type="EmergencyRaised", agency="outreach", recipient="police", basis=Basis.V, purpose=Purpose.EMERGENCY)
    held = DisclosureDecided(
        request_id="r", event_id="event-1", event_type="EmergencyRaised", position="log/3/14", recipient="police", agency="outreach",
        function=waiting.function, purpose=Purpose.EMERGENCY, outcome=Outcome.HOLD, rule="R16", sentence="", policy="", at=AT, deadline=AT + DAY_MS,
    )
    again = case(waiting, held).when(PolicyActivated(pack="national", hash="hash"), source="registry")

    assert ["DisclosureDecided", "ReviewOpened"] == [type(event).__name__ for event in again.events]


def test_danger_to_life_rests_on_no_consent():
    """Its lane runs out of turn with what the person says: a claim that fails is not saved by a consent that may have ended."""
    claimed = request(part(BASIC), event_type="EmergencyRaised", agency="workshop", recipient="police", basis=Basis.V, purpose=Purpose.EMERGENCY)
    granted = case(consent(BASIC, recipients=("police",), purpose=Purpose.EMERGENCY))

    assert (Outcome.DENY, ("NO_EMERGENCY_RIGHT",)) == ((found := verdict(granted.when(claimed, source="consultation"))).outcome, found.reasons)


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": Purpose.PARTICIPATION, "recipients": ("workshop",)}, {"recipients": ("poverty",)}, {"valid_from": date(2026, 12, 1)},
        {"categories": (ECONOMIC,)},
    ],
    ids=["another purpose", "another recipient", "not yet", "another category"],
)
def test_a_consent_to_something_else_leaves_what_waits_waiting(other: dict[str, Any]):
    """The mother has said yes to something else: she has not said no to this, and may be asked (rule 8, R10)."""
    given_to = consent(**{"categories": (BASIC,), **other}) if "categories" in other else consent(BASIC, **other)
    held = case().when(request(part(BASIC)), source="coordination").after()

    assert [] == [event for event in held.when(given_to).events if isinstance(event, DisclosureDecided)]
    assert Outcome.HOLD is ask(case(given_to), part(BASIC)).outcome


def test_what_waits_for_a_consent_to_begin_is_decided_about_on_that_day():
    """No fact arrives then: the day itself is what it waited for, to the millisecond in Japan."""
    begins = 1_796_050_800_000  # 2026-12-01T00:00+09:00
    before = case(consent(BASIC, valid_from=date(2026, 12, 1)))
    held = before.when(request(part(BASIC)), source="coordination", at=begins - 10 * DAY_MS).after()

    assert begins == GATE.due(held.state)
    held.when(Tick(), at=begins - 1).then_nothing()
    assert Outcome.PERMIT is verdict(held.when(Tick(), at=begins)).outcome


def test_a_consent_that_replaces_another_does_not_end_what_waits():
    """The person has brought the day forward, and has taken nothing back."""
    later = consent(BASIC, valid_from=date(2026, 12, 1))
    sooner = consent(BASIC, consent="d" * 32, valid_from=date(2026, 11, 1), supersedes=(CONSENT,))
    held = case(later).when(request(part(BASIC)), source="coordination").after()

    assert [] == [event for event in held.when(sooner).events if isinstance(event, DisclosureDecided)]


def test_a_new_yes_that_has_not_begun_is_later_than_an_old_no():
    """Withdrawn once, agreed to anew from a later day on: it waits for that day."""
    again = consent(BASIC, consent="d" * 32, valid_from=date(2026, 12, 1))
    found = ask(case(consent(BASIC), ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)), again), part(BASIC))

    assert (Outcome.HOLD, ("CONSENT_NOT_YET",)) == (found.outcome, found.reasons)


def test_rule_26_deciding_again_moves_no_deadline():
    """A consent that begins and covers too little: the sender is told, and the days go on being counted from the first."""
    soon = consent(ECONOMIC, valid_from=date(2026, 6, 1))
    held = case(soon).when(request(part(BASIC)), source="coordination").after()
    (first,) = held.state.holds.values()

    again = held.when(Tick(), at=GATE.due(held.state))

    assert (Outcome.HOLD, first.deadline) == (verdict(again).outcome, verdict(again).deadline)
    assert first.deadline == GATE.due(again.state)


def test_after_an_outage_a_consent_that_had_begun_comes_before_a_deadline_that_has_passed():
    """The way was open in time; that nobody looked is not the sender's fault."""
    held = case(consent(BASIC, valid_from=date(2026, 6, 10))).when(request(part(BASIC)), source="coordination").after()

    assert Outcome.PERMIT is verdict(held.when(Tick(), at=AT + 30 * DAY_MS)).outcome


def test_an_item_that_is_asked_for_releases_what_waited_for_the_question():
    """In an open segment the question is what was missing."""
    asked = InformationRequestedInConference(segment="seg", to_agency="child", wanted=(HEALTH,))
    wider = InformationRequestedInConference(segment="seg", to_agency="child", wanted=(ECONOMIC,))
    given_first = request(part(HEALTH, SON), part(ECONOMIC, SON, essential=True), event_type="InformationGivenInConference", recipient="poverty",
                          agency="child", basis=Basis.M, segment="seg", purpose=Purpose.SUPPORT_CONFERENCE)
    held = case(noted("child", "poverty"), asked).when(given_first, source="coordination").after()

    assert Outcome.PERMIT is verdict(held.when(wider, source="coordination")).outcome


def test_an_essential_part_that_the_person_has_refused_is_no_reason_to_wait():
    """Rule 8: a refusal is DENY, not pressed; nothing is offered that would open it."""
    refusal = ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION, categories=(HEALTH,))
    found = ask(case(consent(BASIC, HEALTH), refusal), part(BASIC), part(HEALTH, essential=True))

    assert (Outcome.DENY, (), ()) == (found.outcome, found.released, found.releases_when)


def test_what_waits_for_an_unknown_policy_is_decided_about_by_a_build_that_knows_it():
    """Nothing else need happen: the next tick does it; until then none does anything but count the days."""
    unknown = case(consent(BASIC), shared=UNKNOWN_POLICY).when(request(part(BASIC)), source="coordination").after()
    known = Given(unknown.decider, unknown.past, unknown.at, unknown.key, TOWN)

    unknown.when(Tick(), at=AT + 1).then_nothing()
    assert Outcome.PERMIT is verdict(known.when(Tick(), at=AT + 1)).outcome
    assert ("HOLD_EXPIRED",) == verdict(unknown.when(Tick(), at=AT + 14 * DAY_MS)).reasons


def test_a_consent_is_recorded_whatever_policy_is_in_force():
    """What the person has said is not lost because a build is behind."""
    case(shared=UNKNOWN_POLICY).when(consent(BASIC)).then(consent(BASIC))


@pytest.mark.parametrize(("consents", "outcome"), [((MOTHER,), Outcome.DENY), ((MOTHER, SON), Outcome.PERMIT)])
def test_r4_a_body_that_names_a_person_needs_that_persons_own_consent(consents: tuple[str, ...], outcome: Outcome):
    """R4: without any sealed part, the mother's consent does not let a fact about the son pass."""
    granted = [consent(BASIC, person=person, consent=person[:1] * 32) for person in consents]
    found = ask(case(*granted), event_type="TaskAssigned", persons=(SON,))

    assert outcome is found.outcome


def test_the_parts_of_one_person_do_not_carry_a_body_about_another():
    """R4: the son agrees that his own part goes; the body is about the mother, who does not."""
    found = ask(case(consent(BASIC, person=SON)), part(BASIC, SON), event_type="PlanShared", persons=(MOTHER,))

    assert (Outcome.DENY, ("NO_CONSENT",)) == (found.outcome, found.reasons)


def test_a_refusal_is_recorded_once():
    """Its number is taken, by itself or by a consent."""
    refusal = ConsentRefused(consent=CONSENT, person=MOTHER, purpose=Purpose.COORDINATION)

    case(refusal).when(refusal).then_refused(RefusalCode.ALREADY_DONE)
    case(consent(BASIC)).when(refusal).then_refused(RefusalCode.ALREADY_DONE)
    case(refusal).when(consent(BASIC)).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"purpose": Purpose.UNMAPPED}, RefusalCode.PURPOSE_MISSING), ({"categories": (DataCategory.UNMAPPED,)}, RefusalCode.CATEGORIES_MISSING)],
)
def test_a_refusal_that_would_stop_nothing_is_not_recorded(changes: dict[str, Any], code: RefusalCode):
    """Otherwise the person would have said no, and nobody would have heard it."""
    case().when(ConsentRefused(**{"consent": "e" * 32, "person": MOTHER, "purpose": Purpose.COORDINATION, **changes})).then_refused(code)


def test_rule_7_the_same_question_gets_the_same_bytes():
    """R1: a decision is a function of what it is given."""
    before = case(consent(BASIC), consent(ECONOMIC, consent="d" * 32, person=SON))
    asked = request(part(BASIC), part(ECONOMIC, SON), part(HEALTH))

    assert before.when(asked, source="c").events == before.when(asked, source="c").events
    assert isinstance(before.when(asked, source="c").events[0], DisclosureRequested)


def test_rule_12_the_order_of_independent_consents_does_not_matter():
    """Rule 12: consents are a set."""
    one, two = consent(BASIC), consent(BASIC, ECONOMIC, consent="d" * 32)

    assert ask(case(one, two), part(BASIC), part(ECONOMIC)) == ask(case(two, one), part(BASIC), part(ECONOMIC))
