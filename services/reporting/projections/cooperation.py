"""Cooperation (環境と福祉の協働): projects that pair an environmental with a welfare issue, what they earn and pass on, and the practice register."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.catalogue import EventType
from contracts.community import CooperationResultRecorded, CooperationStarted, IssuesPaired, PracticeAreaCancelled, PracticeAreaRegistered
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import KEY, Column, Table
from services.reporting.resource import Resource, Role

_LOG = "community"
_READ = frozenset((CooperationResultRecorded, CooperationStarted, IssuesPaired, PracticeAreaCancelled, PracticeAreaRegistered))

PROJECTS = Table("projects", (
    Column("project", "text", KEY), Column("agency", "text"), Column("env_issue", "text"), Column("welfare_issue", "text"), Column("partners", "text[]"),
    Column("product", "text"), Column("share_to", "text"), Column("tasks", "integer"), Column("state", "text"),
), agency="agency")
RESULTS = Table("project_results", (
    Column("project", "text", KEY), Column("partition", "integer", KEY), Column("seq", "bigint", KEY), Column("period_from", "date"),
    Column("period_to", "date"), Column("quantity", "bigint"), Column("unit", "text"), Column("sales_yen", "bigint"), Column("shared_yen", "bigint"),
    Column("share_to", "text"),
), each=True)
"""What a project brought in a time, and how much of its sales it passed on."""
PRACTICES = Table("practices", (
    Column("organisation", "text", KEY), Column("name", "text"), Column("kind", "text"), Column("corporate_number", "text"),
    Column("selection_year", "integer"), Column("cancelled_for", "text"),
))
"""The practice register (実践地域等登録制度). A registration after a cancellation says so by its empty reason."""
_LOOP = """
    SELECT projects.project, product, COALESCE(unit, '') AS unit, count(results.seq) AS results, COALESCE(sum(quantity), 0)::bigint AS quantity,
           COALESCE(sum(sales_yen), 0)::bigint AS sales_yen, COALESCE(sum(shared_yen), 0)::bigint AS shared_yen,
           CASE WHEN sum(sales_yen) > 0 THEN round(100.0 * sum(shared_yen) / sum(sales_yen), 1)::text ELSE '' END AS shared_percent
    FROM {schema}.projects LEFT JOIN {schema}.project_results AS results USING (project) GROUP BY projects.project, product, unit"""

_EVERYBODY = frozenset((Role.CASEWORKER, Role.MUNICIPALITY, Role.PREFECTURE, Role.AUDITOR))
RESOURCES = (
    Resource(
        name="projects", title_ja="協働の取組", view="projects", projection="cooperation",
        headings={"project": "取組", "env_issue": "環境の課題", "welfare_issue": "福祉の課題", "partners": "相手", "product": "産物", "share_to": "還元先",
                  "tasks": "切り出した仕事", "state": "状態", "agency": "提案者"},
        order=("project",), filters=("project", "state", "agency"), roles=_EVERYBODY,
    ),
    Resource(
        name="cash-loop", title_ja="協働の循環", view="cash_loop", projection="cooperation",
        headings={"project": "取組", "product": "産物", "results": "報告（件）", "quantity": "量", "unit": "単位", "sales_yen": "売上（円）",
                  "shared_yen": "還元（円）", "shared_percent": "還元の割合（％）"},
        order=("project", "unit"), filters=("project",), roles=_EVERYBODY,
    ),
    Resource(
        name="practices", title_ja="実践地域等の登録", view="practices", projection="cooperation",
        headings={"organisation": "団体", "name": "名称", "kind": "区分", "corporate_number": "法人番号", "selection_year": "選定年度", "cancelled_for": "解除の理由"},
        order=("organisation",), filters=("organisation", "kind"), roles=_EVERYBODY,
    ),
)


class Cooperation:
    """Projects, their results, and the register."""

    name, version = "cooperation", 1
    tables = (PROJECTS, RESULTS, PRACTICES)
    views: Mapping[str, str] = {"cash_loop": _LOOP}

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection."""
        return log == _LOG and kind.cls in _READ

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        if not self.wants(fact.log, fact.kind):
            return
        key, event = fact.envelope.subject, fact.event
        match event:
            case IssuesPaired():
                yield PROJECTS, PROJECTS.row(
                    project=key, agency=fact.envelope.agency, env_issue=event.env_issue, welfare_issue=event.welfare_issue, partners=list(event.partners),
                    state="PAIRED",
                )
            case CooperationStarted():
                yield PROJECTS, PROJECTS.row(project=key, product=event.product, share_to=event.share_to, tasks=len(event.steps), state="RUNNING")
            case CooperationResultRecorded():
                yield RESULTS, (
                    key, fact.partition, fact.envelope.seq, event.period_from, event.period_to, event.quantity, event.unit.value, event.sales_yen,
                    event.shared_yen, event.share_to.value,
                )
            case PracticeAreaRegistered():
                yield PRACTICES, PRACTICES.row(
                    organisation=key, name=event.name, kind=event.kind.value, corporate_number=event.corporate_number, selection_year=event.selection_year,
                    cancelled_for="",
                )
            case PracticeAreaCancelled():
                yield PRACTICES, PRACTICES.row(organisation=key, cancelled_for=event.reason.value)
