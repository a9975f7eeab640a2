"""What the gate knows: consents (同意) and refusals of a case, conference segments, holds, past releases; agencies and flags of the town.

Codes, pseudonyms and times only; no name ever comes here. Days are proleptic ordinals of the date in Japan (JST).
"""

from __future__ import annotations

from datetime import date

from contracts.consent import ConsentGranted, ConsentRefused, DisclosureDecided
from contracts.coordination import InformationRequestedInConference, SegmentNoted
from contracts.envelope import DisclosureRequested
from contracts.record import Record
from contracts.shared import AgencyKind, Basis, ConferenceBasis, DataCategory, Outcome, PartCode, Purpose
from services.consent.domain.reasons import Reason

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_JST_OFFSET_MS = 9 * 3_600_000
DAY_MS = 86_400_000
NEVER = 2**62
"""A deadline that no clock reaches: the hold waits for a fact, not for a time."""


def day_in_japan(at: int) -> int:
    """The ordinal of the day in Japan at ``at`` (milliseconds UTC)."""
    return _EPOCH_DAY + (at + _JST_OFFSET_MS) // DAY_MS


class Consent(Record, frozen=True, kw_only=True):
    """One consent of one person: one purpose, named recipients, named categories, whole days (consent.md rules 1-3)."""

    id: str
    person: str
    purpose: Purpose
    categories: frozenset[DataCategory]
    recipients: frozenset[str]
    first_day: int
    last_day: int
    withdrawn: bool = False


class Refusal(Record, frozen=True, kw_only=True):
    """A recorded no; empty categories or recipients mean all of them. Stands until a later consent names it in ``supersedes``."""

    id: str
    person: str
    purpose: Purpose
    categories: frozenset[DataCategory]
    recipients: frozenset[str]


class Segment(Record, frozen=True, kw_only=True):
    """A conference segment (会議の区分) of this case: its basis, its listed members, the categories asked for in it."""

    id: str
    sitting: str
    basis: ConferenceBasis
    members: frozenset[str]
    open: bool
    asked: frozenset[DataCategory] = frozenset()


class Hold(Record, frozen=True, kw_only=True):
    """A request that waits (保留): codes and a log position; what is held stays sealed in the function's log."""

    request: DisclosureRequested
    position: str
    deadline: int


class Release(Record, frozen=True, kw_only=True):
    """A past release that rested on a consent: whom to tell when it is withdrawn (consent.md rule 27)."""

    recipient: str
    consent: str


class CaseFile(Record, frozen=True, kw_only=True):
    """The gate's state of one case."""

    consents: dict[str, tuple[Consent, ...]] = {}
    """By person."""
    named: dict[tuple[str, str], tuple[Consent, ...]] = {}
    """The same consents by person and recipient: the only ones that a decision has to test."""
    refusals: dict[str, tuple[Refusal, ...]] = {}
    """By person."""
    segments: dict[str, Segment] = {}
    holds: dict[str, Hold] = {}
    """By request id."""
    releases: frozenset[Release] = frozenset()
    persons: frozenset[str] = frozenset()
    asking: DisclosureRequested | None = None
    """The request recorded last: its verdict follows it in the log."""

    def consent(self, identity: str) -> Consent | None:
        """The consent with this id, whatever its state."""
        return next((consent for listed in self.consents.values() for consent in listed if consent.id == identity), None)

    def asked(self, request: DisclosureRequested) -> CaseFile:
        """After a request was recorded."""
        return self.changed(asking=request, persons=self.persons | {part.person for part in request.parts})

    def decided(self, verdict: DisclosureDecided) -> CaseFile:
        """After a verdict: what is held waits, what is released is remembered by the consents it rests on."""
        waiting = {request: hold for request, hold in self.holds.items() if request != verdict.request_id}
        if verdict.outcome is Outcome.HOLD:
            waiting[verdict.request_id] = self._hold(verdict)
        released = {Release(recipient=verdict.recipient, consent=consent) for consent in verdict.consents}
        return self.changed(holds=waiting, releases=self.releases | released, asking=None)

    def granted(self, event: ConsentGranted) -> CaseFile:
        """After a consent: it replaces what it names in ``supersedes``, consents and refusals alike (rule 11)."""
        consent = Consent(
            id=event.consent, person=event.person, purpose=event.purpose, categories=frozenset(event.categories),
            recipients=frozenset(event.recipients), first_day=event.valid_from.toordinal(), last_day=event.valid_to.toordinal(),
        )
        after = self.withdrawn(event.person, event.supersedes)
        lifted = tuple(refusal for refusal in self.refusals.get(event.person, ()) if refusal.id not in event.supersedes)
        refusals = {person: kept for person, kept in {**self.refusals, event.person: lifted}.items() if kept}
        return after._with_consents(event.person, (*after.consents[event.person], consent)).changed(refusals=refusals)

    def refused(self, event: ConsentRefused) -> CaseFile:
        """After a refusal."""
        refusal = Refusal(
            id=event.consent, person=event.person, purpose=event.purpose,
            categories=frozenset(event.categories), recipients=frozenset(event.recipients),
        )
        standing = (*self.refusals.get(event.person, ()), refusal)
        return self.changed(refusals={**self.refusals, event.person: standing}, persons=self.persons | {event.person})

    def withdrawn(self, person: str, identities: tuple[str, ...]) -> CaseFile:
        """After these consents of a person have ended."""
        consents = self.consents.get(person, ())
        return self._with_consents(person, tuple(one.changed(withdrawn=True) if one.id in identities else one for one in consents))

    def segment_noted(self, event: SegmentNoted) -> CaseFile:
        """After a conference segment was opened or closed; what was asked for in it stays asked for."""
        known = self.segments.get(event.segment)
        segment = Segment(
            id=event.segment, sitting=event.sitting, basis=event.basis, members=frozenset(event.members), open=event.open,
            asked=known.asked if known else frozenset(),
        )
        return self.changed(segments={**self.segments, event.segment: segment})

    def items_asked_for(self, event: InformationRequestedInConference) -> CaseFile:
        """After categories were asked for in a conference segment."""
        segment = self.segments.get(event.segment)
        if segment is None:
            return self
        return self.changed(segments={**self.segments, event.segment: segment.changed(asked=segment.asked | frozenset(event.wanted))})

    def _hold(self, verdict: DisclosureDecided) -> Hold:
        held = self.holds.get(verdict.request_id)
        request = held.request if held else self.asking
        assert request is not None, "a verdict follows its request in the log"
        deadline = NEVER if verdict.deadline is None else verdict.deadline
        return Hold(request=request, position=verdict.position, deadline=deadline)

    def _with_consents(self, person: str, consents: tuple[Consent, ...]) -> CaseFile:
        others = {key: listed for key, listed in self.named.items() if key[0] != person}
        recipients = frozenset[str]().union(*(consent.recipients for consent in consents))
        own = {(person, recipient): tuple(one for one in consents if recipient in one.recipients) for recipient in recipients}
        return self.changed(consents={**self.consents, person: consents}, named=others | own, persons=self.persons | {person})


class Agency(Record, frozen=True, kw_only=True):
    """A registered agency: its kind, and whether it may claim basis V."""

    kind: AgencyKind
    emergency_right: bool


class ProtectionFlag(Record, frozen=True, kw_only=True):
    """支援措置 for one person: agencies that must not learn where the person is, until the end of a day."""

    id: str
    person: str
    blocked: frozenset[str]
    last_day: int


class Registry(Record, frozen=True, kw_only=True):
    """Facts of the whole municipality, as far as this partition has them."""

    agencies: dict[str, Agency] = {}
    flags: tuple[ProtectionFlag, ...] = ()
    policy: str = ""
    """SHA-256 of the policy pack in force; empty before the first activation."""

    def of_kind(self, kind: AgencyKind) -> tuple[str, ...]:
        """Ids of all agencies of a kind, sorted."""
        return tuple(sorted(name for name, agency in self.agencies.items() if agency.kind is kind))


class Verdict(Record, frozen=True, kw_only=True):
    """What one basis alone supports: released and withheld parts with reasons, and what decided."""

    basis: Basis
    rule: str
    released: tuple[PartCode, ...] = ()
    withheld: tuple[tuple[PartCode, Reason], ...] = ()
    reasons: tuple[Reason, ...] = ()
    consents: tuple[str, ...] = ()
    """The consents that it rests on, one per person."""

