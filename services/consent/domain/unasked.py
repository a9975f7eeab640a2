"""Given without asking (聞かずに渡した後): basis V and L afterwards. The person is told, the time of use ends, the release is reviewed (rule 19).

That something is kept from the person for a while always has a coded reason and a day on which it ends (rule 20).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from contracts.consent import (
    DisclosureDecided,
    DisclosureReleased,
    EmergencyUseFrequent,
    PersonTellingDelayed,
    PersonTold,
    ReviewClosed,
    ReviewOpened,
    UseExpired,
)
from contracts.record import Record
from contracts.shared import Basis, RefusalCode, ReviewFinding
from kernel.days import HOUR_MS, ordinal_in_japan
from services.consent.domain.model import Delivery
from services.consent.domain.pack import PolicyPack

Answer = PersonTold | PersonTellingDelayed | ReviewClosed
"""What agencies say of such a release."""
_USE_WITHIN = re.compile(r"USE_WITHIN_(\d+)_HOURS")
_REMEMBERED = 101
"""Uses of basis V that a case remembers: one more than any pack may allow."""


class Released(Record, frozen=True, kw_only=True):
    """One release that did not ask the person."""

    giver: str
    recipient: str
    basis: Basis
    day: int
    """On which it was decided, in Japan."""
    told: bool = False
    """The person has been told of it."""


class Review(Record, frozen=True, kw_only=True):
    """A release that is looked at afterwards (事後確認)."""

    reviewers: tuple[str, ...]
    closed: bool = False


class Unasked(Record, frozen=True, kw_only=True):
    """What the case knows of releases on basis V and L, by request id."""

    released: dict[str, Released] = {}
    reviews: dict[str, Review] = {}
    ends: dict[str, int] = {}
    """When the recipient may use it no more, milliseconds UTC."""
    uses: tuple[tuple[str, str, int], ...] = ()
    """Request, agency and time of the last releases on basis V."""

    def decided(self, verdict: DisclosureDecided) -> Unasked:
        """After a verdict that releases on basis V; several verdicts on one request are one use."""
        others = tuple(use for use in self.uses if use[0] != verdict.request_id)
        return self.changed(uses=(*others, (verdict.request_id, verdict.agency, verdict.at))[-_REMEMBERED:])

    def handed_over(self, event: DisclosureReleased, under_way: Delivery | None) -> Unasked:
        """After it has reached the recipient; how long that one may use it is the duty that has travelled with it."""
        if under_way is None or event.request_id in self.released:
            return self
        verdict = under_way.verdict
        release = Released(giver=verdict.agency, recipient=event.recipient, basis=event.basis, day=ordinal_in_japan(event.decided_at))
        hours = [int(found[1]) for each in verdict.obligations if (found := _USE_WITHIN.fullmatch(each))]
        ends = {**self.ends, event.request_id: event.decided_at + min(hours) * HOUR_MS} if hours else self.ends
        return self.changed(released={**self.released, event.request_id: release}, ends=ends)

    def told(self, request: str) -> Unasked:
        """After the person was told."""
        return self.changed(released={**self.released, request: self.released[request].changed(told=True)})

    def expired(self, request: str) -> Unasked:
        """After the recipient was told that it may use it no more."""
        return self.changed(ends={each: end for each, end in self.ends.items() if each != request})

    def review_opened(self, event: ReviewOpened) -> Unasked:
        """After a reviewer was told; each of several is."""
        known = self.reviews.get(event.request_id, Review(reviewers=()))
        others = tuple(each for each in known.reviewers if each != event.recipient)
        return self.changed(reviews={**self.reviews, event.request_id: known.changed(reviewers=(*others, event.recipient))})

    def review_closed(self, request: str) -> Unasked:
        """After one of the reviewers has said what was found."""
        return self.changed(reviews={**self.reviews, request: self.reviews[request].changed(closed=True)})

    def fault(self, message: Answer, agency: str, under_way: bool, pack: PolicyPack, today: int) -> RefusalCode | None:
        """Why this cannot be recorded, or None."""
        if isinstance(message, ReviewClosed):
            return self._of_review(message, agency, under_way)
        release = self.released.get(message.request_id)
        if release is None or release.giver != agency:
            return RefusalCode.CONSENT_NOT_FOUND
        if release.told:
            return RefusalCode.ALREADY_DONE
        if isinstance(message, PersonTold):
            return RefusalCode.PERIOD_INVALID if message.told_on.toordinal() > today else None
        return _of_delay(message.until.toordinal(), release, pack, today)

    def _of_review(self, message: ReviewClosed, agency: str, under_way: bool) -> RefusalCode | None:
        review = self.reviews.get(message.request_id)
        if review is None or agency not in review.reviewers:
            return RefusalCode.CONSENT_NOT_FOUND
        if review.closed:
            return RefusalCode.ALREADY_DONE
        return RefusalCode.WRONG_STATE if under_way and message.finding is ReviewFinding.NOT_JUSTIFIED else None  # nothing to recall yet


def _of_delay(until: int, release: Released, pack: PolicyPack, today: int) -> RefusalCode | None:
    """Counted from the release, so that one delay after another leads no further than the first could have."""
    entry = pack.bases.get(release.basis)
    longest = entry.conceal_days if entry else None
    if longest is None or until > release.day + longest:
        return RefusalCode.DELAY_NOT_PERMITTED
    return RefusalCode.PERIOD_INVALID if until < today else None


def expiries(unasked: Unasked, at: int) -> Iterator[UseExpired]:
    """Whoever received, and whoever gave: the time of use is over, told at that time."""
    for request, _ in sorted((each for each in unasked.ends.items() if each[1] <= at), key=lambda each: (each[1], each[0])):
        release = unasked.released[request]
        for agency in dict.fromkeys((release.recipient, release.giver)):
            yield UseExpired(
                recipient=agency, holder=release.recipient, request_id=request, notice=number(request), basis=release.basis,
            )


def alarms(unasked: Unasked, verdict: DisclosureDecided, pack: PolicyPack, reviewers: tuple[str, ...]) -> Iterator[EmergencyUseFrequent]:
    """To each reviewer: with this verdict the agency has used basis V in this case more often than the pack expects."""
    rule = pack.bases.get(Basis.V)
    if verdict.basis is not Basis.V or rule is None or rule.alarm_ms is None:
        return
    uses = [use for use in unasked.decided(verdict).uses if use[1] == verdict.agency and use[2] > verdict.at - rule.alarm_ms]
    if len(uses) > rule.alarm_uses:
        for reviewer in reviewers:
            yield EmergencyUseFrequent(
                recipient=reviewer, agency=verdict.agency, uses=len(uses), hours=rule.alarm_ms // HOUR_MS, request_id=verdict.request_id,
            )


def review_of(request: str, reviewer: str) -> str:
    """What the deadline of a review is of: each reviewer has its own."""
    return f"{request}/{reviewer}"


def number(request: str) -> str:
    """The number of a notice that is about a release and not about a consent: that of the request."""
    return request.replace("-", "")


