"""Members (構成員): the list (名簿) of one sitting: who is on it, for which agency, from when to when, and who has acknowledged secrecy (守秘).

Persons are appointed, agencies are told and speak: an agency is in a closed segment while somebody on the list stands for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from contracts.coordination import MemberAppointed, MemberReleased, SecrecyAcknowledged, SegmentOpened
from contracts.envelope import DisclosureRequested, PartGiven
from contracts.shared import Basis, CasePart, ConferenceBasis, FunctionName, Purpose, RefusalCode
from kernel.asking import tell
from kernel.days import day_in_japan
from kernel.decider import Context

Change = MemberAppointed | MemberReleased | SecrecyAcknowledged


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person on the list. Whoever has left stays known, since secrecy lasts, and counts no more."""

    agency: str
    first: date
    last: date | None
    """Last day; None = until released."""
    released: bool = False
    text: str = ""
    """Version of the text on secrecy that was acknowledged; empty = none yet."""

    def stands(self, day: date) -> bool:
        """Whether the member counts on ``day``."""
        return not self.released and self.first <= day and (self.last is None or day <= self.last)


Roll = dict[str, Member]
"""The list, by member (a pseudonym of the agency's staff)."""


def fault(roll: Roll, change: Change, context: Context) -> RefusalCode | None:
    """Why the list cannot be changed so; None when it can."""
    known = roll.get(change.member)
    match change:
        case MemberAppointed():
            return RefusalCode.ALREADY_DONE if known == _appointed(known, change) else None
        case MemberReleased() if known is not None:
            return RefusalCode.ALREADY_DONE if known.released else RefusalCode.PERIOD_INVALID if change.on_date < known.first else None
        case SecrecyAcknowledged(text_version=text) if known is not None and not known.released and known.agency == context.agency:
            return RefusalCode.ALREADY_DONE if known.text == text else None
        case _:
            return RefusalCode.NOT_LISTED


def after(roll: Roll, change: Change) -> Roll:
    """The list after a change."""
    known = roll.get(change.member)
    match change:
        case MemberAppointed():
            return {**roll, change.member: _appointed(known, change)}
        case _ if known is None:
            return roll
        case MemberReleased():
            return {**roll, change.member: replace(known, released=True)}
        case SecrecyAcknowledged():
            return {**roll, change.member: replace(known, text=change.text_version)}
        case _:
            assert_never(change)


def _appointed(known: Member | None, change: MemberAppointed) -> Member:
    """Other days leave the acknowledgement as it is; another agency, or coming back, asks for it anew."""
    stays = known is not None and not known.released and known.agency == change.agency
    return Member(agency=change.agency, first=change.from_date, last=change.to_date, text=known.text if known and stays else "")


def fault_of_room(roll: Roll, opening: SegmentOpened, at: int) -> RefusalCode | None:
    """In a closed segment each member agency is on the list, and each of them that is in the room has acknowledged secrecy (R9).

    Guests (傍聴) may sit there: they are no members, so the list says nothing of them, and nothing is given to them.
    """
    if not closed(opening.basis):
        return None
    if not on_the_list(roll, at).issuperset(opening.members):
        return RefusalCode.NOT_LISTED
    bound = {member.agency for member in roll.values() if member.text and member.stands(day_in_japan(at))}
    return None if bound.issuperset(set(opening.members).intersection(opening.present)) else RefusalCode.SECRECY_MISSING


def closed(basis: ConferenceBasis) -> bool:
    """Whether a statute gives the segment a list and secrecy: 支援会議 and its like; all but the 重層的支援会議, which needs consent instead."""
    return basis is not ConferenceBasis.NON_STATUTORY


def on_the_list(roll: Roll, at: int) -> frozenset[str]:
    """Agencies for which somebody stands at ``at`` (milliseconds UTC)."""
    day = day_in_japan(at)
    return frozenset(member.agency for member in roll.values() if member.stands(day))


def told(event: type, agencies: Iterable[str], purpose: Purpose, context: Context) -> Iterator[DisclosureRequested]:
    """Ask to tell each of them, but not its sender, the reported event: codes and days only (basis K)."""
    return tell(context, FunctionName.COORDINATION, 0, event, agencies, purpose, Basis.K)


def parts(agencies: Iterable[str], context: Context) -> Iterator[PartGiven]:
    """Whoever is to sit there may speak there."""
    for agency in dict.fromkeys(agencies):
        if agency != context.agency:
            yield PartGiven(agency=agency, part=CasePart.LISTED)
