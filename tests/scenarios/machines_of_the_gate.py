"""States of consents, releases and claims, as they are read from the gate's case file. See ``machines.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.consent import DisclosureDecided
from contracts.shared import DoubtKind, Outcome, RightsOutcome

Names = dict[str, str]
"""The state of each thing, by its id; "" where a machine is about the key itself."""


def consents(case: Any, events: Sequence[Any]) -> Names:
    """By consent: asked, given, refused."""
    given = {each.id: _consent(each) for listed in case.consents.values() for each in listed}
    refused = {each.id: "REFUSED" for listed in case.refusals.values() for each in listed}
    return {each: _asked(case, request.person) for each, request in case.standing.asked.items()} | given | refused


def _consent(consent: Any) -> str:
    if consent.barred:
        return consent.barred.removeprefix("CONSENT_")
    if consent.withdrawn:
        return "REPLACED" if consent.successor else "WITHDRAWN"
    return "EXPIRED" if consent.expired else "ACTIVE"


def _asked(case: Any, person: str) -> str:
    """In doubt, and without a proxy, nobody can say yes: the question is held."""
    doubts = case.standing.doubts_about(person) - {DoubtKind.CONFLICT_OF_INTEREST}
    return "HELD" if doubts and not case.standing.proxies.get(person) else "ASKED"


def capacity(case: Any, events: Sequence[Any]) -> Names:
    """By person."""
    proxies = {person: "PROXY_ON_FILE" for person, each in case.standing.proxies.items() if each}
    return proxies | {person: "REPRESENTED" if person in proxies else "DOUBTED" for person, each in case.standing.doubts.items() if each}


def releases(case: Any, events: Sequence[Any]) -> Names:
    """By request. What was denied leaves nothing in the state, so it is read from the verdict itself."""
    denied = {each.request_id: "DENIED" for each in events if isinstance(each, DisclosureDecided) and each.outcome is Outcome.DENY}
    held = dict.fromkeys(case.holds, "HELD")
    handed = {name: _handed(each) for name, each in case.aftercare.handed.items()}
    permitted = {name: "REDACTED" if each.verdict.outcome is Outcome.REDACT else "PERMITTED" for name, each in case.deliveries.items()}
    return denied | handed | held | permitted


def _handed(handover: Any) -> str:
    return "RECALLED" if handover.recalled else "ACKNOWLEDGED" if handover.acknowledged else "RELEASED"


def stop_notices(case: Any, events: Sequence[Any]) -> Names:
    """By consent and recipient; without a deadline it is settled, answered or missed."""
    waiting = {of for _, of in case.watched}
    return {f"{consent}/{agency}": "TOLD" if f"{consent}/{agency}" in waiting else "SETTLED" for agency, consent in case.aftercare.stops}


def claims(case: Any, events: Sequence[Any]) -> Names:
    """By request of the person."""
    return {name: _claim(each) for name, each in case.rights.items()}


def _claim(claim: Any) -> str:
    for name in ("appealed", "corrected", "delivered"):
        if getattr(claim, name):
            return name.upper()
    if claim.outcome is not None:
        return {RightsOutcome.GRANTED: "GRANTED", RightsOutcome.PARTIAL: "GRANTED_IN_PART", RightsOutcome.REFUSED: "REFUSED"}[claim.outcome]
    return "VERIFIED" if claim.verified else "RECEIVED"
