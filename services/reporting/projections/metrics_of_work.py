"""Metrics of outreach and participation (アウトリーチ・参加支援の指標)."""

from __future__ import annotations

from contracts import shared
from contracts.outreach import ContactAttempted, FirstContactMade, OutreachEnded, SupportAccepted
from contracts.participation import (
    CandidateProposed,
    GapNeedAssessed,
    HandsRequested,
    MatchConfirmed,
    MatchEnded,
    ResourceProposed,
    SettlementSupported,
    TrialStarted,
)
from services.reporting.projections.counting import AGENCY, Metric, by, own, subject
from services.reporting.projections.projection import Fact

_NAMES = shared.Metric
_VISIT = (by("method", "方法"), by("result", "結果"), AGENCY)
_HOST = (by("host", "受入先"), AGENCY)
_SIDE = (by("side", "支援した側"), AGENCY)
_OF_PARTICIPATION = own(GapNeedAssessed, TrialStarted, MatchConfirmed, SettlementSupported)


def _person(fact: Fact) -> str:
    return fact.event.person


OUTREACH: tuple[Metric, ...] = (
    Metric(code="outreach_contacts", title_ja="アウトリーチの訪問等（延べ）", reported=_NAMES.OUTREACH_VISITS, sources=own(ContactAttempted), divisions=_VISIT, unit_ja="回"),
    Metric(code="outreach_cases", title_ja="アウトリーチの対象（実）", reported=_NAMES.OUTREACH_PERSONS, sources=own(ContactAttempted), divisions=_VISIT,
           member=subject, unit_ja="事例"),
    Metric(code="first_contacts", title_ja="初回接触", reported=_NAMES.FIRST_CONTACTS, sources=own(FirstContactMade), divisions=(AGENCY,)),
    Metric(code="support_accepted", title_ja="支援受入", reported=_NAMES.SUPPORT_ACCEPTED, sources=own(SupportAccepted), divisions=(AGENCY,)),
    Metric(code="outreach_ended", title_ja="アウトリーチ終結", reported=_NAMES.OUTREACH_ENDED, sources=own(OutreachEnded), divisions=(by("reason", "理由"), AGENCY)),
)
PARTICIPATION: tuple[Metric, ...] = (
    Metric(code="participation_contacts", title_ja="参加支援の関わり（延べ）", reported=_NAMES.PARTICIPATION_CONTACTS, sources=_OF_PARTICIPATION,
           divisions=(AGENCY,), unit_ja="回"),
    Metric(code="participation_persons", title_ja="参加支援の対象（実）", reported=_NAMES.PARTICIPATION_PERSONS, sources=_OF_PARTICIPATION,
           divisions=(AGENCY,), member=_person, unit_ja="人"),
    Metric(code="gap_needs", title_ja="狭間ニーズ", reported=_NAMES.GAP_NEEDS, sources=own(GapNeedAssessed), divisions=(by("need_kind", "ニーズ"), AGENCY)),
    Metric(code="resources", title_ja="地域資源の登録", reported=_NAMES.RESOURCES, sources=own(ResourceProposed), divisions=_HOST),
    Metric(code="candidates", title_ja="候補提示", reported=_NAMES.CANDIDATES, sources=own(CandidateProposed), divisions=(AGENCY,)),
    Metric(code="hands_requests", title_ja="担い手の照会", sources=own(HandsRequested), divisions=(by("wanted", "求めたもの"),)),
    Metric(code="trials", title_ja="体験の開始", reported=_NAMES.TRIALS, sources=own(TrialStarted), divisions=_HOST),
    Metric(code="matches", title_ja="マッチング成立", reported=_NAMES.MATCHES, sources=own(MatchConfirmed),
           divisions=(by("attendance", "参加のしかた"), *_HOST)),
    Metric(code="settlement_supports", title_ja="定着支援（延べ）", reported=_NAMES.SETTLED, sources=own(SettlementSupported), divisions=_SIDE, unit_ja="回"),
    Metric(code="settled_persons", title_ja="定着支援の対象（実）", reported=_NAMES.SETTLED_PERSONS, sources=own(SettlementSupported), divisions=_SIDE,
           member=_person, unit_ja="人"),
    Metric(code="matches_ended", title_ja="参加の終了", reported=_NAMES.MATCHES_ENDED, sources=own(MatchEnded), divisions=(by("reason", "理由"), AGENCY)),
)
METRICS = (*OUTREACH, *PARTICIPATION)
