"""Metrics (指標): every figure that is counted, defined once: title, unit, which events of which log count, how they are divided, and its
name in what is reported for a month (the working set of domain.md §5).

Two bases of counting are asked for and both are here: contacts (延べ), and distinct cases or persons (実).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from contracts import shared
from contracts.catalogue import CATALOGUE
from contracts.consent import (
    ConsentGranted,
    ConsentRefused,
    ConsentWithdrawn,
    DisclosureDecided,
    DisclosureReleased,
    ReviewOpened,
    StopNoticeIssued,
)
from contracts.consultation import (
    CaseClosed,
    ConsultationReceived,
    ConsultationScreened,
    ContactRecorded,
    EmergencyRaised,
    LinkedToAgency,
    SignalReceived,
)
from contracts.envelope import MessageRefused
from contracts.shared import Basis, Outcome
from contracts.topics import SUPPORT_FUNCTIONS
from services.reporting.projections.counting import AGENCY, FUNCTION, Metric, by, own, subject
from services.reporting.projections.metrics_of_community import METRICS as COMMUNITY
from services.reporting.projections.metrics_of_coordination import METRICS as COORDINATION
from services.reporting.projections.metrics_of_work import METRICS as WORK
from services.reporting.projections.projection import Fact

_NAMES = shared.Metric
_OF_CONSULTATION = (
    by("field", "分野"), by("age_band", "年代", "age"), by("channel", "経路"), by("topic", "相談内容"), by("visitor_relation", "来談者", "visitor"), AGENCY,
)
_OF_CASES = own(*(kind.cls for kind in CATALOGUE.values() if kind.key == "case" and kind.function in SUPPORT_FUNCTIONS))


def _urgent(fact: Fact) -> bool:
    """Whether an agency has given without asking: what no single case shows (consent.md rule 19)."""
    return fact.event.basis is Basis.V and fact.event.outcome in (Outcome.PERMIT, Outcome.REDACT)


CONSULTATION: tuple[Metric, ...] = (
    Metric(code="signals", title_ja="気づき受付", reported=_NAMES.SIGNALS, sources=own(SignalReceived), divisions=(by("channel", "経路"), AGENCY)),
    Metric(code="consultations", title_ja="相談受付（延べ）", reported=_NAMES.CONSULTATIONS, sources=own(ConsultationReceived), divisions=_OF_CONSULTATION),
    Metric(code="new_consultation_cases", title_ja="新規相談（実）", reported=_NAMES.NEW_CONSULTATIONS, sources=own(ConsultationReceived),
           divisions=_OF_CONSULTATION, member=subject, unit_ja="事例"),
    Metric(code="contacts", title_ja="支援経過（延べ）", reported=_NAMES.CONTACTS, sources=own(ContactRecorded), divisions=(by("method", "方法"), AGENCY), unit_ja="回"),
    Metric(code="contact_cases", title_ja="支援経過のあった事例（実）", reported=_NAMES.CONTACT_CASES, sources=own(ContactRecorded),
           divisions=(by("method", "方法"), AGENCY), member=subject, unit_ja="事例"),
    Metric(code="screenings", title_ja="スクリーニング", reported=_NAMES.SCREENINGS, sources=own(ConsultationScreened), divisions=(by("outcome", "結果"), AGENCY)),
    Metric(code="links", title_ja="他機関へのつなぎ（延べ）", reported=_NAMES.LINKED_OUT, sources=own(LinkedToAgency),
           divisions=(by("to_agency", "つなぎ先"), AGENCY)),
    Metric(code="linked_cases", title_ja="他機関へつないだ事例（実）", reported=_NAMES.LINKED_CASES, sources=own(LinkedToAgency),
           divisions=(by("to_agency", "つなぎ先"), AGENCY), member=subject, unit_ja="事例"),
    Metric(code="emergencies", title_ja="緊急対応", reported=_NAMES.EMERGENCIES, sources=own(EmergencyRaised), divisions=(by("danger", "危険の種類"), AGENCY)),
    Metric(code="cases_closed", title_ja="事例の終結", reported=_NAMES.CASES_CLOSED, sources=own(CaseClosed), divisions=(by("reason", "理由"), AGENCY)),
)
GATE: tuple[Metric, ...] = (
    Metric(code="consents_granted", title_ja="同意取得", sources=own(ConsentGranted), divisions=(by("purpose", "利用目的"),)),
    Metric(code="consents_refused", title_ja="同意拒否", sources=own(ConsentRefused), divisions=(by("purpose", "利用目的"),)),
    Metric(code="consents_withdrawn", title_ja="同意撤回", sources=own(ConsentWithdrawn)),
    Metric(code="verdicts", title_ja="提供の判断", sources=own(DisclosureDecided), divisions=(by("outcome", "結果"),)),
    Metric(code="releases", title_ja="情報の提供", sources=own(DisclosureReleased), divisions=(by("basis", "根拠"),)),
    Metric(code="stop_notices", title_ja="使用停止の通知", sources=own(StopNoticeIssued)),
    Metric(code="emergency_reviews", title_ja="緊急提供の事後確認", sources=own(ReviewOpened), divisions=(by("basis", "根拠"),)),
    Metric(code="emergency_uses", title_ja="緊急の提供", sources=own(DisclosureDecided), where=_urgent, divisions=(by("agency", "機関"),), unit_ja="回"),
    Metric(code="refusals", title_ja="受付不可", sources=(("consent", MessageRefused),), divisions=(by("code", "理由"),)),
)
ACTIVITY: tuple[Metric, ...] = (
    Metric(code="active_cases", title_ja="動きのあった事例（実）", sources=_OF_CASES, divisions=(FUNCTION,), unit_ja="事例", member=subject),
)
METRICS: tuple[Metric, ...] = (*CONSULTATION, *COORDINATION, *WORK, *COMMUNITY, *GATE, *ACTIVITY)
BY_CODE: Mapping[str, Metric] = {metric.code: metric for metric in METRICS}
REPORTED: Mapping[shared.Metric, Metric] = {metric.reported: metric for metric in METRICS if metric.reported is not None}
"""What is reported for a month, by the name under which it is."""
TITLES: Mapping[str, str] = {each.code: each.title_ja for each in chain.from_iterable(metric.divisions for metric in METRICS)}
"""What the divisions are called, where one figure is not asked for in particular."""
