"""Resources: proposed, verified, offered, stale, full, retired; hosts learn counts. Each rule in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet, DisclosureRequested, PartGiven, PartNoted, Tick
from contracts.participation import CandidateCounted, CandidatesCounted, HandsRequested, OccupancyNoted, ResourceCapacityChanged
from contracts.shared import Basis, CasePart, DataCategory, Deadline, HandsWanted, Purpose, RefusalCode, SupportLevel, TaskClass
from kernel.days import DAY_MS
from kernel.testing import AT, Given, given
from services.participation.domain.offer import Stage
from services.participation.domain.resource import DECIDER
from tests.services.participation.firewood import (
    COUNTED,
    COUNTS,
    FREED,
    NAMES,
    OFFERED,
    RECONFIRMED,
    RESOURCE,
    RETIRED,
    SLICED,
    SPLITTING,
    STACKING,
    TAKEN,
    VERIFIED,
    WIDER,
    request,
    slice_of,
)

DUE = Deadline.RESOURCE_RECONFIRMATION
DAYS = {DUE: 180}
MISSED = DeadlineMissed(deadline=DUE, of="", agency="workshop", due=AT)
BY_THE_HOST = PartNoted(agency="workshop", part=CasePart.OPENED)
BY_AN_OPERATOR = PartNoted(agency="participation", part=CasePart.OPENED)


def resource(*past: Any, shared: Any = None) -> Given:
    """The firewood workshop, with this past."""
    return given(DECIDER, *past, key=RESOURCE, shared=shared)


AVAILABLE, STALE = resource(OFFERED, VERIFIED), resource(OFFERED, VERIFIED, MISSED)
UNKNOWN, PROPOSED, GONE = resource(), resource(OFFERED), resource(OFFERED, VERIFIED, RETIRED)
FULL = resource(OFFERED, VERIFIED, OccupancyNoted(taken=2))


def test_a_resource_is_recorded_once():
    """A place to take part is recorded, and its host gets a part in it; the same key a second time is told that it stands."""
    UNKNOWN.when(OFFERED, agency="workshop").then(OFFERED, PartGiven(agency="workshop", part=CasePart.LINKED)) \
        .when(OFFERED, agency="workshop").then_refused(RefusalCode.ALREADY_DONE)


def test_a_host_is_told_of_what_another_registers_for_it():
    """An operator registers the workshop: the workshop learns of it and may speak about it."""
    then = UNKNOWN.when(OFFERED, agency="participation")

    then.then(OFFERED, request(then), PartGiven(agency="workshop", part=CasePart.LINKED))


def test_more_places_than_there_are_cannot_be_kept():
    """Row 24: places are kept for the main users out of the capacity; all of them may be."""
    UNKNOWN.when(OFFERED.changed(reserved=4)).then_refused(RefusalCode.VALUE_INVALID)
    UNKNOWN.when(OFFERED.changed(reserved=3), agency="workshop").then(OFFERED.changed(reserved=3), PartGiven)


def test_a_verified_resource_is_offered_and_its_host_hears_of_it():
    """Whoever verifies gets a part, so as to confirm it later; the host is told, without personal data."""
    then = PROPOSED.when(VERIFIED, agency="municipality")

    assert Stage.AVAILABLE is then.then(VERIFIED, request(then), PartGiven(agency="municipality", part=CasePart.LINKED)).state.stage


@pytest.mark.parametrize("before", [AVAILABLE, STALE, FULL])
def test_a_resource_is_verified_once(before: Given):
    """Later it is confirmed anew, which is another fact."""
    before.when(VERIFIED).then_refused(RefusalCode.ALREADY_DONE)


def test_what_is_verified_has_to_be_confirmed_anew_by_the_host_that_registered_it():
    """The municipality's days run from the verification."""
    then = resource(OFFERED, BY_THE_HOST, shared=DAYS).when(VERIFIED, agency="municipality")

    due = DeadlineSet(deadline=DUE, of="", agency="workshop", due=AT + 180 * DAY_MS)
    then.then(VERIFIED, due, request(then), PartGiven)


def test_what_an_operator_registered_is_confirmed_anew_by_whoever_verified_it():
    """A host that did not come itself may be no user of Tsunagu; host and operator are told."""
    then = resource(OFFERED, BY_AN_OPERATOR, shared=DAYS).when(VERIFIED, agency="municipality")

    due = DeadlineSet(deadline=DUE, of="", agency="municipality", due=AT + 180 * DAY_MS)
    then.then(VERIFIED, due, request(then), request(then, recipient="participation"), PartGiven)


def test_a_resource_that_nobody_confirmed_in_time_is_not_offered():
    """Needs, §7: resource lists go stale; what is stale is offered again once somebody has looked."""
    STALE.when(COUNTED).then_refused(RefusalCode.RESOURCE_STALE)
    after = STALE.when(RECONFIRMED, agency="workshop").then(RECONFIRMED)
    after.when(COUNTED).then(CandidatesCounted, DisclosureRequested)


def test_a_reconfirmation_sets_the_next_deadline():
    """Whether it came in time or late, the days run anew; the one before is replaced."""
    for missed in ((), (MISSED,)):
        then = resource(OFFERED, BY_THE_HOST, VERIFIED, *missed, shared=DAYS).when(RECONFIRMED, agency="workshop", at=AT + DAY_MS)
        then.then(RECONFIRMED, DeadlineSet(deadline=DUE, of="", agency="workshop", due=AT + 181 * DAY_MS))


def test_where_the_municipality_has_taken_the_term_back_a_reconfirmation_ends_the_deadline():
    """What was due is done, and nothing new is asked for."""
    due = DeadlineSet(deadline=DUE, of="", agency="workshop", due=AT)

    resource(OFFERED, VERIFIED, due, shared={}).when(RECONFIRMED, agency="workshop").then(RECONFIRMED, DeadlineMet(deadline=DUE, of=""))


def test_what_was_never_verified_cannot_be_confirmed_anew():
    """First it is verified."""
    PROPOSED.when(RECONFIRMED).then_refused(RefusalCode.WRONG_STATE)


def test_another_deadline_leaves_the_resource_as_it_is():
    """Only its own reconfirmation makes it stale."""
    other = DeadlineMissed(deadline=Deadline.PLAN_REVIEW, of="", agency="", due=AT)
    set_, met = DeadlineSet(deadline=Deadline.PLAN_REVIEW, of="", agency="", due=AT), DeadlineMet(deadline=Deadline.PLAN_REVIEW, of="")

    assert AVAILABLE.state == resource(OFFERED, VERIFIED, set_, met, other).state


def test_a_resource_with_every_place_taken_is_full_until_one_is_freed():
    """Three places, one kept for the main users: two matches fill it."""
    one = AVAILABLE.when(TAKEN).then(OccupancyNoted(taken=1))
    one.when(COUNTED).then(CandidatesCounted, DisclosureRequested)
    two = one.when(TAKEN).then(OccupancyNoted(taken=2))
    two.when(COUNTED).then_refused(RefusalCode.RESOURCE_FULL)
    two.when(FREED).then(OccupancyNoted(taken=1)).when(COUNTED).then(CandidatesCounted, DisclosureRequested)


def test_more_capacity_makes_room_and_less_fills_up():
    """Row 52: Full ⇄ Available."""
    FULL.when(WIDER, agency="workshop").then(WIDER).when(COUNTED).then(CandidatesCounted, DisclosureRequested)
    less = ResourceCapacityChanged(capacity=1)
    AVAILABLE.when(less, agency="workshop").then(less).when(COUNTED).then_refused(RefusalCode.RESOURCE_FULL)


def test_the_same_capacity_is_no_change():
    """Nothing new is recorded twice."""
    AVAILABLE.when(ResourceCapacityChanged(capacity=3)).then_refused(RefusalCode.ALREADY_DONE)


def test_a_freed_place_is_noted_wherever_it_was():
    """A match outlasts its resource on record; no count goes below nothing. A place cannot be taken where there is none."""
    GONE.when(FREED).then(OccupancyNoted(taken=0))
    UNKNOWN.when(FREED).then(OccupancyNoted(taken=0))
    UNKNOWN.when(TAKEN, agency="participation", source="tsunagu.participation").then_refused(RefusalCode.RESOURCE_NOT_FOUND)
    STALE.when(TAKEN).then(OccupancyNoted(taken=1))


def test_work_is_cut_anew_and_those_who_are_interested_stay_counted():
    """Job slicing (仕事の切り出し): the list is replaced; interest in what is still offered is kept, in what is dropped is not."""
    counted = CandidatesCounted(resource=RESOURCE, tasks=(slice_of(SPLITTING, 2), slice_of(STACKING, 1)))
    after = resource(OFFERED, VERIFIED, counted).when(SLICED, agency="workshop").then(SLICED)

    assert (slice_of(TaskClass.KINDLING_MAKING, 0), slice_of(SPLITTING, 2)) == after.state.counts


def test_the_same_work_named_twice_is_one_line():
    """Task and support level make a line."""
    twice = SLICED.changed(tasks=(slice_of(), slice_of(count=5)))

    assert (slice_of(),) == AVAILABLE.when(twice, agency="workshop").then(twice).state.counts


@pytest.mark.parametrize("fact", [WIDER, SLICED, RECONFIRMED, RETIRED])
def test_the_host_and_whoever_registered_it_hear_what_another_reports(fact: Any):
    """About a workplace nothing is changed behind its back; nobody hears what it said itself."""
    then = resource(OFFERED, BY_AN_OPERATOR, VERIFIED).when(fact, agency="municipality")

    then.then(fact, request(then), request(then, recipient="participation"))
    resource(OFFERED, BY_THE_HOST, VERIFIED).when(fact, agency="workshop").then(fact)


def test_a_retired_resource_is_gone():
    """Nothing is offered, nothing due; to whoever asks it is as if it were not there."""
    due = DeadlineSet(deadline=DUE, of="", agency="workshop", due=AT)
    after = resource(OFFERED, VERIFIED, due).when(RETIRED, agency="workshop").then(RETIRED, DeadlineMet(deadline=DUE, of=""))
    after.when(COUNTED).then_refused(RefusalCode.RESOURCE_NOT_FOUND)
    after.when(RETIRED).then_refused(RefusalCode.ALREADY_DONE)
    after.when(OFFERED).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("before", [PROPOSED, STALE, FULL])
def test_a_resource_may_be_retired_in_any_state(before: Given):
    """Proposed, stale or full."""
    assert Stage.RETIRED is before.when(RETIRED, agency="workshop").then(RETIRED).state.stage


@pytest.mark.parametrize("before", [UNKNOWN, GONE])
@pytest.mark.parametrize("message", [VERIFIED, RECONFIRMED, WIDER, SLICED, COUNTED, COUNTS, NAMES])
def test_of_a_resource_that_is_not_there_nothing_is_recorded_or_told(before: Given, message: Any):
    """One that never was and one that is retired are alike; the agency of the case hears it when a candidate was counted."""
    before.when(message, agency="participation", source="tsunagu.participation").then_refused(RefusalCode.RESOURCE_NOT_FOUND)


def test_nobody_is_counted_where_nobody_has_looked():
    """A resource that was only proposed is not offered."""
    PROPOSED.when(COUNTED, agency="participation", source="tsunagu.participation").then_refused(RefusalCode.WRONG_STATE)


def test_the_host_is_asked_to_be_told_the_counts():
    """A count that arrives at the resource is added up, and the gate is asked to tell the host, without personal data."""
    counts = CandidatesCounted(resource=RESOURCE, tasks=(slice_of(SPLITTING, 1), slice_of(STACKING, 0)))
    then = AVAILABLE.when(COUNTED, agency="participation", source="tsunagu.participation")

    then.then(counts, request(then, event_type="CandidatesCounted"))


def test_counts_add_up_by_task_and_support_level():
    """Same task with other support is a line of its own; lines keep the order in which the resource named them."""
    constant = slice_of(SPLITTING, 2, SupportLevel.CONSTANT)
    after = AVAILABLE \
        .when(COUNTED).then(CandidatesCounted, DisclosureRequested) \
        .when(CandidateCounted(resource=RESOURCE, task=constant)).then(CandidatesCounted, DisclosureRequested) \
        .when(COUNTED)

    assert (slice_of(SPLITTING, 2), slice_of(STACKING, 0), constant) == after.events[0].tasks


@pytest.mark.parametrize("before", [PROPOSED, AVAILABLE, STALE, FULL])
def test_whoever_asks_for_hands_is_answered_in_counts(before: Given):
    """Case 32: counts and task classes, as basis B0, to the one who asked; noughts are an answer, places offered are not persons."""
    then = before.when(COUNTS, agency="environment")

    then.then(
        COUNTS, CandidatesCounted(resource=RESOURCE, tasks=(slice_of(SPLITTING, 0), slice_of(STACKING, 0))),
        request(then, event_id=then.context.event_id(1), event_type="CandidatesCounted", recipient="environment", purpose=Purpose.COMMUNITY),
    )


def test_asking_for_names_asks_the_gate_and_gives_nothing():
    """Case 32: the wish for names is recorded and put to the gate without any basis, so that the refusal is the gate's and on record."""
    then = AVAILABLE.when(NAMES, agency="environment")

    then.then(NAMES, request(
        then, recipient="environment", purpose=Purpose.COMMUNITY, basis=Basis.NONE, wanted=(DataCategory.BASIC,),
    ))


def test_a_wish_of_a_kind_we_do_not_know_is_refused():
    """A newer client may ask for what this version cannot give."""
    AVAILABLE.when(HandsRequested(wanted=HandsWanted.UNMAPPED)).then_refused(RefusalCode.UNMAPPED)


def test_an_unknown_message_is_refused():
    """Nothing is ignored."""
    UNKNOWN.when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)


def test_what_only_speaks_to_others_leaves_the_resource_as_it_was():
    """Requests, parts and questions are no state of ours."""
    then = AVAILABLE.when(NAMES, agency="environment")

    assert AVAILABLE.state == then.state == resource(OFFERED, VERIFIED, PartGiven(agency="a", part=CasePart.LINKED)).state
    assert AVAILABLE.state == resource(OFFERED, VERIFIED, PartNoted(agency="a", part=CasePart.LINKED)).state
