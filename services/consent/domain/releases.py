"""Releases (提供): what follows from a verdict, from its delivery and from time, beside what consents ask for (rules 19, 27, 29; R12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.consent import DisclosureDecided, DisclosureReleased, EmergencyUseFrequent, StopNoticeIssued, UseExpired
from contracts.envelope import DeadlineSet
from contracts.shared import Basis, Deadline, FunctionName
from services.consent.domain import anew, arrival, stopping, stops, telling, unasked
from services.consent.domain.casefile import CaseFile
from services.consent.domain.model import UNASKED, kept_back
from services.consent.domain.rules import Rules

_V = Basis.V


def on_verdict(case: CaseFile, verdict: DisclosureDecided, rules: Rules) -> Iterable[EmergencyUseFrequent]:
    """An agency that releases in an emergency again and again is told of to the reviewer; nobody looks for one after another verdict."""
    if verdict.basis is not _V:
        return ()
    return unasked.alarms(case.aftercare.unasked, verdict, rules.known, rules.registry.of_kind(rules.known.reviewer))


def on_delivery(case: CaseFile, delivery: DisclosureReleased, rules: Rules) -> Iterator[StopNoticeIssued | DeadlineSet | DisclosureDecided]:
    """Who gave without asking has to tell the person, the recipient to acknowledge, where the pack has days for it; ``case`` as it was before.

    What was to wait meanwhile waits no more: its sender learns why.
    """
    carried_out, hold = arrival.carried_out(case, delivery), case.holds.get(delivery.request_id)
    if carried_out is not None and kept_back(carried_out.request, delivery):
        return
    yield from telling.with_deadlines(stops.on_delivery(case, delivery, rules.known), rules)
    yield from telling.with_deadlines(stopping.on_delivery(case, delivery), rules)
    if carried_out is not None and carried_out.request.function is not FunctionName.CONSENT and delivery.request_id not in case.aftercare.handed:
        yield from _days(delivery, carried_out.request.agency, rules)
    if hold is not None:
        yield anew.again(hold.changed(arrived=True), delivery.request_id, case, rules)


def _days(delivery: DisclosureReleased, giver: str, rules: Rules) -> Iterator[DeadlineSet]:
    if delivery.basis in UNASKED:
        yield from telling.given_days(Deadline.PERSON_TOLD, delivery.request_id, giver, rules)
    yield from telling.given_days(Deadline.RECEIPT_ACKNOWLEDGED, delivery.request_id, delivery.recipient, rules)


def in_time(case: CaseFile, rules: Rules) -> Iterator[UseExpired | DeadlineSet]:
    """The time of use is over: who received answers as to a stop notice, who gave learns of it."""
    for event in unasked.expiries(case.aftercare.unasked, rules.at):
        yield event
        if event.recipient == event.holder:
            yield from telling.given_days(Deadline.STOP_NOTICE_ANSWER, telling.stop_of(event.notice, event.holder), event.holder, rules)
