"""Arrows (矢印): which of the support flow chart's eleven arrows (支援フロー, 2021 notice) a case has taken, from its logged facts alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.consent import DisclosureDecided
from contracts.consultation import ConsultationReceived, SignalReceived
from contracts.coordination import (
    CoordinationEnded,
    CoordinationReferred,
    DecisionRecorded,
    HandedBackToConsultation,
    OutreachRequested,
    ParticipationRequested,
    PlanEnded,
    PlanEvaluated,
    PlanExecutionStarted,
    PlanMonitored,
    PlanProposed,
    TaskAssigned,
    WholeStructureMonitored,
)
from contracts.envelope import DisclosureRequested
from contracts.outreach import ContactAttempted, FirstContactMade, OutreachEnded, RelationStabilised, RelationStepRecorded, SignalVerified
from contracts.participation import MatchConfirmed, MatchEnded, ResourceGapFound, SettlementSupported, TrialStarted
from contracts.shared import ConferenceDecision, PlanKind
from services.reporting.projections.projection import Fact


@dataclass(frozen=True, slots=True)
class Arrow:
    """One arrow of the chart: its number in the notice's order, where it leads from and to, what it says."""

    id: str
    source: str
    target: str
    title_ja: str


ARROWS = (
    Arrow("a1", "channels", "consultation", "相談・気づき"),
    Arrow("a2", "consultation", "coordination", "複雑化・複合化した事例の紹介"),
    Arrow("a3", "coordination", "conference", "プランを会議に諮る"),
    Arrow("a4", "conference", "agencies", "役割を分けてつなぐ"),
    Arrow("a5", "conference", "consultation", "包括的相談支援に戻す"),
    Arrow("a6", "coordination", "outreach", "アウトリーチの依頼"),
    Arrow("a7", "coordination", "participation", "参加支援の依頼"),
    Arrow("a8", "consultation", "outreach", "協働の前からの訪問"),
    Arrow("a9", "lanes", "lanes", "実行・モニタリング・終結"),
    Arrow("a10", "lanes", "conference", "終結時等の評価"),
    Arrow("a11", "conference", "resources", "社会資源の開発"),
)
_BY_ID = {arrow.id: arrow for arrow in ARROWS}
_BY_TYPE: dict[type, str] = {
    SignalReceived: "a1", ConsultationReceived: "a1", CoordinationReferred: "a2", TaskAssigned: "a4", HandedBackToConsultation: "a5",
    OutreachRequested: "a6", ParticipationRequested: "a7", PlanEvaluated: "a10", ResourceGapFound: "a11",
} | dict.fromkeys((
    PlanExecutionStarted, PlanMonitored, PlanEnded, WholeStructureMonitored, CoordinationEnded, ContactAttempted, FirstContactMade,
    RelationStepRecorded, RelationStabilised, OutreachEnded, TrialStarted, MatchConfirmed, SettlementSupported, MatchEnded,
), "a9")


@dataclass(frozen=True, slots=True)
class Step:
    """One fact of the case that a reader of the chart wants to see. ``outcomes``: recipient and the gate's last answer for each that was to learn of it."""

    fact: Fact
    arrow: Arrow | None
    outcomes: tuple[tuple[str, str], ...]

    @property
    def at(self) -> int:
        """When it was recorded: the broker's append time of its cause, milliseconds UTC."""
        return self.fact.envelope.recorded_time


def steps(facts: Iterable[Fact]) -> list[Step]:
    """What happened in a case, in the order of recording, causes before what they caused; ``facts``: of all logs, under the case's key."""
    known = _ordered(list(facts))
    outcomes = _outcomes(known)
    found: list[Step] = []
    referred = False
    for fact in known:
        referred = referred or isinstance(fact.event, CoordinationReferred)
        arrow = _arrow(fact.event, referred)
        if arrow or _tells(fact):
            found.append(Step(fact, arrow, outcomes.get(fact.envelope.id, ())))
    return found


def taken(found: Iterable[Step]) -> dict[str, list[Step]]:
    """The steps of each arrow, in the chart's order; an arrow that was not taken has none."""
    by_arrow: dict[str, list[Step]] = {arrow.id: [] for arrow in ARROWS}
    for step in found:
        if step.arrow:
            by_arrow[step.arrow.id].append(step)
    return by_arrow


def _arrow(event: Any, referred: bool) -> Arrow | None:
    """The arrow that an event takes. A visit is the arrow a8 only while nobody has referred the case to coordination."""
    match event:
        case SignalVerified():
            return None if referred else _BY_ID["a8"]
        case PlanProposed(kind=kind):
            return _BY_ID["a3"] if kind is PlanKind.COORDINATION else None
        case DecisionRecorded(decisions=decisions):
            return _BY_ID["a11"] if ConferenceDecision.RESOURCE_TO_DEVELOP in decisions else None
        case _:
            return _BY_ID.get(_BY_TYPE.get(type(event), ""))


def _tells(fact: Fact) -> bool:
    """Whether somebody has reported the fact: what our functions merely note of each other only repeats it."""
    return bool(fact.kind.publishers) or fact.kind.function not in ("envelope", "consent") and not fact.kind.name.endswith("Noted")


def _outcomes(facts: Sequence[Fact]) -> dict[str, tuple[tuple[str, str], ...]]:
    """By the id of the event that was asked about: each recipient's last verdict, in the order of asking."""
    asked: dict[str, tuple[str, str]] = {
        fact.envelope.id: (fact.event.event_id, fact.event.recipient) for fact in facts
        if isinstance(fact.event, DisclosureRequested) and fact.log != "consent"
    }
    last = {fact.event.request_id: str(fact.event.outcome) for fact in facts if isinstance(fact.event, DisclosureDecided)}
    found: dict[str, list[tuple[str, str]]] = {}
    for request, (event, recipient) in asked.items():
        found.setdefault(event, []).append((recipient, last.get(request, "?")))
    return {event: tuple(listed) for event, listed in found.items()}


def _ordered(facts: list[Fact]) -> list[Fact]:
    """By time; at the same time a cause comes before what it caused, and the events of one log in its order."""
    depth: dict[str, int] = {}
    ids = {fact.envelope.id: fact for fact in facts}

    def deep(fact: Fact) -> int:
        known = depth.get(fact.envelope.id)
        if known is None:
            depth[fact.envelope.id] = 0  # no event causes itself, but a damaged log must not hang us
            cause = ids.get(fact.envelope.causation_id)
            known = depth[fact.envelope.id] = 1 + deep(cause) if cause else 0
        return known

    return sorted(facts, key=lambda fact: (fact.envelope.recorded_time, deep(fact), fact.log, fact.envelope.seq))
