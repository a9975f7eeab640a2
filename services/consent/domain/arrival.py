"""Arrival (到着): the case file after a receipt, also where its verdict was voided while the copy was on its way (rules 24, 27)."""

from __future__ import annotations

from sys import intern

from contracts.consent import DisclosureReleased
from contracts.shared import FunctionName
from services.consent.domain.casefile import CaseFile
from services.consent.domain.model import NONE, Delivery, kept_back, received_of


def delivered(case: CaseFile, event: DisclosureReleased) -> CaseFile:
    """After a verdict was carried out: what was received is remembered by the consents that it rests on, and waits no more."""
    event, under_way = event.changed(recipient=intern(event.recipient)), carried_out(case, event)
    done = under_way is not None and under_way.told_by(event)
    left = {identity: each for identity, each in case.deliveries.items() if not (done and each is under_way)}
    case = case.changed(deliveries=left or NONE, voided=tuple(each for each in case.voided if each is not under_way))
    if under_way is not None and kept_back(under_way.request, event):
        return case
    releases = dict(case.releases)
    for consent in (consent for identity in event.consents for consent in case.line(identity) if event.recipient in consent.recipients):
        place = event.recipient, consent.id
        releases[place] = releases.get(place, frozenset()).union(received_of(consent.person, event))
    hold = case.holds.get(event.request_id)
    waiting = case.holds if hold is None else {**case.holds, event.request_id: hold.changed(arrived=True)}
    own = under_way is not None and under_way.request.function is FunctionName.CONSENT
    aftercare = case.aftercare if own else case.aftercare.handed_over(event, under_way)
    return case.changed(holds=waiting, releases=releases or NONE, aftercare=aftercare)


def carried_out(case: CaseFile, receipt: DisclosureReleased) -> Delivery | None:
    """The verdict that a receipt is of, voided meanwhile or not, and its request; where nobody knows which, the last one that releases something."""
    last = case.deliveries.get(receipt.request_id)
    if last is not None and last.told_by(receipt):
        return last
    return next((each for each in case.voided if each.told_by(receipt)), last)
