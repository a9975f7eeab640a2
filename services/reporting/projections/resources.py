"""Resources and matches (地域資源とマッチング): what is offered, how many places are free, what has gone stale, who takes part, what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.catalogue import EventType
from contracts.coordination import DevelopmentTaskOpened
from contracts.envelope import DeadlineMissed
from contracts.participation import (
    CandidateProposed,
    MatchConfirmed,
    MatchDeclined,
    MatchEnded,
    OccupancyNoted,
    ResourceCapacityChanged,
    ResourceGapFound,
    ResourceProposed,
    ResourceReconfirmed,
    ResourceRetired,
    ResourceVerified,
    SettlementSupported,
    TrialStarted,
)
from contracts.shared import Deadline
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import ADD, KEY, Column, Table
from services.reporting.resource import Resource, Role

_OF_RESOURCE = frozenset((
    ResourceProposed, ResourceVerified, ResourceReconfirmed, ResourceCapacityChanged, ResourceRetired, OccupancyNoted, DeadlineMissed,
))
_STATES = {
    CandidateProposed: "PROPOSED", TrialStarted: "TRIAL", MatchConfirmed: "MATCHED", SettlementSupported: "SETTLING", MatchDeclined: "DECLINED",
    MatchEnded: "ENDED",
}
"""What a match has come to, by the fact that says so last (domain.md §2.5)."""
_READ = {("participation", kind) for kind in (*_OF_RESOURCE, *_STATES, ResourceGapFound)} | {("coordination", DevelopmentTaskOpened)}

OFFERED = Table("resources", (
    Column("resource", "text", KEY), Column("agency", "text"), Column("name", "text"), Column("capacity", "integer"), Column("reserved", "integer"),
    Column("taken", "integer"), Column("accepts_outside_target", "boolean"), Column("attendance", "text"), Column("confirmed_on", "date"),
    Column("verified", "boolean"), Column("stale", "boolean"), Column("retired_for", "text"),
), agency="agency")
"""One row a resource; ``agency`` is its host."""
MATCHES = Table("matches", (
    Column("case_id", "text", KEY), Column("resource", "text", KEY), Column("state", "text"), Column("since", "timestamptz"), Column("ended_for", "text"),
), case="case_id", indexes=("resource",))
GAPS = Table("resource_gaps", (
    Column("area", "text", KEY), Column("need_kind", "text", KEY), Column("found", "bigint", ADD), Column("tasks_opened", "bigint", ADD),
))
"""What was looked for and not found (資源不足), and how often its development was put to a conference."""
_PLACES = """
    SELECT *, CASE WHEN retired_for IS NOT NULL THEN 'RETIRED' WHEN NOT COALESCE(verified, false) THEN 'PROPOSED' WHEN stale THEN 'STALE'
                   WHEN COALESCE(taken, 0) >= capacity - reserved THEN 'FULL' ELSE 'AVAILABLE' END AS state,
           CASE WHEN retired_for IS NOT NULL OR stale OR NOT COALESCE(verified, false) THEN 0
                ELSE GREATEST(capacity - reserved - COALESCE(taken, 0), 0) END AS free
    FROM {schema}.resources WHERE name IS NOT NULL"""
_MATCHES = """
    SELECT case_id, resource, state, since, CASE WHEN state = 'ENDED' THEN ended_for END AS ended_for FROM {schema}.matches"""

_TOWN = frozenset((Role.MUNICIPALITY, Role.AUDITOR))
RESOURCES = (
    Resource(
        name="resources", title_ja="地域資源", view="resource_places", projection="resources",
        headings={"resource": "資源", "name": "名称", "agency": "受入先", "state": "状態", "free": "空き", "capacity": "定員", "reserved": "本来の利用者分",
                  "taken": "利用中", "accepts_outside_target": "対象外の受入", "attendance": "参加の形", "confirmed_on": "最終確認日"},
        order=("resource",), filters=("resource", "agency", "state"), roles=_TOWN | {Role.CASEWORKER},
    ),
    Resource(
        name="matches", title_ja="マッチング", view="matches_shown", projection="resources", case="case_id",
        headings={"case_id": "事例", "resource": "資源", "state": "状態", "since": "いつから", "ended_for": "終了の理由"},
        order=("case_id", "resource"), filters=("case_id", "resource", "state"), roles=_TOWN,
    ),
    Resource(
        name="resource-gaps", title_ja="資源の不足", view="resource_gaps", projection="resources",
        headings={"area": "地域", "need_kind": "ニーズ", "found": "不足（件）", "tasks_opened": "開発の課題（件）"},
        order=("area", "need_kind"), filters=("area", "need_kind"), roles=_TOWN | {Role.CASEWORKER},
    ),
)


class Resources:
    """Resources, matches and gaps."""

    name, version = "resources", 1
    tables = (OFFERED, MATCHES, GAPS)
    views: Mapping[str, str] = {"resource_places": _PLACES, "matches_shown": _MATCHES}

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection."""
        return (log, kind.cls) in _READ

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        if not self.wants(fact.log, fact.kind):
            return
        event = fact.event
        match event:
            case ResourceGapFound():
                yield GAPS, GAPS.row(area=event.area, need_kind=event.need_kind.value, found=1)
            case DevelopmentTaskOpened():
                yield GAPS, GAPS.row(area=fact.envelope.subject, need_kind=event.need_kind.value, tasks_opened=1)
            case _ if fact.kind.cls in _STATES:
                yield MATCHES, MATCHES.row(
                    case_id=fact.envelope.subject, resource=event.resource, state=_STATES[fact.kind.cls],
                    since=fact.recorded_at, ended_for=event.reason.value if isinstance(event, MatchEnded) else None,
                )
            case DeadlineMissed() if event.deadline is not Deadline.RESOURCE_RECONFIRMATION:
                return
            case _:
                yield OFFERED, OFFERED.row(resource=fact.envelope.subject, **_of_resource(event))


def _of_resource(event: object) -> dict[str, object]:
    """What a fact says of its resource."""
    match event:
        case ResourceProposed():
            return {
                "agency": event.host, "name": event.name, "capacity": event.capacity, "reserved": event.reserved,
                "accepts_outside_target": event.accepts_outside_target, "attendance": event.attendance.value, "confirmed_on": event.confirmed_at,
            }
        case ResourceVerified() | ResourceReconfirmed():
            return {"confirmed_on": event.confirmed_on, "verified": True, "stale": False}
        case ResourceCapacityChanged():
            return {"capacity": event.capacity}
        case OccupancyNoted():
            return {"taken": event.taken}
        case ResourceRetired():
            return {"retired_for": event.reason.value}
        case _:
            return {"stale": True}
