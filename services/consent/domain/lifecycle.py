"""Beside the yes (同意の一生): what a person was asked, whether the person can decide, who may speak for the person (domain.md §2.4, R6, R7).

Silence never makes a yes: nothing here moves by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import assert_never

from contracts.consent import CapacityConfirmed, CapacityDoubted, ConsentRequested, ProxyEnded, ProxyVerified
from contracts.outreach import ContactStateChanged
from contracts.record import Record
from contracts.shared import DoubtKind, ProxyKind, RefusalCode

_NO_DOUBT: frozenset[DoubtKind] = frozenset()


class Standing(Record, frozen=True, kw_only=True):
    """How the persons of a case stand towards consent."""

    asked: dict[str, ConsentRequested] = {}
    """Put to a person and not answered, by the id that the consent will have."""
    doubts: dict[str, frozenset[DoubtKind]] = {}
    """Why it is in doubt whether a person can decide, by person."""
    ages: dict[str, int] = {}
    """How old minors are, where it was said, by person."""
    proxies: dict[str, tuple[ProxyVerified, ...]] = {}
    """Proxies (代理人) that were verified by document, by person."""
    approaching: frozenset[str] = frozenset()
    """Agencies that visit somebody whom they have not met yet: until then they ask nobody for a consent (domain.md §2.6)."""

    def after(self, event: ConsentRequested | CapacityDoubted | CapacityConfirmed | ProxyVerified | ProxyEnded | ContactStateChanged) -> Standing:
        """How they stand after ``event``."""
        match event:
            case ConsentRequested():
                return self.changed(asked={**self.asked, event.consent: event})
            case CapacityDoubted():
                return self._doubted(event)
            case CapacityConfirmed():
                return self._confirmed(event)
            case ProxyVerified():
                others = tuple(each for each in self.proxies.get(event.person, ()) if each.proxy != event.proxy)
                return self.changed(proxies={**self.proxies, event.person: (*others, event)})
            case ProxyEnded():
                left = tuple(each for each in self.proxies.get(event.person, ()) if each.proxy != event.proxy)
                return self.changed(proxies={person: each for person, each in {**self.proxies, event.person: left}.items() if each})
            case ContactStateChanged():
                visitor = frozenset((event.agency,))
                return self.changed(approaching=self.approaching - visitor if event.reached else self.approaching | visitor)
            case _:
                assert_never(event)

    def answered(self, consent: str) -> Standing:
        """After a yes or a no; one that nobody asked for changes nothing."""
        return self.changed(asked={each: asked for each, asked in self.asked.items() if each != consent}) if consent in self.asked else self

    def _doubted(self, event: CapacityDoubted) -> Standing:
        """A conflict of interest suspends the proxies, not the person (consent.md rule 21)."""
        conflict = event.doubt is DoubtKind.CONFLICT_OF_INTEREST
        proxies = {person: each for person, each in self.proxies.items() if not (conflict and person == event.person)}
        ages = {**self.ages, event.person: event.age} if event.doubt is DoubtKind.MINOR else self.ages
        return self.changed(doubts={**self.doubts, event.person: self.doubts_about(event.person) | {event.doubt}}, ages=ages, proxies=proxies)

    def _confirmed(self, event: CapacityConfirmed) -> Standing:
        """That one doubt is over, and no other."""
        left = {**self.doubts, event.person: self.doubts_about(event.person) - {event.doubt}}
        ages = {person: age for person, age in self.ages.items() if not (event.doubt is DoubtKind.MINOR and person == event.person)}
        return self.changed(doubts={person: doubts for person, doubts in left.items() if doubts}, ages=ages)

    def fault_of_doubt(self, event: CapacityDoubted, of_the_town: bool) -> RefusalCode | None:
        """Why this doubt cannot be noted, or None: a minor grows older by the word of our municipality alone, since that frees of the protection."""
        if self.noted(event):
            return RefusalCode.ALREADY_DONE
        known = event.doubt is DoubtKind.MINOR and event.doubt in self.doubts_about(event.person)
        return RefusalCode.NOT_PUBLISHABLE if known and not of_the_town and event.age > self.ages.get(event.person, 0) else None

    def doubts_about(self, person: str) -> frozenset[DoubtKind]:
        """Every doubt about a person that stands."""
        return self.doubts.get(person, _NO_DOUBT)

    def noted(self, event: CapacityDoubted) -> bool:
        """Whether that very doubt is known already; of a minor, with that age."""
        known = event.doubt in self.doubts_about(event.person)
        return known and (event.doubt is not DoubtKind.MINOR or event.age == self.ages.get(event.person, 0))

    def doubts_of_a_yes(self, person: str, minors_line: int) -> frozenset[DoubtKind]:
        """What keeps a person from saying yes alone: a minor of that age or older says it alone (R6); one whose age nobody has said does not."""
        doubts = self.doubts.get(person)
        if not doubts:
            return _NO_DOUBT
        return doubts - {DoubtKind.MINOR} if self.ages.get(person, 0) >= minors_line else doubts


def may_speak(proxy: ProxyVerified, doubts: Collection[DoubtKind]) -> bool:
    """Whether this kind of proxy speaks for somebody thus in doubt: a parent only for a minor; relatives without a mandate count for nothing.

    While interests conflict nobody does (R6): not the one who was suspended either, verified anew.
    """
    return DoubtKind.CONFLICT_OF_INTEREST not in doubts and (proxy.proxy_kind is not ProxyKind.PARENT or DoubtKind.MINOR in doubts)
