"""What is read of the case state (事例の状態): views that say together what each log has said of a case, with ages as of the reading."""

from __future__ import annotations

from collections.abc import Mapping

from services.reporting.resource import Resource, Role

_STATE = """CASE WHEN continued_in IS NOT NULL THEN 'CONTINUED' WHEN closing = 'CaseClosed' THEN 'CLOSED' WHEN closing = 'ClosingAwaited' THEN 'CLOSING'
            ELSE 'OPEN' END AS state, CASE WHEN closing = 'CaseClosed' THEN closed_at END AS closed_at"""
_OPEN = "opened_at IS NOT NULL AND closing IS DISTINCT FROM 'CaseClosed' AND continued_in IS NULL"
_ALL = "{schema}.cases JOIN {schema}.case_progress USING (case_id)"
"""What opens a case is a step of consultation too: each has both rows. Who may not see the second one sees neither here."""
KNOWN = f"""
    SELECT case_id, opened_at, {_STATE}, continued_in FROM {{schema}}.cases WHERE opened_at IS NOT NULL"""
STATES = f"""
    SELECT case_id, opened_at, opened_by, {_STATE}, continued_in, lead, lead_since,
        consultation, consultation_ja, screening, urgency, link, coordination, coordination_ja, COALESCE(coordinating, false) AS coordinating, referral,
        outreach, outreach_ja, COALESCE(reaching_out, false) AS reaching_out, relation,
        participation, participation_ja, COALESCE(taking_part, false) AS taking_part, last_event_at, last_contact_at, last_attempt_at
    FROM {_ALL} WHERE opened_at IS NOT NULL"""
WITHOUT_LEAD = f"""
    SELECT case_id, opened_at, opened_by, COALESCE(coordinating, false) AS coordinating, last_event_at,
        floor(extract(epoch FROM now() - opened_at) / 86400)::integer AS days
    FROM {_ALL} WHERE lead IS NULL AND {_OPEN}"""
WITHOUT_CONTACT = f"""
    SELECT case_id, opened_by, lead, last_contact_at, last_attempt_at, days,
        CASE WHEN days >= 90 THEN 90 WHEN days >= 60 THEN 60 WHEN days >= 30 THEN 30 WHEN days >= 14 THEN 14 ELSE 0 END AS days_at_least
    FROM (SELECT *, floor(extract(epoch FROM now() - COALESCE(last_contact_at, opened_at)) / 86400)::integer AS days FROM {_ALL} WHERE {_OPEN}) AS cases"""
_DUE_OF_CASES = "{schema}.case_deadlines AS due JOIN {schema}.cases USING (case_id)"
NEXT_DATES = f"""
    SELECT case_id, function, deadline, about, agency, due_at FROM {_DUE_OF_CASES} WHERE state = 'SET' AND due_at >= now() AND {_OPEN}"""
OVERDUE = f"""
    SELECT case_id, function, deadline, about, agency, due_at, state = 'MISSED' AS alerted,
        floor(extract(epoch FROM now() - due_at) / 86400)::integer AS days
    FROM {_DUE_OF_CASES} WHERE (state = 'MISSED' OR state = 'SET' AND due_at < now()) AND {_OPEN}"""
VIEWS: Mapping[str, str] = {
    "cases_known": KNOWN, "case_states": STATES, "cases_without_lead": WITHOUT_LEAD, "cases_without_contact": WITHOUT_CONTACT, 
    "case_next_dates": NEXT_DATES, "cases_overdue": OVERDUE,
}

_ALL_CASES = frozenset((Role.MUNICIPALITY, Role.AUDITOR))
"""Nobody has asked the gate whether everybody with a part may know how far the others have come."""
_READERS = _ALL_CASES | {Role.CASEWORKER}
_CASE = {"case_id": "事例", "opened_at": "開始日時", "opened_by": "受け付けた機関"}
_DUE = {"case_id": "事例", "function": "機能", "deadline": "期限の種類", "about": "対象", "agency": "行う機関", "due_at": "期限"}
RESOURCES = (
    Resource(
        name="known-cases", title_ja="関わりのある事例", view="cases_known", projection="cases", case="case_id", roles=_READERS,
        headings={"case_id": "事例", "opened_at": "開始日時", "state": "状態", "closed_at": "終結日時", "continued_in": "引継ぎ先の事例"},
        order=("case_id",), filters=("case_id", "state"),
    ),
    Resource(
        name="cases", title_ja="事例の状態", view="case_states", projection="cases", roles=_ALL_CASES,
        headings={
            **_CASE, "state": "状態", "closed_at": "終結日時", "continued_in": "引継ぎ先の事例", "lead": "主担当", "lead_since": "主担当の決定日時",
            "consultation": "包括的相談支援の段階（種別）", "consultation_ja": "包括的相談支援の段階", "screening": "振り分け", "urgency": "緊急度", "link": "つなぎ",
            "coordination": "多機関協働の段階（種別）", "coordination_ja": "多機関協働の段階", "coordinating": "多機関協働が関わり中", "referral": "紹介の可否",
            "outreach": "アウトリーチの段階（種別）", "outreach_ja": "アウトリーチの段階", "reaching_out": "アウトリーチが関わり中", "relation": "関係の段階",
            "participation": "参加支援の段階（種別）", "participation_ja": "参加支援の段階", "taking_part": "参加支援が関わり中",
            "last_event_at": "最後の出来事", "last_contact_at": "最後の接触", "last_attempt_at": "最後の訪問等",
        },
        order=("case_id",), filters=("case_id", "state", "lead", "screening", "coordinating", "reaching_out", "taking_part"),
    ),
    Resource(
        name="cases-without-lead", title_ja="主担当のいない事例", view="cases_without_lead", projection="cases", roles=_ALL_CASES,
        headings={**_CASE, "coordinating": "多機関協働が関わり中", "last_event_at": "最後の出来事", "days": "日数"},
        order=("opened_at", "case_id"), filters=("coordinating", "opened_by"),
    ),
    Resource(
        name="cases-without-contact", title_ja="接触のない事例", view="cases_without_contact", projection="cases", roles=_ALL_CASES,
        headings={
            "case_id": "事例", "opened_by": "受け付けた機関", "lead": "主担当", "last_contact_at": "最後の接触", "last_attempt_at": "最後の訪問等",
            "days": "接触のない日数", "days_at_least": "経過（14・30・60・90日以上）",
        },
        order=("case_id",), filters=("days_at_least", "opened_by", "lead"),
    ),
    Resource(
        name="next-dates", title_ja="次の期日", view="case_next_dates", projection="cases", case="case_id", agency="agency", roles=_READERS,
        headings=_DUE, order=("due_at", "case_id", "function", "deadline", "about"), filters=("case_id", "function", "deadline", "agency"),
    ),
    Resource(
        name="overdue", title_ja="期限を過ぎたもの", view="cases_overdue", projection="cases", case="case_id", agency="agency", roles=_READERS,
        headings={**_DUE, "alerted": "通知済み", "days": "過ぎた日数"},
        order=("due_at", "case_id", "function", "deadline", "about"), filters=("case_id", "function", "deadline", "agency"),
    ),
)
