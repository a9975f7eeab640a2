"""Metrics of community building (地域づくりの指標)."""

from __future__ import annotations

from contracts import shared
from contracts.community import CooperationStarted, IssuesPaired, PlaceOpened, SessionHeld, SupplyOffered
from services.reporting.projections.counting import AGENCY, Amounts, Division, Metric, by, by_each, own, subject
from services.reporting.projections.projection import Fact

_NAMES = shared.Metric


def _heads(fact: Fact) -> int:
    return sum(age.count for age in fact.event.attendance)


def _by_age(fact: Fact) -> Amounts:
    return [(str(age.band), age.count) for age in fact.event.attendance]


def _of_agency(fact: Fact) -> Amounts:
    return ((fact.envelope.agency, _heads(fact)),)


_HEADS = (Division(code="age", title_ja="年代", amounts=_by_age), Division(code="agency", title_ja="機関", amounts=_of_agency))

METRICS: tuple[Metric, ...] = (
    Metric(code="places_opened", title_ja="居場所の開設", reported=_NAMES.PLACES, sources=own(PlaceOpened), unit_ja="か所",
           divisions=(by("kind", "種類"), by_each("programmes", "既存事業", "programme"), AGENCY)),
    Metric(code="active_places", title_ja="開催のあった居場所（実）", reported=_NAMES.ACTIVE_PLACES, sources=own(SessionHeld), divisions=(AGENCY,),
           member=subject, unit_ja="か所"),
    Metric(code="sessions", title_ja="居場所の開催（延べ）", reported=_NAMES.SESSIONS, sources=own(SessionHeld), divisions=(AGENCY,), unit_ja="回"),
    Metric(code="attendance", title_ja="居場所の参加者（延べ）", reported=_NAMES.ATTENDANCE, sources=own(SessionHeld), count=_heads, divisions=_HEADS, unit_ja="人"),
    Metric(code="supplies", title_ja="食材の提供", sources=own(SupplyOffered), divisions=(AGENCY,)),
    Metric(code="issues_paired", title_ja="課題マッチング", sources=own(IssuesPaired)),
    Metric(code="cooperations", title_ja="協働の開始", reported=_NAMES.COOPERATIONS, sources=own(CooperationStarted), divisions=(AGENCY,)),
)
