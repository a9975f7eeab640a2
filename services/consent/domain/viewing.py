"""Viewing (閲覧): who has read this person's data, in which role, what of it and why; every read is an entry of the person's ledger (rule 32).

The same is kept back as of what was given (``sight``): where somebody of the household is protected, not who has read; from whoever acts for
the person, what may be about harm; who reported, always. A read that would tell of a notice appears when the notice does (rule 20).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from contracts.consent import PersonalDataRead
from contracts.record import Record
from contracts.shared import DataCategory, ReaderRole, ReadReason
from services.consent.domain.sight import HARM, Entry, Flags, delicate, protected

SOURCE = "tsunagu.reporting"
"""Who alone says that something was read: the service through which it is read."""


class Viewing(Record, frozen=True, kw_only=True):
    """One reading of this person's data, in one case or in several."""

    read: str
    case: str
    at: int
    """When it was recorded, milliseconds UTC: before anything was shown."""
    reader: str
    """Agency, or office of ours; empty where that may not be shown."""
    role: ReaderRole
    reason: ReadReason
    resource: str
    categories: tuple[DataCategory, ...] = ()
    """Of this person; none where no text was opened, as when a ledger was read."""
    events: tuple[str, ...] = ()
    """What was opened, where that is known; never shown."""
    place_hidden: bool = False

    @property
    def asked_at(self) -> int:
        """Its place among the entries of a ledger."""
        return self.at


def of_person(person: str, case: str, at: int, event: PersonalDataRead) -> Viewing | None:
    """What this reading is to the person; None where it is nothing, or no more than who has reported."""
    own = [part.category for part in event.parts if part.person == person]
    categories = tuple(sorted({category for category in own if category is not DataCategory.REPORTER}))
    if not categories and (own or person not in event.persons):
        return None
    return Viewing(
        read=event.read, case=case, at=at, reader=event.reader, role=event.role, reason=event.reason, resource=event.resource,
        categories=categories, events=event.events,
    )


def shown(
    viewings: Iterable[Viewing], entries: Collection[Entry], person: str, households: dict[str, frozenset[str]], flags: Flags, at: int, by_proxy: bool,
) -> tuple[Viewing, ...]:
    """The readings as they may be shown at ``at``, the earliest first; what one request has read in several cases is one reading."""
    found: dict[tuple[str, str, str], Viewing] = {}
    for viewing in sorted(viewings, key=lambda each: (each.at, each.case)):
        standing = protected(households, flags, viewing.case, viewing.at)
        related = list(_related(viewing, entries))
        if max((entry.appears_at for entry in related), default=0) > at or viewing.at > at:
            continue
        if by_proxy and (standing or not HARM.isdisjoint(viewing.categories) or any(map(delicate, related))):
            continue
        hidden = bool(standing - {person}) or _tells_who_reported(viewing, related)
        place = (viewing.read, viewing.reader, viewing.resource)
        known = found.get(place, viewing)
        found[place] = known.changed(
            categories=tuple(sorted({*known.categories, *viewing.categories})), place_hidden=known.place_hidden or hidden,
        )
    return tuple([each.changed(reader="", events=()) if each.place_hidden else each.changed(events=()) for each in found.values()])


def _related(viewing: Viewing, entries: Iterable[Entry]) -> Iterator[Entry]:
    """What was given of this person in the same case and may be what was read: the very event, or anything that the reader has given or got by then."""
    for entry in entries:
        if entry.case == viewing.case and (
            entry.event_id in viewing.events or entry.asked_at <= viewing.at and viewing.reader in (entry.giver, entry.recipient)
        ):
            yield entry


def _tells_who_reported(viewing: Viewing, related: Iterable[Entry]) -> bool:
    """Whoever has reported something reads it again: then a ledger that names the reader names the reporter."""
    return any(
        entry.reported and entry.giver == viewing.reader and (not viewing.events or entry.event_id in viewing.events) for entry in related
    )
