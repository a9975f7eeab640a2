"""Metrics of coordination (多機関協働・会議・プランの指標)."""

from __future__ import annotations

from contracts import shared
from contracts.coordination import (
    CaseSegmentOpened,
    ConferenceConvened,
    CoordinationAccepted,
    CoordinationEnded,
    CoordinationNotAccepted,
    CoordinationReferred,
    HandedBackToConsultation,
    PlanApproved,
    PlanEnded,
    PlanEvaluated,
    PlanProposed,
    PlanRevised,
    SegmentOpened,
)
from services.reporting.projections.counting import AGENCY, Metric, by, own, subject
from services.reporting.projections.projection import Fact

_NAMES = shared.Metric
_REASON = (by("reason", "理由"), AGENCY)
_BASIS = (by("basis", "根拠"),)


def _case(fact: Fact) -> str:
    return fact.event.case


METRICS: tuple[Metric, ...] = (
    Metric(code="coordination_referred", title_ja="多機関協働への紹介", reported=_NAMES.COORDINATION_REFERRED, sources=own(CoordinationReferred), divisions=_REASON),
    Metric(code="coordination_accepted", title_ja="多機関協働の受理", reported=_NAMES.COORDINATION_RECEIVED, sources=own(CoordinationAccepted), divisions=(AGENCY,)),
    Metric(code="coordination_refused", title_ja="多機関協働の不受理", reported=_NAMES.COORDINATION_REFUSED, sources=own(CoordinationNotAccepted), divisions=_REASON),
    Metric(code="coordination_planned", title_ja="プランを決定した事例（実）", reported=_NAMES.COORDINATION_PLANNED, sources=own(PlanApproved),
           divisions=(AGENCY,), member=subject, unit_ja="事例"),
    Metric(code="coordination_ended", title_ja="多機関協働の終結", reported=_NAMES.COORDINATION_ENDED, sources=own(CoordinationEnded),
           divisions=(by("lead", "伴走する機関"), AGENCY)),
    Metric(code="hand_backs", title_ja="包括的相談支援への戻し", reported=_NAMES.HAND_BACKS, sources=own(HandedBackToConsultation),
           divisions=(by("reason", "理由"), by("lead", "主担当"), AGENCY)),
    Metric(code="plans_proposed", title_ja="プラン案", reported=_NAMES.PLANS_NEW, sources=own(PlanProposed), divisions=(by("kind", "種類"), AGENCY)),
    Metric(code="plans_approved", title_ja="プラン決定（延べ）", reported=_NAMES.PLANS_APPROVED, sources=own(PlanApproved), divisions=(AGENCY,)),
    Metric(code="plans_revised", title_ja="プランの見直し", reported=_NAMES.PLANS_REVISED, sources=own(PlanRevised), divisions=(AGENCY,)),
    Metric(code="plans_evaluated", title_ja="プランの評価", reported=_NAMES.PLANS_EVALUATED, sources=own(PlanEvaluated), divisions=(by("result", "達成度"), AGENCY)),
    Metric(code="plans_ended", title_ja="プランの終結", reported=_NAMES.PLANS_ENDED, sources=own(PlanEnded), divisions=_REASON),
    Metric(code="sittings", title_ja="会議の開催", reported=_NAMES.SITTINGS, sources=own(ConferenceConvened), unit_ja="回", divisions=(AGENCY,)),
    Metric(code="segments", title_ja="会議の区分（延べ）", reported=_NAMES.SEGMENTS, sources=own(SegmentOpened), divisions=_BASIS, unit_ja="回"),
    Metric(code="sittings_by_kind", title_ja="会議の種類別の開催（実）", reported=_NAMES.SITTINGS_BY_KIND, sources=own(SegmentOpened), divisions=_BASIS,
           member=subject, unit_ja="回"),
    Metric(code="cases_in_conference", title_ja="会議で扱った事例（延べ）", reported=_NAMES.CASES_DISCUSSED, sources=own(CaseSegmentOpened), divisions=_BASIS),
    Metric(code="conference_cases", title_ja="会議で扱った事例（実）", reported=_NAMES.CASES_IN_CONFERENCE, sources=own(CaseSegmentOpened), divisions=_BASIS,
           member=_case, unit_ja="事例"),
)
