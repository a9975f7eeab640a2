"""Without a broker (単独での判断): a case and a town from stated facts alone, and the gate's own verdict on one request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache, reduce
from typing import Any, get_args

from contracts.consent import ConsentGranted, DisclosureDecided
from contracts.coordination import SegmentNoted
from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet, DisclosureRequested, MessageRefused
from contracts.record import Record
from contracts.registry import AgencyEnded
from contracts.shared import AgencyKind, RefusalCode
from kernel.days import day_in_japan, ordinal_in_japan
from kernel.decider import Context
from kernel.parties import refused
from services.consent.domain import answers, capture, confirmation, folding, giving, registry, versions
from services.consent.domain.casefile import CaseFile
from services.consent.domain.departure import segments_without
from services.consent.domain.ended import of_those_there
from services.consent.domain.model import GIVEN, ConsentState
from services.consent.domain.pack import PolicyPack, in_force
from services.consent.domain.registry import Agency, Registry
from services.consent.domain.rules import Rules
from services.consent.domain.states import states

_OF_THE_TOWN = frozenset(registry.DECIDER.messages)
_SAID = frozenset(get_args(capture.Saying | capture.Capacity))
_ANSWERED = frozenset(get_args(answers.Answer))
_FOLDED = frozenset(get_args(folding.Event)) - {DeadlineSet, DeadlineMet, DeadlineMissed}
"""What changes a case; what has to be done by when changes no verdict."""
_NOTHING_KNOWN = CaseFile()
_SPOKEN_OF = Agency(kind=AgencyKind.UNMAPPED, emergency_right=False)


class Stated(Record, frozen=True, kw_only=True):
    """A fact as somebody has stated it: when, and through which agency."""

    fact: Any
    at: int
    agency: str = ""
    undated: bool = False
    """Nobody has said when."""

    @property
    def form(self) -> Any:
        """The fact as it is tested: a consent of which nobody says when it was recorded or signed was signed in time."""
        if not self.undated or type(self.fact) is not ConsentGranted or self.fact.signed_on:
            return self.fact
        return self.fact.changed(signed_on=min(self.fact.valid_from, day_in_japan(self.at)))


class RefusedFact(Record, frozen=True, kw_only=True):
    """A fact that the gate would not have recorded."""

    type: str
    code: RefusalCode


class Desk:
    """Decides with the packs that it is given, one request at a time, and remembers nothing between two."""

    def __init__(self, packs: Mapping[str, PolicyPack]) -> None:
        """``packs`` by hash."""
        self._packs, self._by_day = packs, sorted(packs.values(), key=lambda pack: (pack.since, pack.hash), reverse=True)
        self._of_day: dict[tuple[str, tuple[str, ...], int], tuple[PolicyPack | None, PolicyPack]] = {}

    def decide(
        self, identity: str, request: DisclosureRequested, facts: Iterable[Stated], at: int, policy: str, kinds: Mapping[str, AgencyKind],
    ) -> tuple[DisclosureDecided, list[RefusedFact], dict[str, ConsentState]]:
        """The verdict on ``request`` at ``at``, by ``policy`` unless a fact has put another in force; the facts that do not count; how consents stand where nothing goes.

        What is stated of a later moment is not known yet. ``kinds``: agencies that the request itself speaks of.
        """
        known = [stated for stated in facts if stated.at <= at]
        case, town, not_recorded = self._situation(known, Registry(agencies=_agencies(known, kinds), policy=policy))
        if case.awaited:
            case = self._lapsed(case, town, at)
        verdict = self._rules(town, at).judge(request, identity, "", case)
        return verdict, not_recorded, {} if verdict.outcome in GIVEN else states(case, ordinal_in_japan(at))

    def _situation(self, facts: list[Stated], town: Registry) -> tuple[CaseFile, Registry, list[RefusedFact]]:
        """The case and the town after these facts, in their order; hashes of versions only where a fact names one."""
        case, not_recorded = _NOTHING_KNOWN, []
        chained = bool([stated for stated in facts if type(stated.fact) is ConsentGranted and stated.fact.previous_hash])
        for stated in facts:
            if case.awaited:
                case = self._lapsed(case, town, stated.at)
            events = self._recorded(case, stated, town)
            if events and type(events[0]) is MessageRefused:
                not_recorded.append(RefusedFact(type=type(stated.fact).__name__, code=events[0].code))
                continue
            for event in events:
                kind = type(event)
                if kind is ConsentGranted:
                    case = versions.granted(case, event, chained)
                    continue
                if kind in _OF_THE_TOWN:
                    town = registry.evolve(town, event)
                if kind is AgencyEnded:
                    case = reduce(CaseFile.segment_noted, segments_without(case, event.agency), case)
                if kind in _FOLDED:
                    case = folding.evolve(case, event)
        return case, town, not_recorded

    def _lapsed(self, case: CaseFile, town: Registry, at: int) -> CaseFile:
        """With what nobody had confirmed in time by then."""
        return reduce(folding.evolve, confirmation.lapses(case, self._rules(town, at)), case)

    def _recorded(self, case: CaseFile, stated: Stated, town: Registry) -> tuple[Any, ...]:
        """What the gate would record of a fact; one that it knows nothing of is nothing to it."""
        kind, fact = type(stated.fact), stated.fact
        if kind in _SAID:
            rules = self._rules(town, stated.at)
            if code := capture.fault(stated.form, case, stated.agency, rules):
                return (refused(_context(stated, town), code),)
            return (fact, *confirmation.asked(fact, stated.agency, rules))
        if kind in _OF_THE_TOWN:
            return registry.decide(town, fact, _context(stated, town))
        if kind in _ANSWERED:
            code = answers.fault(case, fact, stated.agency, self._rules(town, stated.at))
            return (refused(_context(stated, town), code),) if code else (fact,)
        if kind is SegmentNoted:
            return (of_those_there(fact, town),)
        unasked = kind is DisclosureDecided and case.asking is None and fact.request_id not in (*case.holds, *case.deliveries)
        return () if unasked else (fact,)

    def _rules(self, town: Registry, at: int) -> Rules:
        key = town.policy, town.earlier, ordinal_in_japan(at)  # a pack's first day begins at midnight in Japan
        known = self._of_day.get(key)
        if known is None:
            newest = next((pack for pack in self._by_day if pack.since <= at), self._by_day[-1])
            known = self._of_day[key] = in_force(self._packs, town.policy, town.earlier, at), newest
        return Rules(registry=town, pack=known[0], newest=known[1], at=at)


def _agencies(facts: Iterable[Stated], kinds: Mapping[str, AgencyKind]) -> dict[str, Agency]:
    """Agencies that there are because somebody speaks of them: without any right, until a fact registers them."""
    found = {}
    for stated in facts:
        for agency in getattr(stated.fact, "recipients", ()):
            if agency and not giving.wild(agency):
                found[agency] = _SPOKEN_OF
    for agency, kind in kinds.items():
        found[agency] = _without_right(kind)
    return found


@lru_cache(maxsize=256)
def _without_right(kind: AgencyKind) -> Agency:
    return Agency(kind=kind, emergency_right=False)


def _context(stated: Stated, town: Registry) -> Context:
    return Context(
        at=stated.at, key="", function="consent", source=stated.agency, message_id="", message_type=type(stated.fact).__name__,
        agency=stated.agency, shared=town,
    )
