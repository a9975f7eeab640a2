"""What is asked for an agency (機関についての指示): words of a command made into an agency, or a coded sentence on what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from contracts.shared import AgencyEndReason, AgencyKind
from deploy.local.town import Agency, Unit, place, prefecture_of
from kernel.failures import PoisonError
from kernel.forms import municipality_code

NONE = "none"
"""Takes away what was registered."""
LONGEST_NAME = 100
LONGEST_CODE = 32


class Amiss(Exception):
    """What stands against it: a code and a sentence. ``usage``: the words themselves are wrong."""

    def __init__(self, code: str, sentence: str, usage: bool = True) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code, self.usage = code, usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The words of ``agency add``; None = not named, so it stays as it is."""

    agency: str
    kind: str | None = None
    name: str | None = None
    units: Iterable[str] | None = None
    contract_from: str | None = None
    contract_until: str | None = None
    emergency_right: bool | None = None
    municipality: str | None = None
    prefecture: str | None = None

    def of(self, known: Agency | None, home: str) -> Agency:
        """The agency as it is to be registered; ``known`` as it is now, ``home``: the code of this municipality. Raises Amiss.

        One that has ended begins anew: no right and no contract of old comes back with it.
        """
        there = known if known is not None and known.ended is None else None
        kind = self._kind(there)
        try:
            begun = there or Agency(self.agency, kind, self.agency, emergency_right=False, **place(kind, home))
        except ValueError as error:
            raise Amiss("AGENCY_ID_INVALID", str(error)) from error
        try:
            wanted = replace(
                begun, kind=kind, name_ja=self._name(begun), units=self._units(begun),
                contract_from=_day(self.contract_from, begun.contract_from), contract_until=_day(self.contract_until, begun.contract_until),
                emergency_right=begun.emergency_right if self.emergency_right is None else self.emergency_right,
            )
        except ValueError as error:
            raise Amiss("PERIOD_INVALID", f"{error}; give another --contract-from or --contract-until") from error
        return self._placed(wanted, home)

    def _kind(self, there: Agency | None) -> str:
        kinds = [kind.value for kind in AgencyKind if kind is not AgencyKind.UNMAPPED]
        if self.kind is None and there is None:
            raise Amiss("KIND_MISSING", f"a new agency needs a --kind: {', '.join(kinds)}")
        if self.kind is not None and self.kind not in kinds:
            raise Amiss("KIND_UNKNOWN", f"there is no kind {self.kind!r}; there are {', '.join(kinds)}")
        return self.kind or (there.kind if there else "")

    def _name(self, begun: Agency) -> str:
        name = begun.name_ja if self.name is None else self.name
        return _text(name, LONGEST_NAME, "NAME_INVALID", "a name is one line of at most 100 characters")

    def _units(self, begun: Agency) -> tuple[Unit, ...]:
        given = None if self.units is None else tuple(self.units)
        if not given:
            return begun.units
        return () if given == (NONE,) else tuple(_unit(each) for each in given)

    def _placed(self, wanted: Agency, home: str) -> Agency:
        """In its municipality and prefecture, and whether these are ours."""
        municipality = _code(self.municipality, wanted.municipality)
        derived = prefecture_of(municipality) if self.municipality not in (None, NONE) else wanted.prefecture
        prefecture = _code(self.prefecture, derived)
        ours = municipality == home if municipality else prefecture in ("", prefecture_of(home))
        return replace(wanted, municipality=municipality, prefecture=prefecture, ours=ours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The words of ``agency end``."""

    agency: str
    reason: str
    on: str | None = None

    def of(self, known: Agency | None, today: date) -> Agency:
        """The agency as it ends; one that has ended stays as it is. Raises Amiss."""
        reasons = [reason.value for reason in AgencyEndReason if reason is not AgencyEndReason.UNMAPPED]
        if self.reason not in reasons:
            raise Amiss("REASON_UNKNOWN", f"there is no reason {self.reason!r}; there are {', '.join(reasons)}")
        day = _day(self.on, today) or today
        if day > today:
            raise Amiss("DAY_NOT_COME", f"{day} has not come; an agency ends at the place of the fact in the order, so end it on that day")
        if known is None:
            raise Amiss("AGENCY_UNKNOWN", f"no agency {self.agency!r} is registered; see: tsunagu agency list", usage=False)
        return known if known.ended is not None else replace(known, ended=day, end_reason=self.reason)


def _day(words: str | None, known: date | None) -> date | None:
    if words is None or words == NONE:
        return known if words is None else None
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise Amiss("DATE_INVALID", f"{words!r} is no day; write it as 2026-04-01") from error


def _unit(words: str) -> Unit:
    code, _, name = words.partition("=")
    says = "a unit is written CODE=NAME, as 01=相談係"
    return Unit(_text(code, LONGEST_CODE, "UNIT_INVALID", says), _text(name, LONGEST_NAME, "UNIT_INVALID", says))


def _text(words: str, longest: int, code: str, sentence: str) -> str:
    if not words.strip() or len(words) > longest or not words.isprintable():
        raise Amiss(code, sentence)
    return words


def _code(words: str | None, known: str) -> str:
    if words is None or words == NONE:
        return known if words is None else ""
    try:
        municipality_code(words)
    except PoisonError as error:
        raise Amiss("CODE_INVALID", f"{words!r} is no code of a municipality or prefecture: six digits, the last of them a check digit") from error
    return words
