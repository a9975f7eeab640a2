"""Sight (見せてよい範囲): what of an entry of the ledger may be shown, to whom, from when on (consent.md rules 20, 32; R8, R12).

Only ever removes: nothing of other persons stands in an entry to begin with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.consent import DisclosureDecided, ProtectionFlagCleared, ProtectionFlagSet, StopNoticeAnswered
from contracts.envelope import DisclosureRequested
from contracts.record import Record
from contracts.shared import Basis, DataCategory, Deadline, Outcome, Purpose, RecallReason, StopAnswer
from kernel.days import DAY_MS, end_of
from services.consent.domain.model import GIVEN, UNASKED
from services.consent.domain.pack import PolicyPack

HARM = frozenset((DataCategory.ABUSE, DataCategory.DANGER))


class Stop(Record, frozen=True, kw_only=True):
    """That a recipient was told to stop, and what it has answered."""

    at: int
    answered_at: int | None = None
    answer: StopAnswer | None = None
    basis: Basis = Basis.NONE
    """On which it keeps what it has."""
    until: str = ""

    def after(self, answer: StopNoticeAnswered, at: int) -> Stop:
        """After the recipient has answered."""
        return self.changed(
            answered_at=at, answer=answer.answer, basis=answer.basis, until=answer.until.isoformat() if answer.until else "",
        )


class Entry(Record, frozen=True, kw_only=True):
    """One line of a person's ledger (本人の提供記録): who was given, or refused, what of this person, why, and what came of it. Codes only."""

    case: str
    request: str
    asked_at: int
    at: int
    """When the verdict that counts was given, milliseconds UTC."""
    event_type: str
    event_id: str = ""
    """The event that was asked about; never shown."""
    giver: str
    recipient: str
    purpose: Purpose
    basis: Basis
    rule: str
    claimed: Basis = Basis.NONE
    """What whoever gave it has claimed."""
    outcome: Outcome
    """Of what is this person's."""
    categories: tuple[DataCategory, ...] = ()
    """What of this person may go, or has gone."""
    withheld: tuple[tuple[DataCategory, str], ...] = ()
    reasons: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    """This person's own."""
    given_at: int | None = None
    acknowledged_at: int | None = None
    recalled_at: int | None = None
    recall: RecallReason | None = None
    stop: Stop | None = None
    appears_at: int = 0
    """Not before this moment is it shown to the person (rule 20)."""
    reported: bool = False
    """Whoever gave it has reported something: that stays secret."""
    place_hidden: bool = False
    """A protection flag keeps back which agencies they are."""


class Flag(Record, frozen=True, kw_only=True):
    """A protection flag (支援措置) and until when it has stood, milliseconds UTC."""

    person: str
    until: int


Flags = dict[tuple[str, str], Flag]
"""By id and person."""


def flagged(flags: Flags, event: ProtectionFlagSet | ProtectionFlagCleared, at: int) -> Flags:
    """The flags after one was set or cleared; what stood once is remembered."""
    if isinstance(event, ProtectionFlagSet):
        return {**flags, (event.flag, event.person): Flag(person=event.person, until=end_of(event.until))}
    known = flags.get(place := (event.flag, event.person))
    return flags if known is None else {**flags, place: known.changed(until=min(known.until, at))}


def protected(households: dict[str, frozenset[str]], flags: Flags, case: str, at: int) -> set[str]:
    """Who of the household of a case was protected at ``at``, or became so later and has been since."""
    return {flag.person for flag in flags.values() if flag.person in households.get(case, ()) and flag.until > at}


def seen(entries: Iterable[Entry], person: str, households: dict[str, frozenset[str]], flags: Flags, at: int, by_proxy: bool) -> Iterator[Entry]:
    """The entries as they may be shown at ``at``: to the person, or ``by_proxy`` to somebody of the household who acts for the person."""
    for entry in entries:
        standing = protected(households, flags, entry.case, entry.at)
        if entry.appears_at > at or by_proxy and (standing or delicate(entry)):
            continue
        shown = entry.changed(giver="", reported=True) if entry.reported else entry
        yield _without_places(shown) if standing - {person} else shown


def appears(request: DisclosureRequested, verdict: DisclosureDecided, pack: PolicyPack | None) -> int:
    """At once; what a basis lets be kept from the person, when the days for telling the person are over, and what was so refused when that
    time itself is, unless a fact names another day (rules 19, 20). Milliseconds UTC; ``pack`` is that of the verdict, if this build knows it.
    """
    rule = None if pack is None else pack.bases.get(request.basis if verdict.basis is Basis.NONE else verdict.basis)
    if pack is None or rule is None or rule.conceal_days is None:
        return verdict.at
    told = pack.deadlines.get(Deadline.PERSON_TOLD) if verdict.outcome in GIVEN else None
    return verdict.at + (rule.conceal_days if told is None else min(told, rule.conceal_days)) * DAY_MS


def reports(request: DisclosureRequested) -> bool:
    """Whether it says that somebody has reported something: by law, or with a part that tells who."""
    return request.basis is Basis.L or tells_who(request)


def tells_who(request: DisclosureRequested) -> bool:
    """Whether a part of it tells who has reported."""
    return any(part.category is DataCategory.REPORTER for part in request.parts)


def own_outcome(outcome: Outcome, released: bool, withheld: bool) -> Outcome:
    """What was decided of a person's own share; where only the body names the person, of the whole."""
    if outcome not in GIVEN or not (released or withheld):
        return outcome
    return Outcome.DENY if not released else Outcome.REDACT if withheld else Outcome.PERMIT


def received(entry: Entry, at: int, basis: Basis, categories: Iterable[DataCategory], consents: Iterable[str]) -> Entry:
    """The entry after something of it has arrived; a second copy adds to the first, and what has arrived was not withheld."""
    gone = dict.fromkeys((*(entry.categories if entry.given_at is not None else ()), *categories))
    withheld = tuple([each for each in entry.withheld if each[0] not in gone])
    changed = withheld != entry.withheld
    return entry.changed(
        given_at=at if entry.given_at is None else entry.given_at, basis=basis, categories=tuple(gone), withheld=withheld,
        outcome=entry.outcome if not changed else Outcome.REDACT if withheld else Outcome.PERMIT,
        reasons=tuple(dict.fromkeys([reason for _, reason in withheld])) if changed else entry.reasons,
        consents=tuple(dict.fromkeys((*entry.consents, *consents))),
    )


def delicate(entry: Entry) -> bool:
    """Whether somebody of the household may be the one from whom it protects."""
    about = {*entry.categories, *(category for category, _ in entry.withheld)}
    return entry.claimed in UNASKED or not HARM.isdisjoint(about)


def _without_places(entry: Entry) -> Entry:
    """Somebody else of the household is protected: what and when stays, not where; nor that there is a flag, so that no reason is told, whatever it is."""
    withheld = tuple([(category, "") for category, _ in entry.withheld])
    return entry.changed(giver="", recipient="", place_hidden=True, reasons=(), withheld=withheld, rule="")
