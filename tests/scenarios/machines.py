"""Machines (状態機械): how the states that domain.md §2 names are read from the states of the deciders. One small function each.

A machine has one state for each thing that it is about under one key: the case itself, one of its plans, one consent. What is not there has none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.coordination.domain import plans, region, sitting
from services.intake.domain import outreach_tie
from services.participation.domain import offer, progress
from tests.scenarios import machines_of_the_gate as gate
from tests.scenarios.machines_of_the_gate import Names


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine: the decider that has it, its states, and which messages may leave it where it is (an arrow back to the same state)."""

    name: str
    function: str
    decider: str
    names: Callable[[Any, Sequence[Any]], Names]
    """From a decider's state, and the events that have just led to it."""
    loops: tuple[str, ...] = ()
    of: str = ""
    """The field of such a message that says which thing it is about."""


def _flat(name: Callable[[Any], str]) -> Callable[[Any, Sequence[Any]], Names]:
    return lambda state, events: {"": name(state)}


def _consultation(state: Any) -> str:
    if state.closed:
        return "CLOSED"
    if state.outcome is not None:
        return state.outcome.name
    return "RECEIVED" if state.received else "NOTICED" if state.noticed else "UNKNOWN"


def _closing(state: Any) -> str:
    return "CLOSED" if state.closed else "AWAITED" if state.awaited else "TRANSFER" if state.moves else "OPEN"


def _regions(state: Any, events: Sequence[Any]) -> Names:
    return {function.name: f"{function.name}_AT_WORK" for function in state.active}


def _links(state: Any, events: Sequence[Any]) -> Names:
    return {agency: "ANSWERED" for agency in state.answered} | {link.receiver: "OPEN" for link in state.open.values()}


def _continuation(state: Any) -> str:
    return "FROZEN" if state.frozen else "OFFERED" if state.offered_to else "CONTINUING" if state.predecessors else "LIVE"


def _coordination(state: region.State) -> str:
    if state.stage is region.Stage.NOT_REFERRED:
        return "COMPLEX" if state.complex else "NOT_COMPLEX"
    return state.stage.name


def _plans(state: plans.State, events: Sequence[Any]) -> Names:
    return {name: _plan(plan) for name, plan in state.plans.items()}


def _plan(plan: plans.Plan) -> str:
    match plan.stage:
        case plans.Stage.EVALUATED | plans.Stage.ENDED:
            return plan.stage.name
        case plans.Stage.APPROVED if not plan.running:
            return "SHARED" if plan.shared else "APPROVED"
        case plans.Stage.APPROVED:
            return "RUNNING" if plan.running == plan.version else "REVISION_APPROVED"
        case plans.Stage.PROPOSED if plan.running:
            return "RUNNING_UNREVIEWED" if plan.running == plan.version else "REVISED"
        case _:
            return "RUNNING_SENT_BACK" if plan.running else plan.stage.name


def _sitting(state: sitting.State) -> str:
    return "SEGMENT_OPEN" if state.running else state.stage.name


def _members(state: sitting.State, events: Sequence[Any]) -> Names:
    return {name: "RELEASED" if each.released else "BOUND" if each.text else "LISTED" for name, each in state.roll.items()}


def _segments(state: Any, events: Sequence[Any]) -> Names:
    return {name: "OPEN" if each.open else "CLOSED" for name, each in state.noted.items()}


def _development(state: Any, events: Sequence[Any]) -> Names:
    return dict.fromkeys(state.gaps, "TASK_OPEN")


def _outreach(state: outreach_tie.State) -> str:
    linked = state.stage is outreach_tie.Stage.ACCEPTING and state.links
    return "LINKED" if linked else state.stage.name


def _resource(state: offer.State) -> str:
    full = state.stage is offer.Stage.AVAILABLE and state.taken >= state.capacity - state.reserved
    return "FULL" if full else state.stage.name


def _needs(state: progress.State, events: Sequence[Any]) -> Names:
    return dict.fromkeys(state.needs, "OPEN")


def _matches(state: progress.State, events: Sequence[Any]) -> Names:
    """By resource, the person who has come furthest."""
    furthest = {place: max((each.stage for each in state.at(place).values()), default=None) for place in state.open}
    return {place: "PROPOSED" if stage is None else stage.name for place, stage in furthest.items()}


def _cooperation(state: Any) -> str:
    return "RUNNING" if state.started else "PAIRED" if state.paired else "UNKNOWN"


def _story(state: Any) -> str:
    if not state.drafted:
        return "UNKNOWN"
    return "PUBLISHED" if state.approved else "DRAFTED" if state.deidentified else "IDENTIFYING"


def _practice(state: Any) -> str:
    return "UNKNOWN" if state.registered is None else "REGISTERED" if state.registered else "CANCELLED"


def _notice(state: Any, events: Sequence[Any]) -> Names:
    return {agency: "ACKNOWLEDGED" if agency in state.acknowledged else "RELAYED" for agency in state.addressed}


def _programme_plan(state: Any) -> str:
    return "PUBLISHED" if state.published else "DRAFTED" if state.drafted else "UNKNOWN"


def _contract(state: Any) -> str:
    return "OVER" if state.over else "WATCHED" if state.due is not None else "UNBOUND"


def _deadlines(watched: Any, events: Sequence[Any]) -> Names:
    return {f"{kind}/{of}": f"{kind}_WATCHED" for kind, of in watched}


def _gate_deadlines(case: Any, events: Sequence[Any]) -> Names:
    return _deadlines(case.watched, events)


MACHINES = (
    Machine("consultation", "consultation", "consultation", _flat(_consultation), ("EmergencyRaised",)),
    Machine("closing", "consultation", "closing", _flat(_closing), ("SubjectDied", "SubjectMovedAway")),
    Machine("regions", "consultation", "closing", _regions),
    Machine("links", "consultation", "links", _links),
    Machine("continuation", "consultation", "continuation", _flat(_continuation)),
    Machine("coordination", "coordination", "coordination", _flat(_coordination), ("WholeStructureMonitored", "BroughtToSupportConference")),
    Machine("plans", "coordination", "plan", _plans, ("PlanMonitored", "PlanShared"), "plan"),
    Machine("sitting", "coordination", "sitting", _flat(_sitting)),
    Machine("members", "coordination", "sitting", _members),
    Machine("segments", "coordination", "conference", _segments),
    Machine("development", "coordination", "resources", _development, ("ResourceGapFound",), "need_kind"),
    Machine("outreach", "outreach", "outreach", _flat(_outreach), ("ContactAttempted", "RelationStepRecorded", "SupportAccepted")),
    Machine("resource", "participation", "resource", _flat(_resource), ("ResourceReconfirmed", "TasksSliced", "CandidateCounted")),
    Machine("needs", "participation", "match", _needs),
    Machine("matches", "participation", "match", _matches, ("SettlementSupported",), "resource"),
    Machine("places", "community", "places", _flat(lambda state: state.stage.name), ("SessionHeld", "SupplyOffered")),
    Machine("cooperation", "community", "cooperation", _flat(_cooperation), ("CooperationResultRecorded",)),
    Machine("stories", "community", "stories", _flat(_story)),
    Machine("practice areas", "community", "practice_areas", _flat(_practice)),
    Machine("occasions", "community", "network", _flat(lambda state: "HELD" if state.held else "UNKNOWN"), ("LiaisonPersonNamed",)),
    Machine("notices", "community", "notices", _notice),
    Machine("programme plan", "community", "programme_plan", _flat(_programme_plan), ("ImplementationPlanDrafted", "ResidentsHeard")),
    Machine("contracts", "community", "contract_end", _flat(_contract)),
    Machine("consents", "consent", "gate", gate.consents, ("ConsentNarrowed", "ConsentExtended"), "consent"),
    Machine("capacity", "consent", "gate", gate.capacity),
    Machine("releases", "consent", "gate", gate.releases),
    Machine("stop notices", "consent", "gate", gate.stop_notices),
    Machine("claims", "consent", "gate", gate.claims),
    Machine("figures", "reporting", "figures", _flat(lambda state: "UNKNOWN" if state.value is None else "REPORTED"), ("FigureReported",)),
    *(Machine("deadlines", function, "deadlines", _deadlines) for function in ("consultation", "outreach", "coordination", "participation", "community")),
    Machine("deadlines", "consent", "gate", _gate_deadlines),
)
