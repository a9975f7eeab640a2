"""Consents (同意): what each person was asked and has said, to whom it is open and how long. From the gate's log alone.

The tables hold what was said and when; how a consent stands by that, and by the day on which somebody looks, is for the views.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from contracts.catalogue import EventType
from contracts.consent import (
    ConfirmationAwaited,
    ConsentConfirmed,
    ConsentExpired,
    ConsentExtended,
    ConsentGranted,
    ConsentInvalidated,
    ConsentLapsed,
    ConsentNarrowed,
    ConsentPaused,
    ConsentRefused,
    ConsentRequested,
    ConsentResumed,
    ConsentWithdrawn,
    RightsDecided,
    UseStopRequested,
)
from contracts.shared import RightsOutcome
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import KEY, MIN, Column, Row, Table
from services.reporting.resource import Resource, Role

CONSENTS = Table("consents", (
    Column("case_id", "text", KEY), Column("consent", "text", KEY), Column("person", "text"), Column("agency", "text"), Column("purpose", "text"),
    Column("categories", "text[]"), Column("recipients", "text[]"), Column("first_day", "date"), Column("last_day", "date"), Column("medium", "text"),
    Column("given_by", "text"), Column("said", "text"), Column("said_at", "timestamptz"), Column("asked_at", "timestamptz", MIN),
    Column("granted_at", "timestamptz", MIN), Column("awaited", "boolean"), Column("confirmed_at", "timestamptz", MIN), Column("paused", "boolean"),
    Column("withdrawn_at", "timestamptz", MIN), Column("invalidated_at", "timestamptz", MIN), Column("lapsed_at", "timestamptz", MIN),
    Column("expired_at", "timestamptz", MIN),
), case="case_id", agency="agency", indexes=("person",))
"""One row per consent of a case: asked, given or refused; ``agency`` is the one that has recorded it."""

COUNTED = Table("consents_counted", (
    Column("case_id", "text", KEY), Column("consent", "text", KEY), Column("person", "text"), Column("granted_at", "timestamptz", MIN), Column("awaited", "boolean"),
    Column("confirmed_at", "timestamptz", MIN), Column("invalidated_at", "timestamptz", MIN),
), case="case_id")
"""Since when a consent counts. Whoever has recorded the one that it replaces may know that, and nothing else of it."""

SUCCESSORS = Table("consent_successors", (
    Column("case_id", "text", KEY), Column("consent", "text", KEY), Column("successor", "text", KEY),
), case="case_id")
"""Which consent takes the place of which, or lifts which refusal, once it counts itself."""

USE_STOPS = Table("use_stops", (
    Column("case_id", "text", KEY), Column("request", "text", KEY), Column("person", "text"), Column("stopped_at", "timestamptz", MIN),
    Column("left_in_use", "text[]"),
), case="case_id")
"""Stops of use (利用停止) that a person has asked for, and what was granted: consents of that day end with it, or keep the categories that are left."""

_TODAY = "(now() AT TIME ZONE 'Asia/Tokyo')::date"
_REPLACED = """
        SELECT min(COALESCE(new.confirmed_at, new.granted_at)) AS replaced_at
        FROM {schema}.consent_successors AS of JOIN {schema}.consents_counted AS new ON (new.case_id, new.consent, new.person) = (of.case_id, of.successor, old.person)
        WHERE (of.case_id, of.consent) = (old.case_id, old.consent) AND NOT COALESCE(new.awaited, false)
            AND (old.said <> 'REFUSED' OR new.invalidated_at IS NULL)"""
_STOPS = "{schema}.use_stops WHERE (case_id, person) = (old.case_id, old.person) AND stopped_at > old.granted_at"
_LEFT = f"""
        SELECT min(stopped_at) AS stopped_at, ARRAY(
            SELECT category FROM unnest(old.categories) AS category WHERE NOT EXISTS (SELECT FROM {_STOPS} AND category <> ALL (left_in_use))
        ) AS left_over FROM {_STOPS}"""
STATES = f"""
    SELECT case_id, consent, person, agency, purpose, CASE WHEN left_over = ARRAY[]::text[] THEN categories ELSE left_over END AS categories, recipients,
        first_day, last_day, medium, given_by, asked_at, granted_at, said_at,
        CASE WHEN said = 'REQUESTED' THEN said
            WHEN said = 'REFUSED' THEN CASE WHEN replaced_at IS NULL THEN said ELSE 'REPLACED' END
            ELSE COALESCE(
                CASE LEAST(replaced_at, ended_at, invalidated_at, lapsed_at)
                    WHEN replaced_at THEN 'REPLACED' WHEN ended_at THEN 'WITHDRAWN' WHEN lapsed_at THEN 'LAPSED' WHEN invalidated_at THEN 'INVALIDATED' END,
                CASE WHEN expired_at IS NOT NULL OR last_day < {_TODAY} THEN 'EXPIRED' WHEN awaited THEN 'AWAITED' WHEN paused THEN 'PAUSED' ELSE said END)
        END AS state
    FROM {{schema}}.consents AS old CROSS JOIN LATERAL ({_REPLACED}) AS replacing CROSS JOIN LATERAL ({_LEFT}) AS stops
        CROSS JOIN LATERAL (SELECT LEAST(withdrawn_at, CASE WHEN left_over = ARRAY[]::text[] THEN stopped_at END) AS ended_at) AS ends
    WHERE said IS NOT NULL"""
_SHOWN = "case_id, consent, person, agency, purpose, categories, recipients, first_day, last_day"
IN_FORCE = f"""
    SELECT {_SHOWN}, state, last_day - {_TODAY} AS days_left
    FROM {{schema}}.consent_states WHERE state IN ('GIVEN', 'NARROWED', 'EXTENDED') AND first_day <= {_TODAY}"""
ENDING = f"""
    SELECT {_SHOWN}, state, last_day - {_TODAY} AS days_left
    FROM {{schema}}.consent_states WHERE state IN ('GIVEN', 'NARROWED', 'EXTENDED', 'PAUSED', 'AWAITED') AND last_day - {_TODAY} <= 30"""
UNANSWERED = f"""
    SELECT {_SHOWN}, asked_at, floor(extract(epoch FROM now() - asked_at) / 86400)::integer AS days
    FROM {{schema}}.consent_states WHERE state = 'REQUESTED'"""

_READERS = frozenset((Role.CASEWORKER, Role.MUNICIPALITY, Role.PRIVACY_DESK, Role.AUDITOR))
_CONSENT = {
    "case_id": "事例", "consent": "同意", "person": "本人", "agency": "記録した機関", "purpose": "利用目的", "categories": "区分", "recipients": "提供先",
    "first_day": "開始日", "last_day": "終了日",
}
RESOURCES = (
    Resource(
        name="consents", title_ja="同意", view="consent_states", projection="consents", case="case_id", agency="agency", roles=_READERS,
        headings={
            **_CONSENT, "state": "状態", "medium": "同意の方法", "given_by": "同意した人", "asked_at": "依頼日時", "granted_at": "同意の記録日時", "said_at": "最後の記録日時",
        },
        order=("case_id", "consent"), filters=("case_id", "person", "purpose", "agency", "state"),
    ),
    Resource(
        name="consents-in-force", title_ja="有効な同意", view="consents_in_force", projection="consents", case="case_id", agency="agency", roles=_READERS,
        headings={**_CONSENT, "state": "状態", "days_left": "残りの日数"},
        order=("case_id", "consent"), filters=("case_id", "person", "purpose", "agency"),
    ),
    Resource(
        name="consents-ending", title_ja="まもなく終わる同意（30日以内）", view="consents_ending", projection="consents", case="case_id", agency="agency", roles=_READERS,
        headings={**_CONSENT, "state": "状態", "days_left": "残りの日数"},
        order=("last_day", "case_id", "consent"), filters=("case_id", "person", "purpose", "agency"),
    ),
    Resource(
        name="consents-unanswered", title_ja="返事を待つ同意の依頼", view="consents_unanswered", projection="consents", case="case_id", agency="agency", roles=_READERS,
        headings={**_CONSENT, "asked_at": "依頼日時", "days": "待つ日数"},
        order=("asked_at", "case_id", "consent"), filters=("case_id", "person", "purpose", "agency"),
    ),
)

_READ = (
    ConfirmationAwaited, ConsentConfirmed, ConsentExpired, ConsentExtended, ConsentGranted, ConsentInvalidated, ConsentLapsed, ConsentNarrowed,
    ConsentPaused, ConsentRefused, ConsentRequested, ConsentResumed, ConsentWithdrawn,
)
_COUNTING = (ConsentGranted, ConfirmationAwaited, ConsentConfirmed, ConsentInvalidated)
_STOPPING = (UseStopRequested, RightsDecided)
_GRANTED = (RightsOutcome.GRANTED, RightsOutcome.PARTIAL)


class Consents:
    """One row per consent, and one per consent that another takes the place of."""

    name, version = "consents", 1
    tables = (CONSENTS, COUNTED, SUCCESSORS, USE_STOPS)
    views: Mapping[str, str] = {
        "consent_states": STATES, "consents_in_force": IN_FORCE, "consents_ending": ENDING, "consents_unanswered": UNANSWERED,
    }

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection."""
        return log == "consent" and kind.cls in (*_READ, *_STOPPING)

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        case, event, kind = fact.envelope.subject, fact.event, fact.kind.cls
        if fact.log != "consent" or kind not in _READ and kind not in _STOPPING:
            return
        at = fact.recorded_at
        if kind in _STOPPING:
            yield USE_STOPS, _stop(case, event, at)
            return
        said = dict(_said(fact, at))
        for consent in (event.consent,) if hasattr(event, "consent") else event.consents:
            yield CONSENTS, CONSENTS.row(case_id=case, consent=consent, **said)
            if kind in _COUNTING:
                yield COUNTED, (case, consent, *(said.get(name) for name in COUNTED.names[2:]))
        if isinstance(event, ConsentGranted):
            yield from ((SUCCESSORS, (case, replaced, event.consent)) for replaced in event.supersedes)


def _stop(case: str, event: UseStopRequested | RightsDecided, at: datetime) -> Row:
    """Asked for by whom; or granted, and what stays in use. A decision on another right has nobody beside it."""
    if isinstance(event, UseStopRequested):
        return case, event.request, event.person, None, None
    granted = event.outcome in _GRANTED
    return case, event.request, None, at if granted else None, [*map(str, event.withheld)] if granted else None


def _said(fact: Fact, at: datetime) -> Iterator[tuple[str, Any]]:
    """What was said of a consent, copied."""
    match fact.event:
        case ConsentRequested() | ConsentGranted() | ConsentRefused() as event:
            yield from _scope(event)
            yield from (("agency", fact.envelope.agency), ("said_at", at))
            yield from _word(event, at)
        case ConsentNarrowed(categories=categories, recipients=recipients):
            yield from (("said", "NARROWED"), ("said_at", at), ("categories", [*map(str, categories)]), ("recipients", [*recipients]))
        case ConsentExtended(valid_to=day):
            yield from (("said", "EXTENDED"), ("said_at", at), ("last_day", day))
        case ConsentPaused() | ConsentResumed():
            yield "paused", isinstance(fact.event, ConsentPaused)
        case ConfirmationAwaited():
            yield "awaited", True
        case ConsentConfirmed():
            yield from (("awaited", False), ("confirmed_at", at))
        case event:
            yield {ConsentWithdrawn: "withdrawn_at", ConsentInvalidated: "invalidated_at", ConsentLapsed: "lapsed_at", ConsentExpired: "expired_at"}[type(event)], at


def _scope(event: ConsentRequested | ConsentGranted | ConsentRefused) -> Iterator[tuple[str, Any]]:
    """Whose, for what, of what, to whom; a no without categories or recipients is one to all of them."""
    yield from (("person", event.person), ("purpose", event.purpose))
    yield from (("categories", [*map(str, event.categories)]), ("recipients", [*event.recipients]))
    if not isinstance(event, ConsentRefused):
        yield from (("first_day", event.valid_from), ("last_day", event.valid_to))


def _word(event: ConsentRequested | ConsentGranted | ConsentRefused, at: datetime) -> Iterator[tuple[str, Any]]:
    match event:
        case ConsentRequested():
            yield from (("said", "REQUESTED"), ("asked_at", at))
        case ConsentGranted(medium=medium, given_by=grantor):
            yield from (("said", "GIVEN"), ("granted_at", at), ("medium", medium), ("given_by", grantor))
        case ConsentRefused():
            yield "said", "REFUSED"
