"""Bases beside consent: each claim is tested against logged facts; whatever is missing is named, and what would open the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.consent import (
    AccessRequested,
    CapacityConfirmed,
    CapacityDoubted,
    ConsentRefused,
    CorrectionRequested,
    DisclosureDecided,
    IdentityVerified,
    ProtectionFlagSet,
    ReviewOpened,
    RightsDecided,
    RightsDelivered,
    UseStopRequested,
)
from contracts.coordination import InformationRequestedInConference, SegmentNoted
from contracts.envelope import DeadlineSet
from contracts.registry import AgencyRegistered
from contracts.shared import (
    AgencyKind,
    Basis,
    ConferenceBasis,
    DataCategory,
    Deadline,
    DoubtKind,
    Outcome,
    Purpose,
    RightsOutcome,
    RightsReason,
)
from kernel.days import HOUR_MS, start_of
from kernel.decider import fold
from kernel.testing import AT, Then, given
from services.consent.domain import registry
from services.consent.domain.casefile import CaseFile
from services.consent.domain.entries import Precondition
from services.consent.domain.gate import gate
from services.consent.domain.gateways import by_a_way
from services.consent.domain.preconditions import OF_PERSON, OF_REQUEST
from services.consent.domain.question import Question
from services.consent.domain.reasons import OPENED_BY, SENTENCES, Reason
from tests.services.consent.town import GATE, MOTHER, PACK, SON, TOWN, consent, part, request

BASIC, ADDRESS, HEALTH, ECONOMIC, ABUSE, DANGER, REPORTER, HISTORY, SCHOOLING = (
    DataCategory.BASIC, DataCategory.ADDRESS, DataCategory.HEALTH, DataCategory.ECONOMIC, DataCategory.ABUSE, DataCategory.DANGER,
    DataCategory.REPORTER, DataCategory.LIFE_HISTORY, DataCategory.SCHOOLING,
)
CONTRACT = {"contract_from": date(2026, 4, 1), "contract_until": date(2027, 3, 31)}


def agency(name: str, kind: AgencyKind, **more: Any) -> AgencyRegistered:
    """One more agency of the town."""
    return AgencyRegistered(agency=name, kind=kind, name=name, **more)


BIG_TOWN = fold(
    registry.DECIDER,
    (
        agency("guidance", AgencyKind.CHILD_GUIDANCE), agency("school", AgencyKind.SCHOOL), agency("minsei", AgencyKind.COMMISSIONER),
        agency("welfare", AgencyKind.MUNICIPALITY), agency("pref", AgencyKind.PREFECTURE),
        agency("contractor", AgencyKind.OUTREACH, **CONTRACT), agency("half", AgencyKind.OUTREACH, contract_from=date(2026, 4, 1)),
    ),
    TOWN,
)
MINOR = CapacityDoubted(person=SON, doubt=DoubtKind.MINOR)


def claim(basis: Basis, *parts: Any, facts: tuple[Any, ...] = (), shared: Any = BIG_TOWN, at: int = AT, **changes: Any) -> Then:
    """What follows from a request that claims a basis, in a case in which these facts are recorded."""
    asked = request(*parts, basis=basis, **changes)
    return given(GATE, *facts, shared=shared).when(asked, agency=asked.agency, source="consultation", at=at)


def verdict(then: Then) -> DisclosureDecided:
    """The one verdict."""
    (found,) = (event for event in then.events if isinstance(event, DisclosureDecided))
    return found


def answer(then: Then) -> tuple[Any, ...]:
    """Outcome, basis, rule."""
    found = verdict(then)
    return found.outcome, found.basis, found.rule


def withheld(then: Then) -> list[tuple[DataCategory, str]]:
    """What was kept back, and why."""
    return [(each.category, each.reason) for each in verdict(then).withheld]


def denied(then: Then) -> str:
    """The reason of a refusal, whose sentence tells it."""
    found = verdict(then)
    assert (Outcome.DENY, Basis.NONE, ()) == (found.outcome, found.basis, found.released)
    assert SENTENCES[Reason(found.reasons[0])] in found.sentence
    return found.reasons[0]


GIVE = {"agency": "municipality", "recipient": "welfare", "event_type": "AssessmentRecorded", "purpose": Purpose.STATUTORY_WORK}


def test_rule_17_g_opens_what_statutory_work_needs_and_no_more():
    """Case 24: inside the municipality; the rest is redacted."""
    then = claim(Basis.G, part(BASIC), part(ECONOMIC), part(HEALTH), **GIVE)

    assert (Outcome.REDACT, Basis.G, "G/within_municipality") == answer(then)
    assert [(HEALTH, "OVER_CEILING")] == withheld(then)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"agency": "coordinator"}, "SENDER_KIND"), ({"recipient": "workshop"}, "RECIPIENT_KIND"), ({"recipient": "tax"}, "RECIPIENT_KIND"),
        ({"purpose": Purpose.TAX_COLLECTION}, "PURPOSE_NOT_COVERED"), ({"purpose": Purpose.UNMAPPED}, "PURPOSE_NOT_COVERED"),
    ],
)
def test_rule_17_g_is_for_public_bodies_and_their_work(changes: dict[str, Any], reason: str):
    """Cases 23 and 26: a claim alone opens nothing; rule 9: no purpose matches no purpose."""
    assert reason == denied(claim(Basis.G, part(BASIC), **{**GIVE, **changes}))


NEIGHBOUR = fold(registry.DECIDER, (agency("next", AgencyKind.MUNICIPALITY, ours=False),), BIG_TOWN)


def test_rule_17_g_within_the_municipality_ends_at_its_border():
    """A neighbour is another public body: what goes to those is less, and by their way."""
    to_next = {**GIVE, "recipient": "next", "shared": NEIGHBOUR}

    assert [(ECONOMIC, "OVER_CEILING")] == withheld(then := claim(Basis.G, part(BASIC), part(ECONOMIC), **to_next))
    assert (Outcome.REDACT, Basis.G, "G/between_public_bodies") == answer(then)
    visit = {"agency": "next", "recipient": "minsei", "event_type": "OutreachRequested", "purpose": Purpose.OUTREACH, "shared": NEIGHBOUR}
    assert "OTHER_MUNICIPALITY" == denied(claim(Basis.G, part(BASIC), **visit))


def test_rule_17_g_a_commissioner_who_visits_learns_name_address_and_reason():
    """Case 25; and nothing that the visit does not need."""
    then = claim(
        Basis.G, part(BASIC), part(ADDRESS), part(DataCategory.CONSIDERATION), part(ECONOMIC), agency="municipality", recipient="minsei",
        event_type="OutreachRequested", purpose=Purpose.OUTREACH,
    )

    assert (Outcome.REDACT, Basis.G, "G/commissioner") == answer(then)
    assert [(ECONOMIC, "OVER_CEILING")] == withheld(then)


NOTICE = {"agency": "workshop", "recipient": "guidance", "event_type": "SignalReceived", "purpose": Purpose.CONSULTATION}


def test_rule_17_l_whoever_suspects_abuse_of_a_child_gives_notice():
    """Case 19: no consent, no right, no part in the case; it is looked at afterwards."""
    then = claim(Basis.L, part(BASIC, SON), part(ABUSE, SON), **NOTICE)

    assert (Outcome.PERMIT, Basis.L, "L/child_abuse") == answer(then)
    (review,) = (event for event in then.events if isinstance(event, ReviewOpened) and event.recipient == "municipality")
    assert (Basis.L, AT + 168 * HOUR_MS) == (review.basis, review.due)


def test_rule_17_l_who_reported_stays_secret():
    """The reporter's category is in no notice (児童虐待防止法7条)."""
    then = claim(Basis.L, part(ABUSE, SON), part(REPORTER, SON), **NOTICE)

    assert (Outcome.REDACT, [(REPORTER, "REPORTER_SECRET")]) == (verdict(then).outcome, withheld(then))


def test_rule_17_l_elder_abuse_goes_to_the_municipality():
    """Case 21."""
    then = claim(Basis.L, part(BASIC), part(ABUSE), agency="elder", recipient="municipality", event_type="EmergencyRaised", purpose=Purpose.EMERGENCY)

    assert (Outcome.PERMIT, Basis.L, "L/child_abuse+elder_abuse+disability_abuse") == answer(then)


def test_rule_17_l_ways_that_open_the_same_are_all_named_and_what_opens_more_alone():
    """To an elder centre only one law leads; what only the notice of a child's abuse opens rests on that."""
    notice = {"agency": "municipality", "event_type": "EmergencyRaised", "purpose": Purpose.EMERGENCY}

    assert "L/elder_abuse" == verdict(claim(Basis.L, part(ABUSE), recipient="elder", **notice)).rule
    assert "L/child_abuse" == verdict(claim(Basis.L, part(ABUSE), part(SCHOOLING), recipient="municipality", **{**notice, "agency": "elder"})).rule


def test_rule_17_whoever_receives_by_several_ways_owes_what_any_of_them_asks_for():
    """Each duty once, in the pack's order."""
    ways = PACK.bases[Basis.L].ways
    duties = {"child_abuse": ("A", "B"), "elder_abuse": ("B", "C"), "disability_abuse": ()}
    rule = replace(PACK.bases[Basis.L], ways={name: replace(way, obligations=duties[name]) for name, way in ways.items()})
    question = Question(
        request=request(part(ABUSE), basis=Basis.L, agency="elder", recipient="municipality", event_type="EmergencyRaised"), case=CaseFile(),
        registry=BIG_TOWN, pack=replace(PACK, bases={**PACK.bases, Basis.L: rule}), day=1, purposes=frozenset(),
    )

    assert ("A", "B", "C") == by_a_way(question).obligations


@pytest.mark.parametrize(
    ("parts", "changes", "reason"),
    [
        ((part(BASIC, SON),), {}, "DANGER_NOT_STATED"), ((), {}, "DANGER_NOT_STATED"),
        ((part(ABUSE, SON),), {"event_type": "PlanShared"}, "TYPE_NOT_COVERED"), ((part(ABUSE, SON),), {"recipient": "school"}, "RECIPIENT_KIND"),
    ],
)
def test_rule_17_l_a_notice_is_a_notice(parts: tuple[Any, ...], changes: dict[str, Any], reason: str):
    """To whom the law names, in an event that says what harm is suspected."""
    assert reason == denied(claim(Basis.L, *parts, **{**NOTICE, **changes}))


SCHOOL = {"agency": "child", "recipient": "school", "event_type": "LinkedToAgency", "purpose": Purpose.CONSULTATION}


def test_r6_w_opens_for_a_child_who_is_noted_as_a_minor():
    """Case 28: permit if W is shown; else it waits for a consent."""
    then = claim(Basis.W, part(BASIC, SON), part(SCHOOLING, SON), facts=(MINOR,), **SCHOOL)
    assert (Outcome.PERMIT, Basis.W, "W") == answer(then)

    waits = verdict(claim(Basis.W, part(BASIC, SON), **SCHOOL))
    assert (Outcome.HOLD, ("NO_CONSENT",)) == (waits.outcome, waits.reasons)


@pytest.mark.parametrize("age", [16, 15, 0])
def test_r6_w_does_not_go_against_the_own_no_of_somebody_old_enough(age: int):
    """Consent is not hard to get where it was refused; one whose age nobody has said may be old enough."""
    minor = CapacityDoubted(person=SON, doubt=DoubtKind.MINOR, age=age)
    no = ConsentRefused(consent="1" * 32, person=SON, purpose=Purpose.CONSULTATION)

    assert "PERSON_REFUSED" == denied(claim(Basis.W, part(BASIC, SON), facts=(minor, no), **SCHOOL))
    assert "PERSON_REFUSED" == denied(claim(Basis.W, part(BASIC, SON), facts=(minor, no), persons=(SON,), **SCHOOL))


def test_r6_w_goes_on_where_the_no_is_about_something_else_or_for_a_small_child():
    """Another recipient, another category; of a child of ten it was somebody else who said no."""
    minor, small = (CapacityDoubted(person=SON, doubt=DoubtKind.MINOR, age=age) for age in (16, 10))
    no = ConsentRefused(consent="1" * 32, person=SON, purpose=Purpose.CONSULTATION)

    for facts in ((minor, no.changed(recipients=("tax",))), (minor, no.changed(categories=(HEALTH,))), (small, no)):
        assert (Outcome.PERMIT, Basis.W, "W") == answer(claim(Basis.W, part(BASIC, SON), facts=facts, persons=(SON,), **SCHOOL))
    assert [(HEALTH, "PERSON_REFUSED")] == withheld(
        claim(Basis.W, part(BASIC, SON), part(HEALTH, SON), facts=(minor, no.changed(categories=(HEALTH,))), **SCHOOL),
    )


def test_r6_w_is_for_the_child_and_not_for_the_household():
    """The mother's parts are kept back; a body that names her does not go at all; nor one that names nobody."""
    to_town = {**SCHOOL, "recipient": "municipality"}
    assert [(BASIC, "MINOR_NOT_NOTED")] == withheld(claim(Basis.W, part(BASIC, SON), part(BASIC, MOTHER), facts=(MINOR,), **to_town))
    assert "MINOR_NOT_NOTED" == denied(claim(Basis.W, part(BASIC, SON), facts=(MINOR,), persons=(MOTHER,), **to_town))
    assert "MINOR_NOT_NOTED" == denied(claim(Basis.W, facts=(MINOR,), **to_town))
    assert "MINOR_NOT_NOTED" == denied(claim(Basis.W, part(BASIC, SON), facts=(MINOR, CapacityConfirmed(person=SON, doubt=DoubtKind.MINOR)), **to_town))


TASK = {"agency": "municipality", "recipient": "contractor", "event_type": "OutreachRequested", "purpose": Purpose.OUTREACH}


@pytest.mark.parametrize("ends", [("municipality", "contractor"), ("contractor", "municipality")])
def test_rule_17_k_sealed_parts_go_between_the_municipality_and_its_contractor(ends: tuple[str, str]):
    """委託, both ways, within the purpose and the ceiling."""
    then = claim(Basis.K, part(BASIC), part(ADDRESS), part(HISTORY), **{**TASK, "agency": ends[0], "recipient": ends[1]})

    assert (Outcome.REDACT, Basis.K, "K/contract", [(HISTORY, "OVER_CEILING")]) == (*answer(then), withheld(then))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"recipient": "outreach"}, "CONTRACT_NOT_RUNNING"), ({"recipient": "half"}, "CONTRACT_NOT_RUNNING"),
        ({"agency": "elder"}, "NO_CONTRACT"), ({"recipient": "welfare"}, "NO_CONTRACT"), ({"agency": "nobody"}, "NO_CONTRACT"),
        ({"purpose": Purpose.STATISTICS}, "PURPOSE_NOT_COVERED"), ({"event_type": "FirstContactMade"}, "TYPE_NOT_COVERED"),
    ],
)
def test_rule_17_k_needs_a_contract_as_registered(changes: dict[str, Any], reason: str):
    """No period, half a period, no municipality, two of them, another purpose, another type."""
    assert reason == denied(claim(Basis.K, part(BASIC), **{**TASK, **changes}))


@pytest.mark.parametrize(
    ("day", "outcome"),
    [(date(2026, 4, 1), (0, Outcome.PERMIT)), (date(2026, 4, 1), (-1, Outcome.DENY)), (date(2027, 4, 1), (-1, Outcome.PERMIT)), (date(2027, 4, 1), (0, Outcome.DENY))],
)
def test_rule_17_k_holds_on_the_days_of_the_contract(day: date, outcome: tuple[int, Outcome]):
    """Both whole, in Japan."""
    moved, expected = outcome
    assert expected is verdict(claim(Basis.K, part(BASIC), at=start_of(day.toordinal()) + moved, **TASK)).outcome


REQUEST = "1" * 32
ASKED, PROVED = AccessRequested(request=REQUEST, person=MOTHER, by_proxy=False), IdentityVerified(request=REQUEST)
GRANTED = RightsDecided(request=REQUEST, outcome=RightsOutcome.GRANTED, reasons=(), withheld=())
PARTIAL = RightsDecided(request=REQUEST, outcome=RightsOutcome.PARTIAL, reasons=(RightsReason.HARM_TO_PERSON,), withheld=(HISTORY,))
ACCESS = {"agency": "elder", "recipient": "municipality", "event_type": "AssessmentRecorded", "purpose": Purpose.NOTICE}


def test_r12_p_gives_the_person_what_is_the_persons():
    """Cases 20 and 35: less third parties, and less who reported."""
    then = claim(Basis.P, part(BASIC), part(HISTORY), part(BASIC, SON), part(REPORTER), facts=(ASKED, PROVED, GRANTED), **ACCESS)

    assert (Outcome.REDACT, Basis.P, "P") == answer(then)
    assert [(BASIC, "THIRD_PARTY"), (REPORTER, "REPORTER_SECRET")] == withheld(then)


def test_r12_p_keeps_back_what_the_decision_keeps_back():
    """A refusal in part is written, with its categories."""
    assert [(HISTORY, "KEPT_BY_DECISION")] == withheld(claim(Basis.P, part(BASIC), part(HISTORY), facts=(ASKED, PROVED, PARTIAL), **ACCESS))


@pytest.mark.parametrize(
    "facts",
    [
        (), (ASKED,), (ASKED, PROVED),
        (ASKED, PROVED, RightsDecided(request=REQUEST, outcome=RightsOutcome.REFUSED, reasons=(RightsReason.REPORTER,), withheld=())),
        (ASKED, PROVED, GRANTED, RightsDelivered(request=REQUEST)),
        (CorrectionRequested(request=REQUEST, person=MOTHER, by_proxy=False), PROVED, GRANTED),
        (UseStopRequested(request=REQUEST, person=MOTHER, by_proxy=False), PROVED, GRANTED),
    ],
    ids=["nothing", "asked", "proved", "refused", "delivered", "correction", "stop of use"],
)
def test_r12_p_needs_an_access_that_was_granted(facts: tuple[Any, ...]):
    """Asked, proved, decided, not delivered yet; another right is another right."""
    assert "ACCESS_NOT_GRANTED" == denied(claim(Basis.P, part(BASIC), facts=facts, **ACCESS))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"recipient": "next"}, "NOT_THE_DESK"), ({"event_type": "PlanShared"}, "TYPE_NOT_COVERED"),
        ({"recipient": "workshop"}, "RECIPIENT_KIND"),
    ],
)
def test_r12_p_leads_to_the_desk_of_our_own_municipality_and_nowhere_else(changes: dict[str, Any], reason: str):
    """A granted access opens a file to the person, not to whoever claims it."""
    facts = (ASKED, PROVED, GRANTED)

    assert reason == denied(claim(Basis.P, part(BASIC), facts=facts, shared=NEIGHBOUR, **{**ACCESS, **changes}))


def test_r12_p_leads_to_the_desk_that_answers():
    """Where the pack gives it a day, it is known which one."""
    owes = DeadlineSet(deadline=Deadline.RIGHTS_ANSWER, of=REQUEST, agency="welfare", due=AT)
    facts = (ASKED, owes, PROVED, GRANTED)

    assert "NOT_THE_DESK" == denied(claim(Basis.P, part(BASIC), facts=facts, **ACCESS))
    assert (Outcome.PERMIT, Basis.P, "P") == answer(claim(Basis.P, part(BASIC), facts=facts, **{**ACCESS, "recipient": "welfare"}))


DANGEROUS = {"agency": "outreach", "recipient": "police", "event_type": "EmergencyRaised", "purpose": Purpose.EMERGENCY}


def test_rule_19_v_ends_in_hours_is_reviewed_and_told_to_the_person():
    """The hours and the notice travel as duties of the recipient; the review is opened at once."""
    then = claim(Basis.V, part(BASIC), part(DANGER), **DANGEROUS)

    assert {"USE_WITHIN_72_HOURS", "TELL_THE_PERSON", "NO_ONWARD_GIVING"} <= set(verdict(then).obligations)
    assert {"municipality", "welfare"} == {event.recipient for event in then.events if isinstance(event, ReviewOpened)}


def test_rule_29_other_bases_have_no_such_duties():
    """A consent has those of every release."""
    then = claim(Basis.C, part(BASIC), facts=(consent(BASIC),))

    assert Outcome.PERMIT is verdict(then).outcome
    assert not {"USE_WITHIN_72_HOURS", "TELL_THE_PERSON"} & set(verdict(then).obligations)


OTHERS = (ConferenceBasis.CWA25_2, ConferenceBasis.NPA9, ConferenceBasis.PAA27_3, ConferenceBasis.LIA15)
TOLD = {"agency": "child", "recipient": "poverty", "event_type": "InformationGivenInConference", "purpose": Purpose.SUPPORT_CONFERENCE}


def meeting(segment: str, basis: ConferenceBasis, *members: str, convener: str = "municipality", asked: bool = True) -> tuple[Any, ...]:
    """An open closed meeting about this case, in which health was asked for."""
    noted = SegmentNoted(sitting="s", segment=segment, basis=basis, members=members, present=(), open=True, convener=convener)
    return (noted, *((InformationRequestedInConference(segment=segment, to_agency="child", wanted=(HEALTH,)),) if asked else ()))


@pytest.mark.parametrize("basis", OTHERS)
def test_r9_each_closed_meeting_has_its_own_list(basis: ConferenceBasis):
    """Its members hear in it what was asked for in it."""
    then = claim(Basis.M, part(HEALTH, SON), facts=meeting("own", basis, "child", "poverty"), segment="own", **TOLD)
    assert (Outcome.PERMIT, Basis.M, "R9") == answer(then)

    alone = claim(Basis.M, part(HEALTH, SON), facts=meeting("own", basis, "child"), segment="own", **TOLD)
    assert "NOT_LISTED" == denied(alone)
    private = claim(Basis.M, part(HEALTH, SON), facts=meeting("own", basis, "child", "poverty", convener="elder"), segment="own", **TOLD)
    assert "CONVENER_KIND" == denied(private)


def test_r9_what_is_asked_for_in_a_meeting_holds_what_is_below_it():
    """As everywhere along the tree of the pack; never the reverse."""
    lab = DataCategory.SCHOOLING
    tree = {**PACK.categories, lab: frozenset((lab, HEALTH))}
    gate_of_trees = gate({"hash": replace(PACK, deadlines={}, categories=tree)})
    asked = request(part(lab, SON), part(BASIC, SON), basis=Basis.M, segment="own", **TOLD)
    before = given(gate_of_trees, *meeting("own", ConferenceBasis.SWA106_6, "child", "poverty"), shared=BIG_TOWN)
    then = before.when(asked, agency="child", source="coordination")

    assert [lab] == [each.category for each in verdict(then).released]
    assert [(BASIC, "NOT_ASKED")] == withheld(then)


@pytest.mark.parametrize("basis", OTHERS)
def test_r9_nothing_flows_from_one_closed_meeting_to_another(basis: ConferenceBasis):
    """Listed there, asked there: here it is neither."""
    there = meeting("there", basis, "child", "poverty")

    elsewhere = (*there, *meeting("here", ConferenceBasis.SWA106_6, "child", "elder"))
    assert "NOT_LISTED" == denied(claim(Basis.M, part(HEALTH, SON), facts=elsewhere, segment="here", **TOLD))
    unasked = (*there, *meeting("here", ConferenceBasis.SWA106_6, "child", "poverty", asked=False))
    assert "NOT_ASKED" == denied(claim(Basis.M, part(HEALTH, SON), facts=unasked, segment="here", **TOLD))
    assert "SEGMENT_UNKNOWN" == denied(claim(Basis.M, part(HEALTH, SON), facts=there, **TOLD))


@pytest.mark.parametrize(
    ("basis", "changes", "facts"),
    [(Basis.G, {**GIVE}, ()), (Basis.K, {**TASK}, ()), (Basis.W, {**SCHOOL, "recipient": "municipality"}, (CapacityDoubted(person=MOTHER, doubt=DoubtKind.MINOR),))],
)
def test_r8_a_protection_flag_beats_every_basis_but_l_and_v(basis: Basis, changes: dict[str, Any], facts: tuple[Any, ...]):
    """The address of somebody under 支援措置 does not go to a blocked agency by any of them."""
    flag = ProtectionFlagSet(flag="f", person=MOTHER, blocked_agencies=(changes["recipient"],), until=date(2027, 3, 31))
    then = claim(basis, part(BASIC), part(ADDRESS), facts=facts, shared=fold(registry.DECIDER, (flag,), BIG_TOWN), **changes)

    assert ADDRESS not in [each.category for each in verdict(then).released]
    notice = {"agency": "elder", "recipient": changes["recipient"], "event_type": "EmergencyRaised", "purpose": Purpose.EMERGENCY}
    if changes["recipient"] == "municipality":
        assert Outcome.PERMIT is verdict(claim(Basis.L, part(ABUSE), part(ADDRESS), shared=fold(registry.DECIDER, (flag,), BIG_TOWN), **notice)).outcome


def test_rule_8_a_consent_opens_what_a_claim_does_not():
    """Each basis on its own: the most open counts."""
    then = claim(Basis.G, part(BASIC), facts=(consent(BASIC),))

    assert (Outcome.PERMIT, Basis.C) == answer(then)[:2]


def test_rule_17_every_precondition_of_the_format_has_its_predicate():
    """And only one."""
    assert set(Precondition) == set(OF_REQUEST) | set(OF_PERSON)
    assert not set(OF_REQUEST) & set(OF_PERSON)


def test_every_reason_has_its_sentence():
    """In Japanese; what opens a way is a reason of the list."""
    assert set(Reason) == set(SENTENCES)
    assert set(OPENED_BY) <= set(Reason)
