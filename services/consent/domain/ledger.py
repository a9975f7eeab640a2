"""The person's ledger (本人の提供記録): who saw my data, who was refused, under which consent or law, why, and what came of it (rule 32, R12).

A pure fold of the gate's log, so that no agency can forget to report. An entry belongs to the person whom the data are about: of others it holds
nothing, and who reported never stands in it. What may be shown of it is in ``sight``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.consent import (
    ConsentGranted,
    ConsentRefused,
    DisclosureAcknowledged,
    DisclosureDecided,
    DisclosureReleased,
    PersonalDataRead,
    PersonTellingDelayed,
    PersonTold,
    ProtectionFlagCleared,
    ProtectionFlagSet,
    RecallRequested,
    StopNoticeAnswered,
    StopNoticeIssued,
    UseExpired,
    UseStopRequested,
)
from contracts.envelope import DisclosureRequested, PersonsNoted
from contracts.shared import Basis, DataCategory, PartCode
from kernel.days import start_of
from services.consent.domain import viewing
from services.consent.domain.findings import Logged
from services.consent.domain.model import GIVEN, kept_back
from services.consent.domain.pack import PolicyPack
from services.consent.domain.reporters import Reported, own
from services.consent.domain.sight import Entry, Flags, Stop, appears, flagged, own_outcome, received, reports, seen, tells_who
from services.consent.domain.unasked import number
from services.consent.domain.viewing import Viewing

READ = (
    ConsentGranted, ConsentRefused, DisclosureAcknowledged, DisclosureDecided, DisclosureReleased, DisclosureRequested, PersonalDataRead, PersonsNoted,
    PersonTellingDelayed, PersonTold, ProtectionFlagCleared, ProtectionFlagSet, RecallRequested, StopNoticeAnswered, StopNoticeIssued, UseExpired,
    UseStopRequested,
)
_NOBODY: frozenset[str] = frozenset()


class Ledger:
    """One person's entries, folded from the records of the gate's log in the order of each partition."""

    def __init__(self, person: str, packs: Mapping[str, PolicyPack]) -> None:
        self._person, self._packs = person, packs
        self._entries: dict[str, Entry] = {}
        self._voided: dict[str, Entry] = {}
        """What was to go, by request, where a later verdict has refused it: it may have gone all the same."""
        self._stopping: set[str] = set()
        """Cases in which this person has asked that the use be stopped."""
        self._requests: dict[str, DisclosureRequested] = {}
        self._asking: dict[str, Logged] = {}
        self._households: dict[str, frozenset[str]] = {}
        self._own: dict[tuple[str, str], frozenset[str]] = {}
        """This person's consents, by case, each with those that it has replaced."""
        self._reported = Reported(person)
        self._flags: Flags = {}
        self._viewings: list[Viewing] = []

    def entries(self, at: int, by_proxy: bool = False) -> tuple[Entry, ...]:
        """The ledger as it may be shown at ``at``, the earliest first; ``by_proxy`` to somebody of the household who acts for the person."""
        shown = seen(self._entries.values(), self._person, self._households, self._flags, at, by_proxy)
        return tuple(sorted(shown, key=lambda entry: (entry.asked_at, entry.case)))  # of one moment: as the log has them

    def viewings(self, at: int, by_proxy: bool = False) -> tuple[Viewing, ...]:
        """Who has read something of this person, as it may be shown at ``at``, the earliest first."""
        known = [each for each in self._viewings if each.categories or each.case not in self._reported]
        return viewing.shown(known, self._entries.values(), self._person, self._households, self._flags, at, by_proxy)

    def lines(self, at: int, by_proxy: bool = False) -> tuple[Entry | Viewing, ...]:
        """Everything that the ledger may show at ``at``: what was given, refused, looked for, and what was read, the earliest first."""
        return tuple(sorted((*self.entries(at, by_proxy), *self.viewings(at, by_proxy)), key=lambda each: each.asked_at))

    def read(self, logged: Logged) -> None:
        """Take one record into account."""
        event, key = logged.event, logged.key
        match event:
            case DisclosureRequested():
                self._asking[key] = logged
                self._named(key, *event.persons, *(part.person for part in event.parts))
                self._reported.asked(key, event)
            case DisclosureDecided():
                self._decided(logged)
            case DisclosureReleased():
                self._given(event, logged)
            case ConsentGranted():
                self._named(key, event.person)
                self._reported.answered(key, event.person)
                if event.person == self._person:
                    before = (self._own.get((key, each), _NOBODY) for each in event.supersedes)
                    self._own[key, event.consent] = frozenset((event.consent,)).union(*before)
            case ConsentRefused():
                self._named(key, event.person)
                self._reported.answered(key, event.person)
            case PersonsNoted():
                self._named(key, *event.persons)
                self._reported.noted(key, event)
            case ProtectionFlagSet() | ProtectionFlagCleared():
                self._flags = flagged(self._flags, event, logged.at)
            case StopNoticeIssued():
                self._stops(event.recipient, event.consent, logged)
            case UseExpired():
                self._stops(event.holder, event.notice, logged)
            case UseStopRequested(person=self._person):
                self._stopping.add(key)
            case StopNoticeAnswered():
                self._answered(event, logged)
            case PersonalDataRead():
                found = viewing.of_person(self._person, key, logged.at, event)
                self._viewings += [] if found is None else [found]
            case _:
                self._noted(logged)

    def _named(self, key: str, *persons: str) -> None:
        self._households[key] = self._households.get(key, _NOBODY).union(person for person in persons if person)

    def _decided(self, logged: Logged) -> None:
        verdict, asked = logged.event, self._asking.pop(logged.key, None)
        request = asked.event if asked is not None else self._requests.get(verdict.request_id)
        if request is None:
            return
        if self._concerns(request, verdict, logged.key) or not (request.parts or request.persons):  # that may rest on a consent yet
            self._requests[verdict.request_id] = request
        if not self._concerns(request, verdict, logged.key):
            return
        known = self._entries.get(verdict.request_id)
        if known is not None and known.given_at is not None:
            return  # it has gone; what else goes, its own receipt says
        if known is not None and known.outcome in GIVEN:
            self._voided[verdict.request_id] = known
        self._entries[verdict.request_id] = self._entry(request, verdict, logged, known.asked_at if known else logged.at)

    def _concerns(self, request: DisclosureRequested, verdict: DisclosureDecided, key: str) -> bool:
        """It is about this person: a part, the body, a consent of this person; or somebody has looked for anything about the household."""
        looked_up = bool(request.wanted) and self._person in self._households.get(key, ()) and key not in self._reported
        rests = any((key, consent) in self._own for consent in verdict.consents)
        return bool(self._mine(request.parts)) or self._person in request.persons or looked_up or rests

    def _mine(self, parts: tuple[PartCode, ...]) -> list[DataCategory]:
        return own(parts, self._person)

    def _entry(self, request: DisclosureRequested, verdict: DisclosureDecided, logged: Logged, asked_at: int) -> Entry:
        withheld = [(part.category, part.reason) for part in verdict.withheld if part.person == self._person and part.category is not DataCategory.REPORTER]
        alone = {self._person} >= {*request.persons, *(part.person for part in request.parts)} and not tells_who(request)
        if request.wanted:
            withheld = [(category, reason) for category in request.wanted for reason in verdict.reasons[:1]]
        reasons = verdict.reasons if alone else [reason for _, reason in withheld]
        outcome = own_outcome(verdict.outcome, bool(self._mine(verdict.released)), bool(withheld))
        given = outcome in GIVEN
        return Entry(
            case=logged.key, request=verdict.request_id, asked_at=asked_at, at=verdict.at, event_type=request.event_type,
            event_id=request.event_id, giver="" if request.wanted else request.agency, recipient=request.recipient, purpose=request.purpose, basis=verdict.basis if given else Basis.NONE, claimed=request.basis, rule=verdict.rule,
            outcome=outcome, categories=tuple(self._mine(verdict.released)), withheld=tuple(withheld), reasons=tuple(dict.fromkeys(reasons)),
            consents=tuple([consent for consent in verdict.consents if (logged.key, consent) in self._own]),
            appears_at=appears(request, verdict, self._packs.get(verdict.policy)), reported=reports(request),
        )

    def _given(self, receipt: DisclosureReleased, logged: Logged) -> None:
        """It has arrived, whatever was decided since: what was opened is what was given. Where nothing of this person's was, it says so."""
        entry, request = self._entries.get(receipt.request_id), self._requests.get(receipt.request_id)
        if entry is None or entry.case != logged.key or request is not None and kept_back(request, receipt):
            return
        gone, mine = entry if entry.outcome in GIVEN else self._voided.get(receipt.request_id), self._mine(receipt.released)
        if gone is not None and (mine or gone is entry or gone.at == receipt.decided_at):
            own = [consent for consent in receipt.consents if (logged.key, consent) in self._own]
            self._entries[receipt.request_id] = received(gone, logged.at, receipt.basis, mine, own)

    def _stops(self, recipient: str, notice: str, logged: Logged) -> None:
        for request, entry in self._entries.items():
            if entry.given_at is not None and entry.recipient == recipient and self._about(notice, entry, logged):
                self._entries[request] = entry.changed(stop=entry.stop if isinstance(logged.event, UseExpired) and entry.stop else Stop(at=logged.at))

    def _about(self, notice: str, entry: Entry, logged: Logged) -> bool:
        """By the number of a consent, or of a release that rested on none: that is this person's matter at the end of its time, or on the own request."""
        if entry.case != logged.key:
            return False
        if notice == number(entry.request):
            return entry.stop is not None or isinstance(logged.event, UseExpired) or logged.key in self._stopping
        return not self._own.get((entry.case, notice), _NOBODY).isdisjoint(entry.consents)

    def _answered(self, event: StopNoticeAnswered, logged: Logged) -> None:
        for request, entry in self._entries.items():
            if entry.stop is not None and entry.recipient == logged.agency and self._about(event.consent, entry, logged):
                self._entries[request] = entry.changed(stop=entry.stop.after(event, logged.at))

    def _noted(self, logged: Logged) -> None:
        """What else was said of one request: acknowledged, recalled, when the person is told."""
        event: Any = logged.event
        entry = self._entries.get(getattr(event, "request_id", ""))
        if entry is None or entry.case != logged.key:
            return
        changes: dict[str, Any] = {}
        match event:
            case DisclosureAcknowledged():
                changes = {"acknowledged_at": logged.at}
            case RecallRequested():
                changes = {"recalled_at": logged.at, "recall": event.reason}
            case PersonTellingDelayed():
                changes = {"appears_at": start_of(event.until.toordinal())}
            case PersonTold():
                changes = {"appears_at": min(entry.appears_at, logged.at)}
        self._entries[entry.request] = entry.changed(**changes)
