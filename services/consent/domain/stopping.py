"""Stopping (利用停止の決定): a stop of use that is granted ends what the person's data were used on, and tells who has received them (R12)."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.consent import DisclosureReleased, RightsDecided, StopNoticeIssued
from contracts.shared import Basis, DataCategory, Purpose, RightsOutcome
from services.consent.domain import arrival, stops
from services.consent.domain.casefile import CaseFile
from services.consent.domain.unasked import number
from services.consent.domain.use_stopped import EXEMPT

_GRANTED = (RightsOutcome.GRANTED, RightsOutcome.PARTIAL)
_NO_DATA = (Basis.NONE, Basis.B0, Basis.C)
"""Nothing of a person, or told of by its consent."""


def stops_use(case: CaseFile, decision: RightsDecided) -> bool:
    """Whether this decision grants a stop of use, all or part of it."""
    claim = case.rights.get(decision.request)
    return claim is not None and claim.use_stop and decision.outcome in _GRANTED


def stopped(case: CaseFile, decision: RightsDecided) -> CaseFile:
    """After the decision: consents of that person end with it, or keep the categories that it leaves in use; what has ended waits for no confirmation.

    By name, since trees are the pack's and packs change: what stands above or below what is left, and is not named, ends. It holds in this case alone.
    """
    if not stops_use(case, decision):
        return case
    person, left = case.rights[decision.request].person, frozenset(decision.withheld)
    after = case.changed(aftercare=case.aftercare.changed(stopped={**case.aftercare.stopped, person: left}))
    for consent in case.consents.get(person, ()):
        if not consent.withdrawn:
            rest = consent.categories & left
            after = after.with_consent(consent.id, **({"categories": rest} if rest else {"withdrawn": True}))
    awaited = {each.id for each in after.consents.get(person, ()) if each.withdrawn}.intersection(after.awaited)
    return after.changed(awaited={each: waits for each, waits in after.awaited.items() if each not in awaited}) if awaited else after


def notices(case: CaseFile, decision: RightsDecided) -> Iterator[StopNoticeIssued]:
    """To each who has received what is to be used no more, on a consent that stood or on another basis; ``case`` as it was before."""
    if not stops_use(case, decision):
        return
    person, left = case.rights[decision.request].person, frozenset(decision.withheld)
    for consent in case.standing_consents():
        if consent.person == person:
            yield from (notice.changed(categories=lost) for notice in stops.on_end(case, consent) if (lost := _lost(notice.categories, left)))
    for request, each in sorted(case.aftercare.handed.items()):
        received = tuple(sorted({part.category for part in each.parts if part.person == person}))
        if each.basis not in (*EXEMPT, *_NO_DATA) and (lost := _lost(received, left)):
            yield StopNoticeIssued(recipient=each.recipient, consent=number(request), purpose=each.purpose, categories=lost)


def on_delivery(case: CaseFile, delivery: DisclosureReleased) -> Iterator[StopNoticeIssued]:
    """To a recipient whom a release on another basis has reached although its use was stopped meanwhile; ``case`` as it was before."""
    if not case.aftercare.stopped or delivery.basis in (*EXEMPT, *_NO_DATA):
        return
    carried_out = arrival.carried_out(case, delivery) or case.holds.get(delivery.request_id)
    lost = {part.category for part in delivery.released if part.person in case.aftercare.stopped and part.category not in case.aftercare.stopped[part.person]}
    if lost:
        purpose = carried_out.request.purpose if carried_out else Purpose.UNMAPPED
        yield StopNoticeIssued(recipient=delivery.recipient, consent=number(delivery.request_id), purpose=purpose, categories=tuple(sorted(lost)))


def _lost(categories: tuple[DataCategory, ...], left: frozenset[DataCategory]) -> tuple[DataCategory, ...]:
    return tuple(category for category in categories if category not in left)
