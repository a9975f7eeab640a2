"""Reporters (知らせた人): the cases in which one person is known only as somebody who has reported something (R12).

Such a person is none of the household: what was looked for, or looked at, in the case is not about that person.
"""

from __future__ import annotations

from contracts.envelope import DisclosureRequested, PersonsNoted
from contracts.shared import DataCategory, PartCode
from kernel.reporters import FIELDS


def own(parts: tuple[PartCode, ...], person: str) -> list[DataCategory]:
    """What is of the person: who reported stays secret, also from the person who was reported."""
    return [part.category for part in parts if part.person == person and part.category is not DataCategory.REPORTER]


class Reported:
    """Of one person, from the records of each case in their order; once known otherwise, for good."""

    def __init__(self, person: str) -> None:
        self._person = person
        self._reporter: set[str] = set()
        self._otherwise: set[str] = set()

    def __contains__(self, case: str) -> bool:
        """Whether the person is known in the case only as a reporter."""
        return case in self._reporter and case not in self._otherwise

    def noted(self, case: str, event: PersonsNoted) -> None:
        """Until noted once more, without that; earlier versions say nothing of it."""
        if self._person in event.reporters:
            self._reporter.add(case)
        elif self._person in event.persons and case in self._reporter:
            self._otherwise.add(case)

    def asked(self, case: str, request: DisclosureRequested) -> None:
        """What a request says of it. The body of a signal names whoever gave it beside the person: that says nothing."""
        if own(request.parts, self._person) or self._person in request.persons and request.event_type not in FIELDS:
            self._otherwise.add(case)
        elif any(part.person == self._person for part in request.parts):
            self._reporter.add(case)

    def answered(self, case: str, person: str) -> None:
        """Whoever consents, or refuses, does so for own data."""
        if person == self._person:
            self._otherwise.add(case)
