"""Metrics (指標): every figure that is reported, defined once: title, unit, which events of which log count, and how they are divided.

Two bases of counting are asked for and both are here: contacts (延べ) and distinct cases (実); domain.md §5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from contracts.catalogue import BY_CLASS, CATALOGUE
from contracts.community import CooperationStarted, IssuesPaired, PlaceOpened, SessionHeld, SupplyOffered
from contracts.consent import (
    ConsentGranted,
    ConsentRefused,
    ConsentWithdrawn,
    DisclosureDecided,
    DisclosureReleased,
    ReviewOpened,
    StopNoticeIssued,
)
from contracts.consultation import ConsultationReceived, ConsultationScreened, EmergencyRaised, LinkedToAgency, SignalReceived
from contracts.coordination import (
    CaseSegmentOpened,
    ConferenceConvened,
    CoordinationAccepted,
    CoordinationReferred,
    PlanApproved,
    PlanProposed,
    SegmentOpened,
)
from contracts.envelope import MessageRefused
from contracts.outreach import ContactAttempted, FirstContactMade, SupportAccepted
from contracts.participation import CandidateProposed, GapNeedAssessed, HandsRequested, ResourceProposed, TrialStarted
from contracts.shared import Basis, Outcome
from contracts.topics import SUPPORT_FUNCTIONS
from services.reporting.projections.projection import Fact

Tally = Callable[[Fact], Iterable[tuple[str, int]]]
"""Dimension and amount that one fact adds; the dimension is a code or an agency's id, never personal text."""
Source = tuple[str, type]
"""A function's log and an event type in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure of a month."""

    code: str
    title_ja: str
    sources: tuple[Source, ...]
    tally: Tally
    unit_ja: str = "件"
    divided_ja: str = ""
    """What the dimension is, for a heading; empty where the figure is not divided."""
    distinct: bool = False
    """Count each case once (実) instead of each event (延べ)."""


    @property
    def by_envelope(self) -> bool:
        """Whether it is counted without a look into the event."""
        return self.tally in (once, by_agency, by_log)


def once(_: Fact) -> Iterable[tuple[str, int]]:
    """One, undivided."""
    return (("", 1),)


def by(field: str) -> Tally:
    """One, divided by a field of the event."""
    return lambda fact: ((str(getattr(fact.event, field)), 1),)


def by_agency(fact: Fact) -> Iterable[tuple[str, int]]:
    """One, divided by the agency on whose behalf the fact was stated."""
    return ((fact.envelope.agency, 1),)


def by_log(fact: Fact) -> Iterable[tuple[str, int]]:
    """One, divided by function."""
    return ((fact.log, 1),)


def _attendance(fact: Fact) -> Iterable[tuple[str, int]]:
    return [(str(age.band), age.count) for age in fact.event.attendance]


def _emergency_uses(fact: Fact) -> Iterable[tuple[str, int]]:
    """How often each agency has given without asking, over all cases: what no single case shows (consent.md rule 19)."""
    verdict = fact.event
    return ((verdict.agency, 1),) if verdict.basis is Basis.V and verdict.outcome in (Outcome.PERMIT, Outcome.REDACT) else ()


def own(*kinds: type) -> tuple[Source, ...]:
    """These types in the log of the function that owns them."""
    return tuple((BY_CLASS[kind].function, kind) for kind in kinds)


_OF_CASES = own(*(kind.cls for kind in CATALOGUE.values() if kind.key == "case" and kind.function in SUPPORT_FUNCTIONS))

METRICS: tuple[Metric, ...] = (
    Metric(code="signals", title_ja="気づき受付", sources=own(SignalReceived), tally=by("channel"), divided_ja="経路"),
    Metric(code="consultations", title_ja="相談受付（延べ）", sources=own(ConsultationReceived), tally=by("field"), divided_ja="分野"),
    Metric(code="new_consultation_cases", title_ja="新規相談（実）", sources=own(ConsultationReceived), tally=once, unit_ja="事例", distinct=True),
    Metric(code="screenings", title_ja="スクリーニング", sources=own(ConsultationScreened), tally=by("outcome"), divided_ja="結果"),
    Metric(code="links", title_ja="他機関へのつなぎ", sources=own(LinkedToAgency), tally=by("to_agency"), divided_ja="つなぎ先"),
    Metric(code="emergencies", title_ja="緊急対応", sources=own(EmergencyRaised), tally=by("danger"), divided_ja="危険の種類"),
    Metric(code="coordination_referred", title_ja="多機関協働への紹介", sources=own(CoordinationReferred), tally=by("reason"), divided_ja="理由"),
    Metric(code="coordination_accepted", title_ja="多機関協働の受理", sources=own(CoordinationAccepted), tally=once),
    Metric(code="plans_proposed", title_ja="プラン案", sources=own(PlanProposed), tally=by("kind"), divided_ja="種類"),
    Metric(code="plans_approved", title_ja="プラン決定", sources=own(PlanApproved), tally=once),
    Metric(code="sittings", title_ja="会議の開催", sources=own(ConferenceConvened), tally=once, unit_ja="回"),
    Metric(code="segments", title_ja="会議の区分", sources=own(SegmentOpened), tally=by("basis"), unit_ja="回", divided_ja="根拠"),
    Metric(code="cases_in_conference", title_ja="会議で扱った事例（延べ）", sources=own(CaseSegmentOpened), tally=by("basis"), divided_ja="根拠"),
    Metric(code="outreach_contacts", title_ja="アウトリーチの訪問等", sources=own(ContactAttempted), tally=by("method"), unit_ja="回", divided_ja="方法"),
    Metric(code="outreach_cases", title_ja="アウトリーチの対象（実）", sources=own(ContactAttempted), tally=once, unit_ja="事例", distinct=True),
    Metric(code="first_contacts", title_ja="初回接触", sources=own(FirstContactMade), tally=once),
    Metric(code="support_accepted", title_ja="支援受入", sources=own(SupportAccepted), tally=once),
    Metric(code="gap_needs", title_ja="狭間ニーズ", sources=own(GapNeedAssessed), tally=by("need_kind"), divided_ja="ニーズ"),
    Metric(code="resources", title_ja="地域資源の登録", sources=own(ResourceProposed), tally=by("host"), divided_ja="受入先"),
    Metric(code="candidates", title_ja="候補提示", sources=own(CandidateProposed), tally=once),
    Metric(code="hands_requests", title_ja="担い手の照会", sources=own(HandsRequested), tally=by("wanted"), divided_ja="求めたもの"),
    Metric(code="trials", title_ja="体験の開始", sources=own(TrialStarted), tally=by("host"), divided_ja="受入先"),
    Metric(code="places_opened", title_ja="居場所の開設", sources=own(PlaceOpened), tally=by("kind"), unit_ja="か所", divided_ja="種類"),
    Metric(code="sessions", title_ja="居場所の開催", sources=own(SessionHeld), tally=once, unit_ja="回"),
    Metric(code="attendance", title_ja="居場所の参加者（延べ）", sources=own(SessionHeld), tally=_attendance, unit_ja="人", divided_ja="年代"),
    Metric(code="supplies", title_ja="食材の提供", sources=own(SupplyOffered), tally=by_agency, divided_ja="機関"),
    Metric(code="issues_paired", title_ja="課題マッチング", sources=own(IssuesPaired), tally=once),
    Metric(code="cooperations", title_ja="協働の開始", sources=own(CooperationStarted), tally=once),
    Metric(code="consents_granted", title_ja="同意取得", sources=own(ConsentGranted), tally=by("purpose"), divided_ja="利用目的"),
    Metric(code="consents_refused", title_ja="同意拒否", sources=own(ConsentRefused), tally=by("purpose"), divided_ja="利用目的"),
    Metric(code="consents_withdrawn", title_ja="同意撤回", sources=own(ConsentWithdrawn), tally=once),
    Metric(code="verdicts", title_ja="提供の判断", sources=own(DisclosureDecided), tally=by("outcome"), divided_ja="結果"),
    Metric(code="releases", title_ja="情報の提供", sources=own(DisclosureReleased), tally=by("basis"), divided_ja="根拠"),
    Metric(code="stop_notices", title_ja="使用停止の通知", sources=own(StopNoticeIssued), tally=once),
    Metric(code="emergency_reviews", title_ja="緊急提供の事後確認", sources=own(ReviewOpened), tally=by("basis"), divided_ja="根拠"),
    Metric(code="emergency_uses", title_ja="緊急の提供（機関別）", sources=own(DisclosureDecided), tally=_emergency_uses, unit_ja="回", divided_ja="機関"),
    Metric(code="refusals", title_ja="受付不可", sources=(("consent", MessageRefused),), tally=by("code"), divided_ja="理由"),
    Metric(code="active_cases", title_ja="動きのあった事例（実）", sources=_OF_CASES, tally=by_log, unit_ja="事例", divided_ja="機能", distinct=True),
)
