"""After a release (提供の後): what was handed over, whether it was acknowledged or recalled, and who was told to stop (consent.md rules 27, 29)."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from contracts.consent import DisclosureReleased, StopNoticeAnswered
from contracts.record import Record
from contracts.shared import Basis, DataCategory, PartCode, Purpose, RefusalCode, StopAnswer
from kernel.days import ordinal_in_japan
from services.consent.domain.model import UNASKED, Delivery
from services.consent.domain.unasked import Unasked, number

_UNKNOWN = ("", Purpose.UNMAPPED)
_same = lru_cache(maxsize=1_024)(int)
"""One number for all handovers of a day: otherwise each would take 32 bytes."""


class Handover(Record, frozen=True, kw_only=True):
    """One event that has reached one recipient."""

    recipient: str
    giver: str
    """On whose behalf it was given; empty where that is not known any more."""
    consents: tuple[str, ...] = ()
    basis: Basis = Basis.NONE
    purpose: Purpose = Purpose.UNMAPPED
    parts: tuple[PartCode, ...] = ()
    """What was opened, where that rests on no consent."""
    day: int = 0
    """Of its verdict, in Japan: for the uses within a period."""
    acknowledged: bool = False
    recalled: bool = False


class Aftercare(Record, frozen=True, kw_only=True):
    """What follows from the releases of one case."""

    handed: dict[str, Handover] = {}
    """By request id."""
    stops: frozenset[tuple[str, str]] = frozenset()
    """Recipient and consent of every stop notice; instead of a consent the number of a release that rested on none."""

    unasked: Unasked = Unasked()
    stopped: dict[str, frozenset[DataCategory]] = {}
    """Whose data are used no more (利用停止), and what of them the decision has left in use."""

    def handed_over(self, event: DisclosureReleased, under_way: Delivery | None) -> Aftercare:
        """After a release has reached its recipient; a second one of the same request adds to what is known of the first."""
        known = self.handed.get(event.request_id)
        asked = (under_way.request.agency, under_way.request.purpose) if under_way else (known.giver, known.purpose) if known else _UNKNOWN
        known, parts = known or Handover(recipient=event.recipient, giver=asked[0]), () if event.consents else event.released
        handover = known.changed(
            giver=asked[0], consents=tuple(dict.fromkeys((*known.consents, *event.consents))), basis=event.basis, purpose=asked[1],
            parts=tuple(dict.fromkeys((*known.parts, *parts))), day=_same(ordinal_in_japan(event.decided_at)),
        )
        unasked = self.unasked.handed_over(event, under_way) if event.basis in UNASKED else self.unasked
        return self.changed(handed={**self.handed, event.request_id: handover}, unasked=unasked)

    def noted(self, request: str, **changes: bool) -> Aftercare:
        """After something became of a handover."""
        return self.changed(handed={**self.handed, request: self.handed[request].changed(**changes)})

    def told_to_stop(self, recipient: str, consent: str) -> Aftercare:
        """After a recipient was told to stop."""
        return self.changed(stops=self.stops | {(recipient, consent)})

    def reached(self, agency: str) -> bool:
        """Whether anything of the case was handed over to this agency."""
        return any(each.recipient == agency for each in self.handed.values())

    def received_unconsented(self, person: str, agency: str) -> frozenset[DataCategory]:
        """What this agency has received of a person on other bases than consent."""
        handed = (each for each in self.handed.values() if each.recipient == agency)
        return frozenset(part.category for each in handed for part in each.parts if part.person == person)

    def gave(self, agency: str) -> bool:
        """Whether anything of the case was handed over on behalf of this agency."""
        return any(each.giver == agency for each in self.handed.values())

    def givers(self, recipient: str, consents: Collection[str]) -> list[str]:
        """Who has given this recipient something on one of these consents, or by a release of this number, sorted."""
        handed = (each for name, each in self.handed.items() if not set(consents).isdisjoint((*each.consents, number(name))))
        return sorted({each.giver for each in handed if each.giver and each.recipient == recipient})

    def fault_of_answer(self, recipient: str, answer: StopNoticeAnswered, today: int) -> RefusalCode | None:
        """Why this answer does not count, or None. Who keeps what it was to stop using says on which other basis, and until when.

        It may be given again: what was kept at first is deleted later.
        """
        if (recipient, answer.consent) not in self.stops:
            return RefusalCode.CONSENT_NOT_FOUND
        if answer.answer is not StopAnswer.KEPT:
            return None
        if answer.basis is Basis.NONE:
            return RefusalCode.VALUE_INVALID
        return RefusalCode.PERIOD_INVALID if answer.until is None or answer.until.toordinal() < today else None

    def fault_of_acknowledgement(self, recipient: str, request: str) -> RefusalCode | None:
        """Why nothing can be acknowledged, or None: only what this recipient has received, once."""
        handover = self.handed.get(request)
        if handover is None or handover.recipient != recipient:
            return RefusalCode.CONSENT_NOT_FOUND
        return RefusalCode.ALREADY_DONE if handover.acknowledged else None

    def fault_of_recall(self, agency: str, request: str, any_event: bool) -> RefusalCode | None:
        """Why nothing can be recalled, or None: one's own event, or ``any_event`` of the case; once."""
        handover = self.handed.get(request)
        if handover is None or not (any_event or agency == handover.giver):
            return RefusalCode.CONSENT_NOT_FOUND
        return RefusalCode.ALREADY_DONE if handover.recalled else None
