"""What the gate knows: consents (同意) and refusals of a case, conference segments, holds, past releases; agencies and flags of the town.

Codes, pseudonyms and times only; no name ever comes here. Days are proleptic ordinals of the date in Japan (JST).
"""

from __future__ import annotations

from datetime import date

from contracts.envelope import DisclosureRequested
from contracts.record import Record
from contracts.shared import AgencyKind, Basis, ConferenceBasis, DataCategory, Purpose
from services.consent.domain.reasons import Reason

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_JST_OFFSET_MS = 9 * 3_600_000
DAY_MS = 86_400_000


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

    def with_consents(self, person: str, consents: tuple[Consent, ...]) -> CaseFile:
        """The case in which these are the consents of ``person``."""
        others = {key: listed for key, listed in self.named.items() if key[0] != person}
        recipients = frozenset[str]().union(*(consent.recipients for consent in consents))
        own = {(person, recipient): tuple(one for one in consents if recipient in one.recipients) for recipient in recipients}
        return self.changed(consents={**self.consents, person: consents}, named=others | own, persons=self.persons | {person})

    def consent(self, identity: str) -> Consent | None:
        """The consent with this id, whatever its state."""
        return next((consent for listed in self.consents.values() for consent in listed if consent.id == identity), None)


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
    released: tuple[tuple[str, DataCategory, bool], ...] = ()
    withheld: tuple[tuple[str, DataCategory, bool, Reason], ...] = ()
    reasons: tuple[Reason, ...] = ()
    consents: tuple[str, ...] = ()
    """The consents that it rests on, one per person."""

