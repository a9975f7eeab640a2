"""Step 15: the month's figures, counted again by hand from what the agencies said and what came of it, not from any log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from cli.day.player import Day, Told
from cli.day.rows import DENY, HOLD, PERMIT, RECORDED, REDACT, REFUSED, STOPPED, Row
from contracts.community import CooperationStarted, IssuesPaired, PlaceOpened, SessionHeld, SupplyOffered
from contracts.consent import ConsentGranted, ConsentRefused, ConsentWithdrawn
from contracts.consultation import ConsultationReceived, ConsultationScreened, EmergencyRaised, LinkedToAgency, SignalReceived
from contracts.coordination import (
    ConferenceConvened,
    CoordinationAccepted,
    CoordinationReferred,
    PlanProposed,
    PlanReviewed,
    SegmentOpened,
)
from contracts.outreach import ContactAttempted, FirstContactMade, SupportAccepted
from contracts.participation import CandidateProposed, GapNeedAssessed, HandsRequested, ResourceProposed, TrialStarted

Figures = Mapping[tuple[str, str], int]
"""Value by metric and dimension."""
_BASIS = {"R2": "C", "R8": "C", "R9": "M", "V": "V", "B0": "B0", "K": "K"}
"""The basis on which a rule releases."""


def month_agrees(day: Day, before: Figures | None) -> None:
    """The reported figures have grown by exactly what the day amounts to. Nothing to say where there is no reporting."""
    if before is None:
        return
    wanted = by_hand(day)
    seen: dict[str, Any] = {}

    def agrees() -> bool:
        seen["figures"] = grown(before, day.stage.figures() or {}, {metric for metric, _ in wanted})
        return seen["figures"] == wanted

    good = day.stage.until(agrees)
    row = Row(step=day.step, agency="municipality", event_id="", type="monthly", outcome=RECORDED, rule="recount")
    if not good:
        row.fault = "; ".join(f"{metric} {dimension}: {seen['figures'].get((metric, dimension), 0)}, by hand {wanted.get((metric, dimension), 0)}"
                              for metric, dimension in sorted(differing(seen["figures"], wanted)))
    day.add(row)


def by_hand(day: Day) -> dict[tuple[str, str], int]:
    """What the day amounts to."""
    found: Counter[tuple[str, str]] = Counter()
    for told in day.told:
        found.update(_of_message(told.event))
    for row in day.rows:
        found.update(_of_row(row))
    found["new_consultation_cases", ""] = _cases(day.told, ConsultationReceived)
    found["outreach_cases", ""] = _cases(day.told, ContactAttempted)
    return {cell: value for cell, value in found.items() if value}


def grown(before: Figures, after: Figures, metrics: Iterable[str]) -> dict[tuple[str, str], int]:
    """What was added to these metrics."""
    wanted = set(metrics)
    grown = {cell: value - before.get(cell, 0) for cell, value in after.items() if cell[0] in wanted}
    return {cell: value for cell, value in grown.items() if value}


def differing(left: Figures, right: Figures) -> set[tuple[str, str]]:
    """Cells in which two sets of figures differ."""
    return {cell for cell in {*left, *right} if left.get(cell, 0) != right.get(cell, 0)}


def _cases(told: Iterable[Told], kind: type) -> int:
    return len({each.subject for each in told if type(each.event) is kind})


def _of_message(event: Any) -> dict[tuple[str, str], int]:
    """Figures to which one report adds."""
    match event:
        case SignalReceived(channel=channel):
            return {("signals", channel): 1}
        case ConsultationReceived(field=field):
            return {("consultations", field): 1}
        case ConsultationScreened(outcome=outcome):
            return {("screenings", outcome): 1}
        case LinkedToAgency(to_agency=agency):
            return {("links", agency): 1}
        case EmergencyRaised(danger=danger):
            return {("emergencies", danger): 1}
        case CoordinationReferred(reason=reason):
            return {("coordination_referred", reason): 1}
        case CoordinationAccepted():
            return {("coordination_accepted", ""): 1}
        case PlanProposed(kind=kind):
            return {("plans_proposed", kind): 1}
        case PlanReviewed(fit=True):
            return {("plans_approved", ""): 1}
        case ConferenceConvened():
            return {("sittings", ""): 1}
        case SegmentOpened(basis=basis, cases=cases):
            return {("segments", basis): 1, ("cases_in_conference", basis): len(cases)}
        case ContactAttempted(method=method):
            return {("outreach_contacts", method): 1}
        case FirstContactMade():
            return {("first_contacts", ""): 1}
        case SupportAccepted():
            return {("support_accepted", ""): 1}
        case _:
            return _of_other(event)


def _of_other(event: Any) -> dict[tuple[str, str], int]:
    match event:
        case GapNeedAssessed(need_kind=need):
            return {("gap_needs", need): 1}
        case ResourceProposed(host=host):
            return {("resources", host): 1}
        case CandidateProposed():
            return {("candidates", ""): 1}
        case HandsRequested(wanted=wanted):
            return {("hands_requests", wanted): 1}
        case TrialStarted(host=host):
            return {("trials", host): 1}
        case PlaceOpened(kind=kind):
            return {("places_opened", kind): 1}
        case SessionHeld(attendance=attendance):
            return {("sessions", ""): 1, **{("attendance", age.band): age.count for age in attendance}}
        case SupplyOffered():
            return {("supplies", "environment"): 1}
        case IssuesPaired():
            return {("issues_paired", ""): 1}
        case CooperationStarted():
            return {("cooperations", ""): 1}
        case ConsentGranted(purpose=purpose):
            return {("consents_granted", purpose): 1}
        case ConsentRefused(purpose=purpose):
            return {("consents_refused", purpose): 1}
        case ConsentWithdrawn():
            return {("consents_withdrawn", ""): 1}
        case _:
            return {}


def _of_row(row: Row) -> dict[tuple[str, str], int]:
    """Figures to which one outcome adds."""
    agencies = {receipt.agency for receipt in row.recipients} | {entry.agency for entry in row.withheld}
    if row.outcome in (PERMIT, REDACT):
        basis = _BASIS[row.rule]
        urgent = {("emergency_uses", row.agency): len(agencies)} if basis == "V" else {}
        return {("verdicts", row.outcome): len(agencies), ("releases", basis): len(agencies), **urgent}
    if row.outcome in (HOLD, DENY):
        return {("verdicts", row.outcome): len(agencies)}
    if row.outcome == STOPPED:
        return {("stop_notices", ""): len(agencies)}
    if row.outcome.startswith(REFUSED):
        return {("refusals", row.outcome.removeprefix(REFUSED)): 1}
    return {("emergency_reviews", "V"): len(agencies)} if row.type == "ReviewOpened" else {}
