"""Load of the agencies (機関の負担と戻し): by month what came to each, what it did with it, what was handed back; and as of now what it leads and owes an answer.

A month is that of the fact, in Japan. Counts are of facts (延べ) or of cases, each once in a month (実).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from contracts.catalogue import EventType
from contracts.consent import StopNoticeAnswered, StopNoticeIssued, UseExpired
from contracts.consultation import CaseClosed, CaseReopened, LinkAccepted, LinkDeclined, LinkedToAgency
from contracts.coordination import (
    CoordinationAccepted,
    CoordinationEnded,
    CoordinationNotAccepted,
    CoordinationReferred,
    HandedBackToConsultation,
    InformationGivenInConference,
    InformationRequestedInConference,
    LeadAgencyNamed,
    TaskAssigned,
)
from contracts.envelope import CaseFrozen, PartNoted, VerdictNoted
from contracts.shared import CasePart, Outcome
from services.reporting.projections.monthly import period
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import ADD, KEY, Column, Row, Table
from services.reporting.resource import Resource, Role

COUNTS = Table("agency_counts", (
    Column("period", "text", KEY), Column("agency", "text", KEY), Column("measure", "text", KEY), Column("division", "text", KEY), Column("value", "bigint", ADD),
), agency="agency")
"""How often in a month (延べ), divided by the reason where one is given."""
CASES = Table("agency_cases", (
    Column("period", "text", KEY), Column("agency", "text", KEY), Column("measure", "text", KEY), Column("case_id", "text", KEY),
), agency="agency")
"""Which cases in a month (実)."""
LEADS = Table("agency_leads", (Column("case_id", "text", KEY), Column("agency", "text")), agency="agency")
"""Who leads each case, as coordination said last."""
ENDS = Table("agency_case_ends", (
    Column("case_id", "text", KEY), Column("closed", "boolean"), Column("closed_at", "timestamptz"), Column("continued", "boolean"),
), case="case_id")
"""Whether a case is closed, when it was, whether it goes on elsewhere: as consultation said last, and as it tells everybody with a part in it."""
ASKED = Table("agency_requests", (
    Column("case_id", "text", KEY), Column("agency", "text", KEY), Column("kind", "text", KEY), Column("about", "text", KEY),
    Column("asked_at", "timestamptz"), Column("verdict", "text"), Column("answer", "text"), Column("answered_at", "timestamptz"),
), agency="agency")
"""What each agency was asked last, and its answer: a link, a referral, a request in a conference, a stop notice. What the gate keeps back asks nobody."""

MEASURES: Mapping[str, str] = {
    "cases_opened": "開始した事例", "linked_in": "つながれた", "links_accepted": "つなぎの受諾", "links_declined": "つなぎの不可", "referred_in": "協働への紹介を受けた",
    "referrals_accepted": "協働の受理", "referrals_not_accepted": "協働の不受理", "tasks": "役割", "cases_with_task": "役割のある事例", "cases_led": "主担当になった事例",
    "handed_back": "包括へ戻した", "handed_back_to": "包括への戻しを受けた",
}
"""Measures by code."""
_MEASURES = f"(VALUES {', '.join(str(each) for each in MEASURES.items())}) AS measures (measure, title_ja)"

LOAD = f"""
    SELECT period, agency, measure, title_ja, division, value FROM {{schema}}.agency_counts JOIN {_MEASURES} USING (measure)
    UNION ALL
    SELECT period, agency, measure, title_ja, '', count(*) FROM {{schema}}.agency_cases JOIN {_MEASURES} USING (measure)
    GROUP BY period, agency, measure, title_ja"""
_DELIVERED = (Outcome.PERMIT, Outcome.REDACT)
"""A link or a referral is asked of an agency when the gate lets it through."""
WAITING = f"""
    SELECT case_id, agency, kind, about, asked_at, floor(extract(epoch FROM now() - asked_at) / 86400)::integer AS days
    FROM {{schema}}.agency_requests LEFT JOIN {{schema}}.agency_case_ends USING (case_id)
    WHERE asked_at IS NOT NULL AND answer = '' AND (kind = 'STOP_NOTICE' OR continued IS NULL)
        AND (kind IN ('STOP_NOTICE', 'CONFERENCE') OR verdict IN ({", ".join(f"'{outcome}'" for outcome in _DELIVERED)}))
        AND NOT (kind = 'LINK' AND closed_at IS NOT NULL AND closed_at >= asked_at)"""
NOW = """
    SELECT agency, sum(led)::bigint AS led, sum(asked)::bigint AS asked, max(days) AS longest
    FROM (
        SELECT agency, 1 AS led, 0 AS asked, NULL::integer AS days
        FROM {schema}.agency_leads LEFT JOIN {schema}.agency_case_ends USING (case_id) WHERE agency IS NOT NULL AND NOT COALESCE(closed, false) AND continued IS NULL
        UNION ALL SELECT agency, 0, 1, days FROM {schema}.agency_waiting
    ) AS each GROUP BY agency"""

_READERS = frozenset((Role.CASEWORKER, Role.MUNICIPALITY, Role.AUDITOR))
RESOURCES = (
    Resource(
        name="agency-load", title_ja="機関の負担と戻し", view="agency_load", projection="agencies", agency="agency", roles=_READERS,
        headings={"period": "月", "agency": "機関", "measure": "項目の符号", "title_ja": "項目", "division": "区分", "value": "値"},
        order=("period", "agency", "measure", "division"), filters=("period", "agency", "measure"),
    ),
    Resource(
        name="agency-now", title_ja="機関のいまの負担", view="agency_now", projection="agencies", agency="agency", roles=_READERS,
        headings={"agency": "機関", "led": "主担当の事例", "asked": "返事を待たれている依頼", "longest": "最も長い日数"},
        order=("agency",), filters=("agency",),
    ),
    Resource(
        name="agency-waiting", title_ja="返事を待たれている依頼", view="agency_waiting", projection="agencies", agency="agency", roles=_READERS,
        headings={"case_id": "事例", "agency": "機関", "kind": "依頼の種類", "about": "対象", "asked_at": "依頼日時", "days": "日数"},
        order=("asked_at", "case_id", "agency", "kind", "about"), filters=("agency", "kind"),
    ),
)

_KINDS: Mapping[str, str] = {"LinkedToAgency": "LINK", "CoordinationReferred": "REFERRAL"}
"""What asks an agency for an answer once the gate has let it through, by type."""
_ACCEPTED: Mapping[type, str] = {LinkAccepted: "links_accepted", CoordinationAccepted: "referrals_accepted"}
_ENDS: Mapping[type, Callable[[datetime], Row]] = {
    CaseClosed: lambda at: (True, at, None), CaseReopened: lambda at: (False, None, None), CaseFrozen: lambda at: (None, None, True),
}
"""Closed, closed at, continued."""
_UNSPOKEN = (CaseClosed, CaseReopened, CaseFrozen, LinkAccepted, CoordinationAccepted)
_READ = (
    *_UNSPOKEN, PartNoted, LinkDeclined, LinkedToAgency, CoordinationReferred, CoordinationNotAccepted, HandedBackToConsultation, CoordinationEnded,
    LeadAgencyNamed, TaskAssigned, VerdictNoted, InformationRequestedInConference, InformationGivenInConference, StopNoticeIssued, StopNoticeAnswered,
    UseExpired,
)
_LOGS = ("consultation", "coordination", "consent")


class Agencies:
    """What came to each agency by month; what it leads and what it is asked now."""

    name, version = "agencies", 1
    tables = (COUNTS, CASES, LEADS, ENDS, ASKED)
    views: Mapping[str, str] = {"agency_load": LOAD, "agency_waiting": WAITING, "agency_now": NOW}

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection."""
        return log in _LOGS and kind.cls in _READ and kind.cls not in _UNSPOKEN

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        if fact.log not in _LOGS or fact.kind.cls not in _READ:
            return
        month, case = period(fact.envelope.recorded_time), fact.envelope.subject
        for agency, measure, division in _counted(fact):
            yield COUNTS, (month, agency, measure, division, 1)
        for agency, measure in _cases(fact):
            yield CASES, (month, agency, measure, case)
        at = fact.recorded_at
        yield from ((LEADS, (case, lead)) for lead in _lead(fact))
        if fact.log == "consultation" and fact.kind.cls in _ENDS:
            yield ENDS, (case, *_ENDS[fact.kind.cls](at))
        yield from ((ASKED, (case, *said)) for said in _asked(fact, at))


def _counted(fact: Fact) -> Iterator[tuple[str, str, str]]:
    """Agency, measure, division: one for each."""
    sender = fact.envelope.agency
    match fact.log, fact.event:
        case "consultation", LinkedToAgency(to_agency=agency, reason=reason):
            yield agency, "linked_in", reason
        case "consultation", LinkDeclined(reason=reason):
            yield sender, "links_declined", reason
        case "coordination", CoordinationReferred(to_agency=agency, reason=reason):
            yield agency, "referred_in", reason
        case "coordination", CoordinationNotAccepted(reason=reason):
            yield sender, "referrals_not_accepted", reason
        case "coordination", TaskAssigned(role=role):
            yield role.agency, "tasks", role.task
        case "coordination", HandedBackToConsultation(lead=lead, reason=reason):
            yield sender, "handed_back", reason
            if lead:
                yield lead, "handed_back_to", reason
        case _ if fact.kind.cls in _ACCEPTED and fact.kind.function == fact.log:
            yield sender, _ACCEPTED[fact.kind.cls], ""


def _cases(fact: Fact) -> Iterator[tuple[str, str]]:
    """Agency and measure: the case counts once in the month."""
    match fact.log, fact.event:
        case "consultation", PartNoted(part=CasePart.OPENED, case=True, agency=agency):
            yield agency, "cases_opened"
        case "coordination", TaskAssigned(role=role):
            yield role.agency, "cases_with_task"
        case "coordination", LeadAgencyNamed(agency=lead):
            yield lead, "cases_led"


def _lead(fact: Fact) -> Iterator[str | None]:
    match fact.log, fact.event:
        case "coordination", LeadAgencyNamed(agency=lead) | HandedBackToConsultation(lead=lead) | CoordinationEnded(lead=lead):
            yield lead or None


def _asked(fact: Fact, at: datetime) -> Iterator[Row]:
    """Agency, kind, object; when it was asked, the gate's verdict, its answer and when. Asked anew, nothing is answered."""
    sender, kind = fact.envelope.agency, fact.kind
    match fact.event:
        case LinkedToAgency(to_agency=agency) | CoordinationReferred(to_agency=agency):
            yield agency, _KINDS[kind.name], "", at, "", "", None
        case InformationRequestedInConference(to_agency=agency, segment=segment) if fact.log == "coordination":
            yield agency, "CONFERENCE", segment, at, "", "", None
        case StopNoticeIssued(recipient=agency, consent=consent) | UseExpired(holder=agency, notice=consent) if fact.log == "consent":
            yield agency, "STOP_NOTICE", consent, at, "", "", None
        case VerdictNoted(event_type=name, recipient=agency, outcome=outcome) if name in _KINDS:
            yield agency, _KINDS[name], "", at if outcome in _DELIVERED else None, outcome, None, None
        case StopNoticeAnswered(consent=consent, answer=answer) if fact.log == "consent":
            yield sender, "STOP_NOTICE", consent, None, None, answer, at
        case InformationGivenInConference(segment=segment) if fact.log == "coordination":
            yield sender, "CONFERENCE", segment, None, None, kind.name, at
        case _ if kind.cls in (LinkAccepted, LinkDeclined):
            yield sender, "LINK", "", None, None, kind.name, at
        case _ if kind.cls in (CoordinationAccepted, CoordinationNotAccepted, HandedBackToConsultation):
            yield sender, "REFERRAL", "", None, None, kind.name, at
