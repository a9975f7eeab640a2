"""Plan targets (実施計画の目標と実績): what the implementation plan (社会福祉法106条の5) aims at, and what has been counted in its period."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.catalogue import EventType
from contracts.community import ImplementationPlanDrafted, ImplementationPlanPublished
from contracts.shared import PlanTarget
from services.reporting.projections.counting import WHOLE
from services.reporting.projections.metrics import BY_CODE
from services.reporting.projections.monthly import Counted, period
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import ADD, KEY, Column, Table
from services.reporting.resource import Resource, Role

MEASURED: Mapping[PlanTarget, str] = {
    PlanTarget.CONSULTATIONS: "consultations",
    PlanTarget.COORDINATION_CASES: "coordination_accepted",
    PlanTarget.OUTREACH_PERSONS: "outreach_cases",
    PlanTarget.PARTICIPATION_MATCHES: "matches",
    PlanTarget.PLACES: "places_opened",
    PlanTarget.SESSIONS: "sessions",
    PlanTarget.COOPERATION_PROJECTS: "cooperations",
}
"""The metric that a target is measured by."""
_TARGETS = {metric: target for target, metric in MEASURED.items()}

PLANS = Table("implementation_plans", (
    Column("plan", "text", KEY), Column("draft", "bigint"), Column("period_from", "date"), Column("period_to", "date"), Column("published_on", "date"),
))
"""``draft``: which of its drafts counts, the last one."""
TARGETS = Table("implementation_targets", (
    Column("plan", "text", KEY), Column("draft", "bigint", KEY), Column("target", "text", KEY), Column("value", "bigint"),
))
MONTHS = Table("target_months", (Column("target", "text", KEY), Column("period", "text", KEY), Column("value", "bigint", ADD)))
MEMBERS = Table("target_members", (Column("target", "text", KEY), Column("period", "text", KEY), Column("case_id", "text", KEY)), case="case_id")
"""Who is counted once (実) in the whole period of a plan, however many months it has."""
PLAN_TARGETS = """
    SELECT plans.plan, targets.target, plans.period_from, plans.period_to, plans.published_on, targets.value AS aimed,
        COALESCE((SELECT sum(months.value)::bigint FROM {schema}.target_months AS months WHERE months.target = targets.target
            AND months.period BETWEEN to_char(plans.period_from, 'YYYY-MM') AND to_char(plans.period_to, 'YYYY-MM')), 0)
        + (SELECT count(DISTINCT members.case_id) FROM {schema}.target_members AS members WHERE members.target = targets.target
            AND members.period BETWEEN to_char(plans.period_from, 'YYYY-MM') AND to_char(plans.period_to, 'YYYY-MM')) AS reached
    FROM {schema}.implementation_plans AS plans JOIN {schema}.implementation_targets AS targets USING (plan, draft)"""

RESOURCES = (
    Resource(
        name="plan-targets", title_ja="実施計画の目標と実績", view="plan_targets", projection="plan_targets",
        headings={"plan": "計画", "target": "目標", "period_from": "始め", "period_to": "終わり", "published_on": "公表日", "aimed": "目標値", "reached": "実績"},
        order=("plan", "target"), filters=("plan", "target"), roles=frozenset((Role.CASEWORKER, Role.MUNICIPALITY, Role.AUDITOR)),
    ),
)


class PlanTargets:
    """Targets of the plans, and the figures that they are measured by, counted by month."""

    name, version = "plan_targets", 1
    tables = (PLANS, TARGETS, MONTHS, MEMBERS)
    views: Mapping[str, str] = {"plan_targets": PLAN_TARGETS}

    def __init__(self) -> None:
        self._counted = Counted(BY_CODE[code] for code in _TARGETS)

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection."""
        return kind.cls in (ImplementationPlanDrafted, ImplementationPlanPublished) or self._counted.wants(log, kind)

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        plan, told = fact.envelope.subject, fact.event
        if isinstance(told, ImplementationPlanDrafted):
            draft = fact.envelope.seq
            yield PLANS, PLANS.row(plan=plan, draft=draft, period_from=told.period_from, period_to=told.period_to)
            for target in told.targets:
                yield TARGETS, (plan, draft, target.metric, target.value)
        elif isinstance(told, ImplementationPlanPublished):
            yield PLANS, PLANS.row(plan=plan, published_on=told.published_on)
        for metric, cell, amount in self._counted.cells(fact):
            if cell == WHOLE:
                key = _TARGETS[metric.code], period(fact.envelope.recorded_time)
                yield (MONTHS, (*key, amount)) if metric.member is None else (MEMBERS, (*key, metric.member(fact)))
