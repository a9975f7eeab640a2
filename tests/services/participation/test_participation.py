"""Participation: resources, gap needs, candidates without a name, trials; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, Tick
from contracts.participation import (
    CandidateCounted,
    CandidateProposed,
    CandidatesCounted,
    GapNeedAssessed,
    HandsRequested,
    ResourceProposed,
    TrialStarted,
)
from contracts.shared import (
    Basis,
    CasePart,
    DataCategory,
    FunctionName,
    HandsWanted,
    NeedKind,
    PartCode,
    Programme,
    Purpose,
    RefusalCode,
    SupportLevel,
    TaskClass,
    TaskSlice,
)
from kernel.decider import Part
from kernel.testing import Then, given
from services.participation.domain.participation import DECIDER

SON, RESOURCE = "50", "firewood"
SPLITTING, STACKING = TaskClass.WOOD_SPLITTING, TaskClass.WOOD_STACKING


def slice_of(task: TaskClass = SPLITTING, count: int = 0, level: SupportLevel = SupportLevel.SOME) -> TaskSlice:
    """So many at this class of task."""
    return TaskSlice(task=task, support_level=level, count=count)


OFFERED = ResourceProposed(
    host="workshop", name="薪づくり", tasks=(slice_of(SPLITTING, 3), slice_of(STACKING, 1)), confirmed_at=date(2026, 5, 1),
)
NEED = GapNeedAssessed(person=SON, need_kind=NeedKind.WORK, tried=(Programme.WORK_PREPARATION,))
CANDIDATE = CandidateProposed(resource=RESOURCE, task=slice_of())
COUNTED = CandidateCounted(resource=RESOURCE, task=slice_of(count=1))
TRIAL = TrialStarted(person=SON, resource=RESOURCE, host="workshop")
COUNTS, NAMES = HandsRequested(wanted=HandsWanted.COUNTS), HandsRequested(wanted=HandsWanted.NAMES)


def request(then: Then, **changes: Any) -> DisclosureRequested:
    """A request to the gate about the second event of a decision: counts, which carry no personal data."""
    usual: dict[str, Any] = {
        "event_id": then.context.event_id(1), "event_type": "CandidatesCounted", "recipient": "environment", "agency": "environment",
        "function": FunctionName.PARTICIPATION, "purpose": Purpose.COMMUNITY, "basis": Basis.B0,
    }
    return DisclosureRequested(**{**usual, **changes})


def test_a_resource_is_recorded_once():
    """A place to take part is recorded; the same key a second time is told that it stands."""
    given(DECIDER).when(OFFERED).then(OFFERED).when(OFFERED).then_refused(RefusalCode.ALREADY_DONE)


def test_a_gap_need_is_recorded_when_existing_programmes_were_tried():
    """The gap route opens when the assessment names what was tried before."""
    given(DECIDER).when(NEED).then(NEED)


def test_a_gap_need_without_anything_tried_is_refused():
    """Row 23 of the notice: first ask whether an existing programme fits."""
    given(DECIDER).when(GapNeedAssessed(person=SON, need_kind=NeedKind.WORK, tried=())).then_refused(RefusalCode.NOTHING_DONE)


def test_a_candidate_is_proposed_and_counted_without_a_name():
    """One candidate travels to the resource as a count: no case, no person."""
    given(DECIDER, NEED).when(CANDIDATE).then(CANDIDATE, COUNTED)


def test_a_proposal_for_several_persons_of_a_household_counts_them_all():
    """The number in the proposal is how many are interested."""
    two = CandidateProposed(resource=RESOURCE, task=slice_of(count=2))

    given(DECIDER, NEED).when(two).then(two, CandidateCounted(resource=RESOURCE, task=slice_of(count=2)))


def test_a_candidate_without_a_gap_need_is_refused():
    """Nobody is put to a resource before the need was assessed."""
    given(DECIDER).when(CANDIDATE).then_refused(RefusalCode.WRONG_STATE)


def test_a_candidate_is_counted_once_at_the_same_task():
    """Proposing again what was proposed would count one person twice; another task is another proposal."""
    before = given(DECIDER, NEED, CANDIDATE)

    before.when(CandidateProposed(resource=RESOURCE, task=slice_of(count=4))).then_refused(RefusalCode.ALREADY_DONE)
    before.when(CandidateProposed(resource=RESOURCE, task=slice_of(STACKING))).then(CandidateProposed, CandidateCounted)


def test_the_host_is_asked_to_be_told_the_counts():
    """A count that arrives at the resource is added up, and the gate is asked to tell the host, without personal data."""
    counts = CandidatesCounted(resource="firewood", tasks=(slice_of(SPLITTING, 1), slice_of(STACKING, 0)))
    then = given(DECIDER, OFFERED, key=RESOURCE).when(COUNTED, agency="participation", source="participation-function")

    then.then(counts, request(
        then, event_id=then.context.event_id(0), recipient="workshop", agency="participation", purpose=Purpose.PARTICIPATION,
    ))


def test_counts_add_up_by_task_and_support_level():
    """Same task with other support is a line of its own; lines keep the order in which the resource named them."""
    constant = slice_of(SPLITTING, 2, SupportLevel.CONSTANT)
    after = given(DECIDER, OFFERED, key=RESOURCE) \
        .when(COUNTED).then(CandidatesCounted, DisclosureRequested) \
        .when(CandidateCounted(resource=RESOURCE, task=constant)).then(CandidatesCounted, DisclosureRequested) \
        .when(COUNTED)

    assert (slice_of(SPLITTING, 2), slice_of(STACKING, 0), constant) == after.events[0].tasks


def test_a_count_for_an_unknown_resource_is_refused_to_the_agency_of_the_case():
    """The proposing agency hears that there is no such resource; nothing is recorded at it."""
    given(DECIDER, key="nowhere").when(COUNTED, agency="participation", source="participation-function") \
        .then_refused(RefusalCode.RESOURCE_NOT_FOUND)


def test_a_trial_gives_the_host_a_part_and_asks_the_gate_with_the_codes_of_its_parts():
    """The host becomes a party; name, contact and considerations wait for the gate's verdict on consent."""
    then = given(DECIDER, NEED, CANDIDATE).when(TRIAL, agency="participation", parts=[Part(SON, "BASIC", True), Part(SON, "HEALTH", False)])

    then.then(TRIAL, DisclosureRequested(
        event_id=then.context.event_id(0), event_type="TrialStarted", recipient="workshop", agency="participation",
        function=FunctionName.PARTICIPATION, purpose=Purpose.PARTICIPATION, basis=Basis.C, parts=(
            PartCode(person=SON, category=DataCategory.BASIC, essential=True), PartCode(person=SON, category=DataCategory.HEALTH),
        ),
    ), PartGiven(agency="workshop", part=CasePart.LINKED))


def test_a_trial_needs_a_candidate_at_that_resource():
    """No trial before a proposal, nor at another resource than the proposed one."""
    given(DECIDER, NEED).when(TRIAL).then_refused(RefusalCode.WRONG_STATE)
    given(DECIDER, NEED, CANDIDATE).when(TrialStarted(person=SON, resource="other", host="workshop")).then_refused(RefusalCode.WRONG_STATE)


def test_a_trial_starts_once():
    """The same person's trial at the same resource is not started twice; another person's is a trial of its own."""
    before = given(DECIDER, NEED, CANDIDATE, TRIAL)

    before.when(TRIAL).then_refused(RefusalCode.ALREADY_DONE)
    before.when(TrialStarted(person="82", resource=RESOURCE, host="workshop")).then(TrialStarted, DisclosureRequested, PartGiven)


def test_whoever_asks_for_hands_is_answered_in_counts():
    """Case 32: counts and task classes, as basis B0, to the one who asked."""
    then = given(DECIDER, OFFERED, CandidatesCounted(resource=RESOURCE, tasks=(slice_of(SPLITTING, 2),)), key=RESOURCE) \
        .when(COUNTS, agency="environment")

    then.then(COUNTS, CandidatesCounted(resource=RESOURCE, tasks=(slice_of(SPLITTING, 2),)), request(then))


def test_a_resource_without_candidates_answers_with_noughts():
    """Nobody yet is an answer, too; the places that the resource offers are not persons."""
    then = given(DECIDER, OFFERED, key=RESOURCE).when(COUNTS, agency="environment")

    assert (slice_of(SPLITTING, 0), slice_of(STACKING, 0)) == then.events[1].tasks


def test_asking_for_names_asks_the_gate_and_gives_nothing():
    """Case 32: the wish for names is recorded and put to the gate without any basis, so that the refusal is the gate's and on record."""
    then = given(DECIDER, OFFERED, key=RESOURCE).when(NAMES, agency="environment")

    then.then(NAMES, request(
        then, event_id=then.context.event_id(0), event_type="HandsRequested", basis=Basis.NONE, wanted=(DataCategory.BASIC,),
    ))


@pytest.mark.parametrize("asked", [COUNTS, NAMES])
def test_hands_at_an_unknown_resource_are_refused(asked: HandsRequested):
    """Neither counts nor names of a resource that is not recorded."""
    given(DECIDER, key="nowhere").when(asked, agency="environment").then_refused(RefusalCode.RESOURCE_NOT_FOUND)


def test_a_wish_of_a_kind_we_do_not_know_is_refused():
    """A newer client may ask for what this version cannot give."""
    given(DECIDER, OFFERED, key=RESOURCE).when(HandsRequested(wanted=HandsWanted.UNMAPPED)).then_refused(RefusalCode.UNMAPPED)


def test_an_unknown_message_is_refused():
    """Nothing is ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)


def test_refusals_and_requests_leave_the_state_as_it_was():
    """What only speaks to others is no state of ours."""
    refusal = MessageRefused(agency="a", message_id="1", message_type="TrialStarted", code=RefusalCode.WRONG_STATE, sentence="", coordinates="")

    assert given(DECIDER, NEED, CANDIDATE).state == given(DECIDER, NEED, CANDIDATE, COUNTED, refusal, PartGiven(agency="w", part=CasePart.LINKED)).state
