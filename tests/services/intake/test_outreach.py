"""Outreach: the steps of a tie, from a signal to steady ties or an end; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consultation import SubjectDied
from contracts.coordination import OutreachRequested
from contracts.envelope import DeadlineMissed, DisclosureRequested, MessageRefused, PartGiven, RegionChanged, Tick, VerdictNoted
from contracts.outreach import (
    ContactAttempted,
    ContactStateChanged,
    FirstContactMade,
    OutreachEnded,
    OutreachRequestNoted,
    RelationStabilised,
    RelationStepRecorded,
    SignalDismissed,
    SignalVerified,
    SupportAccepted,
)
from contracts.shared import (
    Basis,
    CasePart,
    ContactMethod,
    ContactResult,
    DataCategory,
    Deadline,
    DismissalReason,
    FunctionName,
    Outcome,
    OutreachEndReason,
    PartCode,
    Purpose,
    RefusalCode,
    RelationStage,
)
from kernel.deadlines import by_day, met
from kernel.decider import Part
from kernel.testing import Given, Then, given
from services.intake.domain.outreach import DECIDER
from services.intake.domain.outreach_tie import Stage

MOTHER, SON = "a" * 32, "b" * 32
TEAM, COORDINATION, CONSULTATION = "outreach", "tsunagu.coordination", "tsunagu.consultation"
VERIFIED = SignalVerified(source_count=2)
DISMISSED = SignalDismissed(reason=DismissalReason.NO_NEED)
KNOCKED = ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.NO_ANSWER)
DECLINED = ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.DECLINED)
MET = FirstContactMade(person=SON, stage=RelationStage.CONTACTED)
STEP = RelationStepRecorded(person=SON, stage=RelationStage.TRUSTING)
NEXT = date(2026, 6, 10)
STEP_AND_NEXT = STEP.changed(next_contact=NEXT)
ACCEPTED = SupportAccepted(person=SON, linked_agency="participation", purpose=Purpose.PARTICIPATION)
STEADY = RelationStabilised(linked_agency="participation")
ENDED, LINKED_ON, MOVED, DEAD = (
    OutreachEnded(reason=reason)
    for reason in (OutreachEndReason.TIES_STEADY, OutreachEndReason.LINKED_ON, OutreachEndReason.MOVED_AWAY, OutreachEndReason.DIED)
)
REQUESTED = OutreachRequested(person=SON, to_agency=TEAM)
NOTED = OutreachRequestNoted(agency=TEAM)
DIED = SubjectDied(person=SON, died_on=date(2026, 5, 20), household_remains=False)
REPORTS = (VERIFIED, DISMISSED, KNOCKED, DECLINED, MET, STEP, STEP_AND_NEXT, ACCEPTED, STEADY, ENDED, LINKED_ON, MOVED)
"""What a team may report."""
TOLD = (REQUESTED, DIED, DIED.changed(household_remains=True))
"""What other functions tell."""
NOT_REACHED, REACHED = ContactStateChanged(agency="outreach", reached=False), ContactStateChanged(agency="outreach", reached=True)
BEGUN, AT_REST = RegionChanged(function=FunctionName.OUTREACH, active=True), RegionChanged(function=FunctionName.OUTREACH, active=False)
SET, DONE = by_day(Deadline.NEXT_CONTACT, TEAM, TEAM, NEXT), met(Deadline.NEXT_CONTACT, TEAM)
MISSED = DeadlineMissed(deadline=Deadline.NEXT_CONTACT, of=TEAM, agency=TEAM, due=SET.due)
LINKED = (VERIFIED, MET, STEP, ACCEPTED)


def after(*past: Any) -> Given:
    """A tie of which this is on record."""
    return given(DECIDER, *past)


def verdict(outcome: Outcome, recipient: str = "participation") -> VerdictNoted:
    """The gate's answer on the link."""
    return VerdictNoted(request_id="r", event_id="e", event_type="SupportAccepted", recipient=recipient, outcome=outcome, rule="R1")


def told(then: Then, event: type, *agencies: str) -> tuple[DisclosureRequested, ...]:
    """What is asked so that these agencies learn of an end or of steady ties: codes, as between contractors."""
    return tuple(
        DisclosureRequested(
            event_id=then.context.event_id(0), event_type=event.__name__, recipient=agency, agency=then.context.agency,
            function=FunctionName.OUTREACH, purpose=Purpose.OUTREACH, basis=Basis.K, parts=(),
        )
        for agency in agencies
    )


def test_a_signal_is_verified() -> None:
    """The work begins; until somebody has met the person, no consent is to be asked for."""
    given(DECIDER).when(VERIFIED, agency=TEAM).then(VERIFIED, NOT_REACHED, BEGUN)


@pytest.mark.parametrize("past", [(VERIFIED,), (NOTED,), (VERIFIED, MET), LINKED, (*LINKED, STEADY)])
def test_a_signal_is_verified_once(past: tuple[Any, ...]) -> None:
    """However far the tie has come, the signal has been verified."""
    given(DECIDER, *past).when(VERIFIED).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("past", [(VERIFIED,), (VERIFIED, KNOCKED), (VERIFIED, MET), (VERIFIED, MET, ACCEPTED)])
def test_visits_go_on(past: tuple[Any, ...]) -> None:
    """Every attempt is recorded, before and after the first contact."""
    given(DECIDER, *past).when(KNOCKED).then(KNOCKED)


@pytest.mark.parametrize("step", [KNOCKED, MET, STEP, ACCEPTED, STEADY, ENDED, LINKED_ON, MOVED, DEAD])
def test_nobody_is_visited_on_an_unverified_signal(step: Any) -> None:
    """No knock, no contact, no help on a rumour."""
    given(DECIDER).when(step).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past", [(VERIFIED,), (VERIFIED, KNOCKED, KNOCKED)])
def test_the_first_contact_is_made(past: tuple[Any, ...]) -> None:
    """At the first visit or the tenth; from here on the person can be asked."""
    given(DECIDER, *past).when(MET, agency=TEAM).then(MET, REACHED)


@pytest.mark.parametrize("past", [(VERIFIED, MET), (VERIFIED, MET, DECLINED), (VERIFIED, MET, ACCEPTED)])
def test_a_contact_is_first_only_once(past: tuple[Any, ...]) -> None:
    """Later meetings are attempts with a result."""
    given(DECIDER, *past).when(MET).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("past", [(VERIFIED,), (VERIFIED, KNOCKED), (*LINKED, STEADY, ENDED, VERIFIED)])
@pytest.mark.parametrize("step", [STEP, ACCEPTED])
def test_no_tie_and_no_help_without_a_contact(past: tuple[Any, ...], step: Any) -> None:
    """Both rest on a contact in this course of the work."""
    given(DECIDER, *past).when(step).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past", [(VERIFIED, MET), (VERIFIED, MET, DECLINED), (VERIFIED, MET, STEP), LINKED, (*LINKED, STEADY)])
def test_help_that_is_wanted_gives_a_part_and_asks_the_gate(past: tuple[Any, ...]) -> None:
    """The agency linked to takes part; a no in between, or of the gate, closes nothing."""
    then = given(DECIDER, *past).when(ACCEPTED, agency="outreach", parts=(Part(SON, "CONTACT", False),))
    request = DisclosureRequested(
        event_id=then.context.event_id(0), event_type="SupportAccepted", recipient="participation", agency="outreach",
        function=FunctionName.OUTREACH, purpose=Purpose.PARTICIPATION, basis=Basis.C,
        parts=(PartCode(person=SON, category=DataCategory.CONTACT),),
    )
    then.then(ACCEPTED, request, PartGiven(agency="participation", part=CasePart.LINKED))


def test_help_is_wanted_for_a_purpose() -> None:
    """A purpose that nobody can read is none."""
    vague = SupportAccepted(person=SON, linked_agency="participation", purpose=Purpose.UNMAPPED)
    given(DECIDER, VERIFIED, MET).when(vague).then_refused(RefusalCode.PURPOSE_MISSING)


def test_an_unknown_message_is_refused() -> None:
    """What outreach does not handle is said to be so, never ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)


def test_nobody_is_linked_to_the_team_itself() -> None:
    """Whoever accepts help gets another agency beside the visitors."""
    after(VERIFIED, MET).when(ACCEPTED.changed(linked_agency=TEAM), agency=TEAM).then_refused(RefusalCode.SAME_AGENCY)


@pytest.mark.parametrize("past", [(), (*LINKED, STEADY, ENDED), (VERIFIED, MOVED)])
def test_a_signal_that_needs_no_visit_is_dismissed(past: tuple[Any, ...]) -> None:
    """A first one, or another after an end; nothing had begun, so nothing rests."""
    after(*past).when(DISMISSED).then(DISMISSED)


@pytest.mark.parametrize("past", [(VERIFIED,), (NOTED,), (VERIFIED, KNOCKED), (*LINKED, STEADY, ENDED, VERIFIED)])
def test_as_long_as_nobody_was_met_the_work_is_given_up_as_needless(past: tuple[Any, ...]) -> None:
    """A rumour that proves empty at the door, a request that was not needed: the case may rest, and another signal begins anew."""
    rested = after(*past).when(DISMISSED).then(DISMISSED, AT_REST)
    rested.when(KNOCKED).then_refused(RefusalCode.WRONG_STATE)
    assert BEGUN in rested.when(VERIFIED).events


@pytest.mark.parametrize(
    ("past", "code"),
    [
        ((DISMISSED,), RefusalCode.ALREADY_DONE), ((VERIFIED, MET), RefusalCode.WRONG_STATE), (LINKED, RefusalCode.WRONG_STATE),
        ((VERIFIED, MET, DECLINED), RefusalCode.WRONG_STATE),
    ],
)
def test_a_signal_is_dismissed_once_and_not_when_somebody_was_met(past: tuple[Any, ...], code: RefusalCode) -> None:
    """Who has met the person ends with a reason."""
    after(*past).when(DISMISSED).then_refused(code)


@pytest.mark.parametrize("past", [(DISMISSED,), (VERIFIED, MOVED)])
def test_after_a_dismissal_or_an_end_a_signal_begins_anew(past: tuple[Any, ...]) -> None:
    """The whole way again; somebody never met is still not to be asked for a consent."""
    then = after(*past).when(VERIFIED, agency=TEAM)
    then.then(VERIFIED, NOT_REACHED, BEGUN)
    assert (Stage.APPROACHING, False, frozenset()) == (then.state.stage, then.state.met, then.state.links)


def test_who_was_met_once_stays_met_for_the_gate() -> None:
    """The work begins anew, a contact has to be made anew, but the gate is never told that nobody was met."""
    again = after(*LINKED, STEADY, ENDED).when(VERIFIED).then(VERIFIED, BEGUN)
    again.when(MET).then(MET)


def test_another_visitor_asks_once_it_has_met_the_person_itself() -> None:
    """One team was asked, another was there first: the first contact of the case is its own, and the team asked for says so by its next step."""
    unmet = after(NOTED, NOT_REACHED)
    by_elder = unmet.when(MET, agency="elder").then(MET, REACHED.changed(agency="elder"))
    by_elder.when(STEP, agency="elder").then(STEP)
    by_elder.when(STEP, agency=TEAM).then(STEP, REACHED).when(STEP, agency=TEAM).then(STEP)
    by_elder.when(ACCEPTED, agency=TEAM).then(ACCEPTED, DisclosureRequested, REACHED, PartGiven)


def test_coordination_asks_for_a_visit() -> None:
    """Noted with the team that is to go; the approach begins as after a verified signal."""
    then = after().when(REQUESTED, agency="coordinator", source=COORDINATION)
    then.then(NOTED, NOT_REACHED, BEGUN)
    assert Stage.APPROACHING is then.state.stage


@pytest.mark.parametrize("past", [(VERIFIED,), (VERIFIED, MET, STEP), LINKED])
def test_a_request_changes_nothing_where_a_team_is_on_its_way(past: tuple[Any, ...]) -> None:
    """It is noted; the tie stays where it is."""
    then = after(*past).when(REQUESTED, agency="coordinator", source=COORDINATION)
    then.then(NOTED)
    assert after(*past).state == then.state


@pytest.mark.parametrize("past", [(DISMISSED,), (*LINKED, STEADY, ENDED)])
def test_a_request_begins_anew_what_had_come_to_rest(past: tuple[Any, ...]) -> None:
    """Coordination may know more than the team did."""
    assert BEGUN in after(*past).when(REQUESTED, agency="coordinator", source=COORDINATION).events


@pytest.mark.parametrize(
    ("stage", "expected"),
    [(RelationStage.CONTACTED, Stage.CONTACTED), (RelationStage.TRUSTING, Stage.TRUSTING), (RelationStage.ACCEPTING, Stage.ACCEPTING)],
)
def test_a_tie_grows_step_by_step(stage: RelationStage, expected: Stage) -> None:
    """As the team reports it."""
    then = after(VERIFIED, MET).when(STEP.changed(stage=stage))
    then.then(RelationStepRecorded)
    assert expected is then.state.stage


def test_a_step_is_no_step_back() -> None:
    """A visit on the way keeps what has grown."""
    assert Stage.ACCEPTING is after(*LINKED).when(STEP).state.stage


@pytest.mark.parametrize("past", [(VERIFIED, MET), (VERIFIED, MET, STEP), LINKED, (*LINKED, STEADY)])
def test_a_refusal_goes_back_to_the_approach_and_closes_nothing(past: tuple[Any, ...]) -> None:
    """Visits go on, more rarely; who was met stays met, who was linked to stays linked to, and a step leads on from there."""
    then = after(*past).when(DECLINED)
    then.then(DECLINED)
    assert (Stage.APPROACHING, True, after(*past).state.links) == (then.state.stage, then.state.met, then.state.links)
    assert Stage.TRUSTING is then.after().when(KNOCKED).after().when(STEP).state.stage


@pytest.mark.parametrize("step", [KNOCKED, DECLINED, STEP])
def test_a_planned_visit_is_watched_until_it_is_made(step: Any) -> None:
    """Each agency's own, to the end of the day; a visit or another step meets it, whatever came of it."""
    planned = after(VERIFIED, MET).when(STEP_AND_NEXT, agency=TEAM).then(STEP_AND_NEXT, SET)
    planned.when(step, agency="other").then(step)
    planned.when(step, agency=TEAM).then(step, DONE).when(step, agency=TEAM).then(step)


def test_a_step_plans_the_next_visit_anew() -> None:
    """The one before it is made, the next one is set."""
    after(VERIFIED, MET, STEP_AND_NEXT, SET).when(STEP_AND_NEXT, agency=TEAM).then(STEP_AND_NEXT, DONE, SET)


def test_help_that_is_wanted_meets_the_planned_visit() -> None:
    """Nobody says yes to somebody who was not there."""
    then = after(VERIFIED, MET, STEP_AND_NEXT, SET).when(ACCEPTED, agency=TEAM)
    then.then(ACCEPTED, DisclosureRequested, DONE, PartGiven(agency="participation", part=CasePart.LINKED))


def test_what_was_missed_is_not_met_any_more() -> None:
    """The alert stands; a late visit is a visit."""
    after(VERIFIED, MET, STEP_AND_NEXT, SET, MISSED).when(KNOCKED, agency=TEAM).then(KNOCKED)


@pytest.mark.parametrize(("at", "fits"), [(SET.due - 1, True), (SET.due, False)])
def test_the_next_visit_is_still_to_come(at: int, fits: bool) -> None:
    """Until midnight in Japan the day itself will do."""
    then = given(DECIDER, VERIFIED, MET, at=at).when(STEP_AND_NEXT, agency=TEAM)
    then.then(STEP_AND_NEXT, SET) if fits else then.then_refused(RefusalCode.PERIOD_INVALID)


def test_ties_are_steady_with_an_agency_linked_to() -> None:
    """It learns so, as a contractor of the same town."""
    then = after(*LINKED).when(STEADY, agency=TEAM)
    then.then(STEADY, *told(then, RelationStabilised, "participation"))


@pytest.mark.parametrize(
    ("past", "message", "code"),
    [
        ((VERIFIED, MET, STEP), STEADY, RefusalCode.WRONG_STATE),
        (LINKED, STEADY.changed(linked_agency="elder"), RefusalCode.WRONG_STATE),
        ((*LINKED, verdict(Outcome.DENY)), STEADY, RefusalCode.WRONG_STATE),
        ((*LINKED, DECLINED), STEADY, RefusalCode.WRONG_STATE),
        ((*LINKED, STEADY), STEADY, RefusalCode.ALREADY_DONE),
    ],
    ids=["nobody linked to", "somebody else", "kept back by the gate", "the person refuses", "said before"],
)
def test_ties_are_not_steady_where_there_are_none(past: tuple[Any, ...], message: Any, code: RefusalCode) -> None:
    """A link that the gate did not let through is none."""
    after(*past).when(message).then_refused(code)


@pytest.mark.parametrize("outcome", [Outcome.HOLD, Outcome.DENY])
def test_a_link_that_the_gate_keeps_back_can_come_later(outcome: Outcome) -> None:
    """Only then can the team end with it."""
    kept = after(*LINKED, verdict(outcome))
    kept.when(LINKED_ON).then_refused(RefusalCode.WRONG_STATE)
    after(*LINKED, verdict(outcome), verdict(Outcome.REDACT)).when(LINKED_ON).then(LINKED_ON, AT_REST, DisclosureRequested)


def test_outreach_ends_with_steady_ties() -> None:
    """The case may rest, no visit is due, and whoever was linked to is told; the sender knows."""
    elder = ACCEPTED.changed(linked_agency="elder")
    then = after(*LINKED, elder, STEP_AND_NEXT, SET, STEADY).when(ENDED, agency=TEAM)
    then.then(ENDED, AT_REST, DONE, *told(then, OutreachEnded, "elder", "participation"))
    by_elder = after(*LINKED, elder, STEADY).when(ENDED, agency="elder")
    by_elder.then(ENDED, AT_REST, *told(by_elder, OutreachEnded, "participation"))


@pytest.mark.parametrize("past", [(VERIFIED,), (VERIFIED, MET), LINKED, (*LINKED, STEADY, DECLINED)])
def test_outreach_does_not_end_before_ties_are_steady(past: tuple[Any, ...]) -> None:
    """Nobody is given up: not for want of an answer, not after a no."""
    after(*past).when(ENDED).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("reason", [MOVED, DEAD])
@pytest.mark.parametrize("past", [(VERIFIED,), (VERIFIED, MET, STEP)])
def test_outreach_ends_where_the_person_is_no_more(past: tuple[Any, ...], reason: OutreachEnded) -> None:
    """From any stage."""
    after(*past).when(reason).then(reason, AT_REST)


def test_outreach_ends_with_a_link_or_not_with_that_reason() -> None:
    """Linked on means that somebody goes on."""
    after(VERIFIED, MET, STEP).when(LINKED_ON).then_refused(RefusalCode.WRONG_STATE)
    then = after(*LINKED).when(LINKED_ON, agency=TEAM)
    then.then(LINKED_ON, AT_REST, *told(then, OutreachEnded, "participation"))


@pytest.mark.parametrize("step", [KNOCKED, MET, STEP, ACCEPTED, STEADY])
def test_after_the_end_nothing_goes_on(step: Any) -> None:
    """A new signal begins anew, nothing else does."""
    after(*LINKED, STEADY, ENDED).when(step).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("reason", [ENDED, LINKED_ON, MOVED, DEAD])
def test_outreach_ends_once(reason: OutreachEnded) -> None:
    """With one reason."""
    after(*LINKED, STEADY, ENDED).when(reason).then_refused(RefusalCode.ALREADY_DONE)


def test_a_death_ends_the_work() -> None:
    """Written by itself, with everything that an end brings; whoever reported the death is told of the end too, having reported no end."""
    then = after(*LINKED, STEP_AND_NEXT, SET).when(DIED, agency="elder", source=CONSULTATION)
    then.then(DEAD, AT_REST, DONE, *told(then, OutreachEnded, "participation"))
    reporter = after(*LINKED).when(DIED, agency="participation", source=CONSULTATION)
    reporter.then(DEAD, AT_REST, *told(reporter, OutreachEnded, "participation"))


@pytest.mark.parametrize("past", [(), (DISMISSED,), (*LINKED, STEADY, ENDED)])
def test_a_death_ends_nothing_where_nobody_is_at_work(past: tuple[Any, ...]) -> None:
    """There is nothing to end."""
    after(*past).when(DIED, agency="elder", source=CONSULTATION).then_nothing()


def test_where_the_household_remains_the_work_for_the_others_goes_on() -> None:
    """It ends only if it was for the person who died."""
    mother, son = (DIED.changed(person=person, household_remains=True) for person in (MOTHER, SON))
    after(*LINKED).when(mother, agency="elder", source=CONSULTATION).then_nothing()
    after(VERIFIED).when(mother, agency="elder", source=CONSULTATION).then_nothing()
    after(*LINKED).when(son, agency="elder", source=CONSULTATION).then(DEAD, AT_REST, DisclosureRequested)


def test_the_whole_way_leads_through_every_stage() -> None:
    """From a signal to an end, without a consent and without a name."""
    case, stages = after(), []
    for step in (VERIFIED, KNOCKED, MET, STEP, ACCEPTED, STEADY, ENDED):
        case = case.when(step, agency=TEAM).after()
        stages.append(case.state.stage)
    assert not [event for event in case.past if isinstance(event, MessageRefused)]
    assert [
        Stage.APPROACHING, Stage.APPROACHING, Stage.CONTACTED, Stage.TRUSTING, Stage.ACCEPTING, Stage.STABLE, Stage.ENDED,
    ] == stages
