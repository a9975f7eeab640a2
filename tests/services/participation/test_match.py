"""Matching: gap needs, candidates without a name, trials that wait for the gate, matches, and how they end. Each rule in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, RegionChanged, Tick
from contracts.participation import (
    CandidateCounted,
    CandidateProposed,
    MatchEnded,
    OccupancyChanged,
    ParticipationRequestNoted,
    TrialStarted,
)
from contracts.shared import (
    Basis,
    CasePart,
    DataCategory,
    FunctionName,
    MatchEndReason,
    MatchSide,
    NeedKind,
    Outcome,
    PartCode,
    RefusalCode,
)
from kernel.decider import Part
from kernel.testing import Given, given
from services.participation.domain.match import DECIDER
from services.participation.domain.progress import Stage
from tests.services.participation.firewood import (
    ASKED,
    CANDIDATE,
    CONFIRMED,
    COUNTED,
    DIED,
    ENDED,
    FOR_HIM,
    FOR_THE_HOST,
    FREED,
    GAP,
    HE_DECLINES,
    HOST_DECLINES,
    MOTHER,
    NEED,
    REQUESTED,
    RESOURCE,
    SON,
    STACKING,
    TAKEN,
    TRIAL,
    request,
    slice_of,
    trial_request,
    verdict,
)

BEGINS = RegionChanged(function=FunctionName.PARTICIPATION, active=True)
RESTS = RegionChanged(function=FunctionName.PARTICIPATION, active=False)
NEW, OPEN = given(DECIDER, REQUESTED, BEGINS), given(DECIDER, REQUESTED, BEGINS, NEED)
PROPOSED_PAST = (REQUESTED, BEGINS, NEED, CANDIDATE)
AWAITING_PAST = (*PROPOSED_PAST, TRIAL, trial_request())
TRIAL_PAST = (*AWAITING_PAST, verdict(Outcome.REDACT))
PROPOSED, AWAITING, TRYING = given(DECIDER, *PROPOSED_PAST), given(DECIDER, *AWAITING_PAST), given(DECIDER, *TRIAL_PAST)
MATCHED, SETTLING = given(DECIDER, *TRIAL_PAST, CONFIRMED), given(DECIDER, *TRIAL_PAST, CONFIRMED, FOR_HIM)
OPERATOR, HOST = "participation", "workshop"
MOTHERS_TRIAL = TrialStarted(person=MOTHER, resource=RESOURCE, host=HOST)
BOTH_MATCHED = given(
    DECIDER, *TRIAL_PAST, CONFIRMED, MOTHERS_TRIAL, trial_request("hers"), verdict(Outcome.PERMIT, "hers"), CONFIRMED.changed(person=MOTHER),
)


def stage(case: Given, person: str = SON) -> Stage | None:
    """How far one person has come at the workshop."""
    match = case.state.matches.get((RESOURCE, person))
    return match.stage if match else None


@pytest.mark.parametrize("work", [NEED, CANDIDATE])
def test_coordination_asks_and_participation_begins_with_its_first_work(work: Any):
    """Arrow a7: the request is only noted, since the gate may still say no to it; with the first work the case knows that somebody is at it."""
    asked = given(DECIDER).when(ASKED, agency="coordinator", source="tsunagu.coordination").then(REQUESTED)
    before = (REQUESTED,) if work is NEED else (REQUESTED, NEED)
    assert not asked.state.active
    assert BEGINS in given(DECIDER, *before).when(work, agency="participation").events


def test_the_same_request_again_changes_nothing_and_another_agency_is_noted_too():
    """Coordination may ask a second operator; participation has begun already."""
    NEW.when(ASKED, agency="coordinator", source="tsunagu.coordination").then_nothing()
    other = ASKED.changed(to_agency="second")
    NEW.when(other, agency="coordinator", source="tsunagu.coordination").then(ParticipationRequestNoted(agency="second"))


def test_a_new_request_begins_anew_after_a_rest():
    """The operator is known, so the request alone gives nothing; the work begins again with what it does."""
    rested = given(DECIDER, REQUESTED, BEGINS, RESTS)
    rested.when(ASKED, agency="coordinator", source="tsunagu.coordination").then_nothing()
    rested.when(NEED, agency="participation").then(NEED, BEGINS)


@pytest.mark.parametrize("message", [NEED, CANDIDATE, TRIAL, CONFIRMED, FOR_HIM, FOR_THE_HOST, GAP])
def test_without_a_request_of_coordination_nothing_is_done(message: Any):
    """Row 21: participation support is for those whom coordination has taken up, and by the agency that it asked."""
    given(DECIDER).when(message, agency=OPERATOR).then_refused(RefusalCode.NOT_REQUESTED)
    MATCHED.when(message, agency="another").then_refused(RefusalCode.NOT_REQUESTED)


def test_a_gap_need_is_recorded_when_existing_programmes_were_tried():
    """The gap route opens when the assessment names what was tried before."""
    NEW.when(NEED, agency=OPERATOR).then(NEED)


def test_a_gap_need_without_anything_tried_is_refused():
    """Row 23: first ask whether an existing programme fits."""
    NEW.when(NEED.changed(tried=()), agency=OPERATOR).then_refused(RefusalCode.NOTHING_DONE)


@pytest.mark.parametrize(("before", "message", "follows"), [(NEW, NEED, ()), (OPEN, CANDIDATE, (COUNTED,))])
def test_work_after_a_rest_begins_anew(before: Given, message: Any, follows: tuple[Any, ...]):
    """Who looks again for a place is at work again; the case does not close meanwhile."""
    given(DECIDER, *before.past, RESTS).when(message, agency=OPERATOR).then(message, *follows, BEGINS)


def test_a_candidate_is_proposed_and_counted_without_a_name():
    """One candidate travels to the resource as a count: no case, no person."""
    OPEN.when(CANDIDATE, agency=OPERATOR).then(CANDIDATE, COUNTED)


def test_a_proposal_for_several_persons_of_a_household_counts_them_all():
    """The number in the proposal is how many are interested."""
    two = CandidateProposed(resource=RESOURCE, task=slice_of(count=2))

    OPEN.when(two, agency=OPERATOR).then(two, CandidateCounted(resource=RESOURCE, task=slice_of(count=2)))


def test_a_candidate_without_a_gap_need_is_refused():
    """Nobody is put to a resource before the need was assessed."""
    NEW.when(CANDIDATE, agency=OPERATOR).then_refused(RefusalCode.WRONG_STATE)


def test_a_candidate_is_counted_once_at_the_same_task():
    """Proposing again what was proposed would count one person twice; another task is another proposal."""
    PROPOSED.when(CandidateProposed(resource=RESOURCE, task=slice_of(count=4)), agency=OPERATOR).then_refused(RefusalCode.ALREADY_DONE)
    PROPOSED.when(CandidateProposed(resource=RESOURCE, task=slice_of(STACKING)), agency=OPERATOR).then(CandidateProposed, CandidateCounted)


def test_a_trial_gives_the_host_a_part_and_asks_the_gate_with_the_codes_of_its_parts():
    """The host becomes a party; name, contact and considerations wait for the gate's verdict on consent."""
    then = PROPOSED.when(TRIAL, agency=OPERATOR, parts=[Part(SON, "BASIC", True), Part(SON, "HEALTH", False)])

    then.then(TRIAL, request(then, basis=Basis.C, parts=(
        PartCode(person=SON, category=DataCategory.BASIC, essential=True), PartCode(person=SON, category=DataCategory.HEALTH),
    )), PartGiven(agency=HOST, part=CasePart.LINKED))


def test_a_trial_needs_a_candidate_at_that_resource():
    """No trial before a proposal, nor at another resource than the proposed one."""
    OPEN.when(TRIAL, agency=OPERATOR).then_refused(RefusalCode.WRONG_STATE)
    PROPOSED.when(TRIAL.changed(resource="other"), agency=OPERATOR).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("before", [AWAITING, TRYING, MATCHED, SETTLING])
def test_a_trial_starts_once(before: Given):
    """The same person's trial at the same resource is not started twice; another person's is a trial of its own."""
    before.when(TRIAL, agency=OPERATOR).then_refused(RefusalCode.ALREADY_DONE)
    before.when(MOTHERS_TRIAL, agency=OPERATOR).then(MOTHERS_TRIAL, DisclosureRequested, PartGiven)


@pytest.mark.parametrize(("outcome", "found"), [
    (Outcome.PERMIT, Stage.TRIAL), (Outcome.REDACT, Stage.TRIAL), (Outcome.HOLD, Stage.AWAITING), (Outcome.DENY, None),
    (Outcome.UNMAPPED, Stage.AWAITING),
])
def test_a_trial_is_under_way_once_the_gate_lets_it_through(outcome: Outcome, found: Stage | None):
    """Held, it waits; denied, the candidate is as it was: proposed, without a name."""
    assert found is stage(given(DECIDER, *AWAITING_PAST, verdict(outcome)))


def test_a_trial_that_was_held_goes_on_when_the_consent_comes():
    """The end of a hold is a verdict like the first."""
    assert Stage.TRIAL is stage(given(DECIDER, *AWAITING_PAST, verdict(Outcome.HOLD), verdict(Outcome.PERMIT)))


def test_the_last_verdict_counts_until_the_match_is_made():
    """A withdrawal that overtakes the delivery stops the trial; it does not undo what person and host have agreed."""
    assert stage(given(DECIDER, *TRIAL_PAST, verdict(Outcome.DENY))) is None
    assert Stage.MATCHED is stage(given(DECIDER, *TRIAL_PAST, CONFIRMED, verdict(Outcome.DENY)))


def test_a_verdict_moves_the_trial_that_it_is_about_and_no_other():
    """Two persons of a household wait, each for a consent of their own."""
    case = given(DECIDER, *AWAITING_PAST, MOTHERS_TRIAL, trial_request("hers"), verdict(Outcome.PERMIT, "hers"), verdict(Outcome.DENY, "else"))

    assert (Stage.AWAITING, Stage.TRIAL) == (stage(case), stage(case, MOTHER))


def test_a_trial_that_was_denied_may_be_started_again():
    """With another consent; until then the host knows nothing."""
    given(DECIDER, *AWAITING_PAST, verdict(Outcome.DENY)).when(TRIAL, agency=OPERATOR).then(TRIAL, DisclosureRequested, PartGiven)


def test_a_match_takes_a_place_and_asks_the_gate_to_tell_the_host():
    """Person and host agree: the resource counts one place more, the host is to learn name, contact and consideration."""
    parts = [Part(SON, "BASIC", False), Part(SON, "CONSIDERATION", False)]
    then = TRYING.when(CONFIRMED, agency=OPERATOR, parts=parts)

    after = then.then(CONFIRMED, TAKEN, request(then, basis=Basis.C, parts=(
        PartCode(person=SON, category=DataCategory.BASIC), PartCode(person=SON, category=DataCategory.CONSIDERATION),
    )))
    assert Stage.MATCHED is stage(after)


def test_a_match_follows_a_trial_of_that_person_there_with_that_host():
    """Nothing is confirmed that was not tried."""
    PROPOSED.when(CONFIRMED, agency=OPERATOR).then_refused(RefusalCode.WRONG_STATE)
    for other in ({"person": MOTHER}, {"resource": "other"}, {"host": "other"}):
        TRYING.when(CONFIRMED.changed(**other), agency=OPERATOR).then_refused(RefusalCode.WRONG_STATE)
    given(DECIDER, *AWAITING_PAST, verdict(Outcome.DENY)).when(CONFIRMED, agency=OPERATOR).then_refused(RefusalCode.WRONG_STATE)


def test_a_match_waits_for_the_gate_to_let_the_trial_through():
    """Asked or held: the host does not know the person yet."""
    AWAITING.when(CONFIRMED, agency=OPERATOR).then_refused(RefusalCode.AWAITING_CONSENT)
    given(DECIDER, *AWAITING_PAST, verdict(Outcome.HOLD)).when(CONFIRMED, agency=OPERATOR).then_refused(RefusalCode.AWAITING_CONSENT)


@pytest.mark.parametrize("before", [MATCHED, SETTLING])
def test_a_match_is_confirmed_once(before: Given):
    """One person takes one place."""
    before.when(CONFIRMED, agency=OPERATOR).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("before", [MATCHED, SETTLING])
def test_support_for_the_person_stays_and_support_for_the_host_is_told_to_the_host(before: Given):
    """Settling means the person and the host; the host learns by consent, since the note is about the person."""
    assert Stage.SETTLING is stage(before.when(FOR_HIM, agency=OPERATOR).then(FOR_HIM))
    then = before.when(FOR_THE_HOST, agency=OPERATOR, parts=[Part(SON, "CONSIDERATION", False)])
    then.then(FOR_THE_HOST, request(then, basis=Basis.C, parts=(PartCode(person=SON, category=DataCategory.CONSIDERATION),)))


@pytest.mark.parametrize("before", [OPEN, PROPOSED, AWAITING, TRYING])
def test_support_in_settling_follows_a_match(before: Given):
    """There is nobody yet to settle."""
    before.when(FOR_HIM, agency=OPERATOR).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("before", [PROPOSED, AWAITING])
def test_a_decline_before_the_host_knows_tells_nobody(before: Given):
    """No place was taken, and the host has not heard of anybody; the person may be proposed again."""
    before.when(HE_DECLINES, agency=OPERATOR).then(HE_DECLINES).when(CANDIDATE, agency=OPERATOR).then(CANDIDATE, COUNTED)


@pytest.mark.parametrize("side", [HE_DECLINES, HOST_DECLINES])
def test_the_operator_speaks_for_either_side_and_the_host_hears_it(side: Any):
    """A host that has no system of its own says no by telephone; the match is open again, and the case is still sought a place."""
    then = TRYING.when(side, agency=OPERATOR)

    assert TRYING.state.active is then.then(side, request(then, basis=Basis.K)).state.active


@pytest.mark.parametrize("before", [MATCHED, SETTLING])
def test_a_match_that_is_declined_frees_its_place(before: Given):
    """Either side, no reason needed; the other side hears it."""
    then = before.when(HE_DECLINES, agency=OPERATOR)
    then.then(HE_DECLINES, FREED, request(then, basis=Basis.K))
    then = before.when(HOST_DECLINES, agency=HOST)
    then.then(HOST_DECLINES, FREED, request(then, basis=Basis.K, recipient=OPERATOR))


def test_a_host_declines_for_itself_only():
    """It knows the person since the trial, and says nothing in the person's name."""
    then = TRYING.when(HOST_DECLINES, agency=HOST)
    then.then(HOST_DECLINES, request(then, basis=Basis.K, recipient=OPERATOR))
    TRYING.when(HE_DECLINES, agency=HOST).then_refused(RefusalCode.VALUE_INVALID)
    TRYING.when(HOST_DECLINES.changed(side=MatchSide.UNMAPPED), agency=HOST).then_refused(RefusalCode.VALUE_INVALID)


@pytest.mark.parametrize("fact", [HOST_DECLINES, ENDED])
def test_a_host_parts_only_from_those_whom_it_knows(fact: Any):
    """Another host of the case, and one that the gate has not told, hear the same: it is not theirs to say."""
    TRYING.when(fact, agency="another").then_refused(RefusalCode.NOT_THE_ADDRESSEE)
    TRYING.when(fact.changed(resource="other"), agency=HOST).then_refused(RefusalCode.NOT_THE_ADDRESSEE)
    AWAITING.when(fact, agency=HOST).then_refused(RefusalCode.NOT_THE_ADDRESSEE)
    given(DECIDER).when(fact, agency=OPERATOR).then_refused(RefusalCode.NOT_THE_ADDRESSEE)


@pytest.mark.parametrize("fact", [HE_DECLINES, ENDED])
def test_where_nothing_is_open_nothing_ends(fact: Any):
    """Before a proposal, and after the end."""
    OPEN.when(fact, agency=OPERATOR).then_refused(RefusalCode.WRONG_STATE)
    given(DECIDER, *PROPOSED_PAST, fact).when(fact, agency=OPERATOR).then_refused(RefusalCode.WRONG_STATE)


def test_with_the_last_match_participation_comes_to_rest():
    """The place is freed, the other side hears it, the case may close."""
    then = SETTLING.when(ENDED, agency=OPERATOR)
    then.then(ENDED, FREED, request(then, basis=Basis.K), RESTS)
    then = MATCHED.when(ENDED, agency=HOST)
    then.then(ENDED, FREED, request(then, basis=Basis.K, recipient=OPERATOR), RESTS)
    TRYING.when(ENDED, agency=HOST).then(ENDED, DisclosureRequested, RESTS)
    PROPOSED.when(ENDED, agency=OPERATOR).then(ENDED, RESTS)


def test_while_another_place_is_open_participation_goes_on():
    """One of two ends: no rest."""
    second = CandidateProposed(resource="bags", task=slice_of())

    given(DECIDER, *TRIAL_PAST, second).when(ENDED, agency=OPERATOR).then(ENDED, DisclosureRequested)


def test_what_ends_at_a_resource_ends_for_everybody_of_the_case_there():
    """The fact names no person: two places are freed."""
    assert {} == BOTH_MATCHED.when(ENDED, agency=OPERATOR).then(ENDED, FREED, FREED, DisclosureRequested, RESTS).state.matches


def test_a_second_operator_hears_of_the_end_too():
    """Everybody who works on the match, but not the one who says it."""
    then = given(DECIDER, ParticipationRequestNoted(agency="second"), *TRIAL_PAST).when(ENDED, agency=OPERATOR)

    then.then(ENDED, request(then, basis=Basis.K), request(then, basis=Basis.K, recipient="second"), RESTS)


def test_a_gap_in_resources_is_found_after_an_assessment_of_that_need():
    """Row 60: it becomes a task of development; with nothing open, participation rests until somebody proposes again."""
    NEW.when(GAP, agency=OPERATOR).then_refused(RefusalCode.WRONG_STATE)
    OPEN.when(GAP.changed(need_kind=NeedKind.LEARNING), agency=OPERATOR).then_refused(RefusalCode.WRONG_STATE)
    OPEN.when(GAP, agency=OPERATOR).then(GAP, RESTS).when(GAP, agency=OPERATOR).then(GAP)
    PROPOSED.when(GAP, agency=OPERATOR).then(GAP)


def test_with_a_death_every_match_ends():
    """Places are freed, hosts and operator are told by codes, participation rests; the elder centre that reported it hears nothing back."""
    bags = CandidateProposed(resource="bags", task=slice_of())
    then = given(DECIDER, *TRIAL_PAST, CONFIRMED, bags).when(DIED, agency="elder", source="tsunagu.consultation")

    first, second = (MatchEnded(resource=each, reason=MatchEndReason.DIED) for each in ("bags", RESOURCE))
    usual: dict[str, Any] = {"basis": Basis.K, "event_type": "MatchEnded"}
    then.then(
        first, request(then, recipient=OPERATOR, **usual), second, FREED, request(then, event_id=then.context.event_id(2), **usual),
        request(then, event_id=then.context.event_id(2), recipient=OPERATOR, **usual), RESTS,
    )


def test_a_death_before_any_proposal_lets_participation_rest():
    """There is nothing to end but the search; where there was none, nothing is said."""
    OPEN.when(DIED, agency="elder", source="tsunagu.consultation").then(RESTS)
    given(DECIDER).when(DIED, agency="elder", source="tsunagu.consultation").then_nothing()


def test_where_a_household_remains_only_what_was_that_persons_ends():
    """The mother's death ends nothing of her son's, and what is open without a name stays open."""
    mothers = DIED.changed(person=MOTHER, household_remains=True)
    for before in (OPEN, PROPOSED, MATCHED, BOTH_MATCHED):
        before.when(mothers, agency="elder", source="tsunagu.consultation").then_nothing()
    MATCHED.when(DIED.changed(household_remains=True), agency="elder", source="tsunagu.consultation") \
        .then(MatchEnded, OccupancyChanged, DisclosureRequested, DisclosureRequested, RESTS)


def test_an_unknown_message_is_refused():
    """Nothing is ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)


def test_refusals_and_requests_leave_the_state_as_it_was():
    """What only speaks to others is no state of ours."""
    refusal = MessageRefused(agency="a", message_id="1", message_type="TrialStarted", code=RefusalCode.WRONG_STATE, sentence="", coordinates="")
    others = (COUNTED, GAP, TAKEN, refusal, PartGiven(agency="w", part=CasePart.LINKED), RegionChanged(function=FunctionName.OUTREACH, active=False))

    assert PROPOSED.state == given(DECIDER, *PROPOSED_PAST, *others).state
