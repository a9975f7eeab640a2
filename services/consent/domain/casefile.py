"""The case file (事例簿): everything that the gate knows of one case, folded from its own log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from sys import intern
from typing import Any

from contracts.consent import ConsentRefused, DisclosureDecided
from contracts.coordination import InformationRequestedInConference, SegmentNoted
from contracts.envelope import DisclosureRequested, PersonsNoted
from contracts.record import Record
from contracts.shared import DataCategory, Outcome
from kernel.days import ordinal_in_japan, start_of
from kernel.deadlines import Watched
from kernel.reporters import after
from services.consent.domain import uses
from services.consent.domain.aftercare import Aftercare
from services.consent.domain.lifecycle import Standing
from services.consent.domain.model import GIVEN, NEVER, NONE, Awaited, Consent, Delivery, Excluded, Hold, LeftOut, Refusal, Segment
from services.consent.domain.reasons import Reason
from services.consent.domain.rights import Claim

_VOIDED = 100
"""Voided verdicts that a case remembers until their receipts come, the last ones."""


class CaseFile(Record, frozen=True, kw_only=True):
    """The gate's state of one case."""

    consents: dict[str, tuple[Consent, ...]] = {}
    """By person."""
    named: dict[tuple[str, str], tuple[Consent, ...]] = {}
    """Those that may support something, by person and recipient: the only ones that a decision has to test."""
    taken_back: frozenset[tuple[str, str]] = frozenset()
    """Person and recipient of every consent that was withdrawn or replaced."""
    refusals: dict[str, tuple[Refusal, ...]] = {}
    """By person."""
    lifted: dict[str, tuple[Refusal, ...]] = {}
    """Refusals that a consent has lifted, by that consent: they stand again where it never was one."""
    awaited: dict[str, Awaited] = {}
    """Consents that wait for somebody else's confirmation."""
    excluded: dict[str, Excluded] = {}
    """What any consent of a person leaves out, withdrawn and past ones too, by person (rule 11)."""
    keep_until: dict[str, date] = {}
    """How long the recipient may keep what it gets on a consent, where the consent says so."""
    segments: dict[str, Segment] = {}
    holds: dict[str, Hold] = {}
    """By request id."""
    deliveries: dict[str, Delivery] = {}
    """By request id."""
    voided: tuple[Delivery, ...] = ()
    """Verdicts that another has replaced before anything was known of their delivery: they may have been carried out all the same."""
    releases: dict[tuple[str, str], frozenset[DataCategory]] = {}
    """Which categories each recipient has received on each consent: whom to tell of its end, and what of (consent.md rule 27)."""
    persons: frozenset[str] = frozenset()
    reporters: frozenset[str] = frozenset()
    """Those of them who are named only because they have reported something: a flag covers them too."""
    agencies: frozenset[str] = frozenset()
    """Who has a part in the case."""
    dead: frozenset[str] = frozenset()
    """Who has died, as far as this case was told; the town's own list is the registry's."""
    asking: DisclosureRequested | None = None
    """The request recorded last: its verdict follows it in the log."""
    standing: Standing = Standing()
    aftercare: Aftercare = Aftercare()
    rights: dict[str, Claim] = {}
    """What persons have asked for as their right, by request."""
    watched: Watched = {}
    """What has to be done by when."""

    def consent(self, identity: str) -> Consent | None:
        """The consent with this id, whatever its state."""
        for listed in self.consents.values():
            for consent in listed:
                if consent.id == identity:
                    return consent
        return None

    def line(self, identity: str) -> Iterator[Consent]:
        """A consent and those that have replaced it, one after the other."""
        consent = self.consent(identity)
        while consent is not None:
            yield consent
            consent = self.consent(consent.successor)

    def knows(self, identity: str) -> bool:
        """Whether a consent or a refusal has this id."""
        return self.consent(identity) is not None or identity in [refusal.id for listed in self.refusals.values() for refusal in listed]

    def of(self, person: str, identity: str) -> bool:
        """Whether a consent or a refusal of this person has this id."""
        consent = self.consent(identity)
        return any(refusal.id == identity for refusal in self.refusals.get(person, ())) or (consent is not None and consent.person == person)

    def received_from(self, person: str, agency: str) -> frozenset[DataCategory]:
        """What an agency has received of a person, on any consent or another basis."""
        found = [received for (recipient, consent), received in self.releases.items() if recipient == agency and self.of(person, consent)]
        return frozenset[DataCategory]().union(*found, self.aftercare.received_unconsented(person, agency))

    def givers(self, recipient: str, consent: str) -> list[str]:
        """Who has given this recipient something on this consent, or on one that it has replaced."""
        consents = [each.id for listed in self.consents.values() for each in listed if any(one.id == consent for one in self.line(each.id))]
        return self.aftercare.givers(recipient, consents or (consent,))

    def asked(self, request: DisclosureRequested) -> CaseFile:
        """After a request was recorded."""
        return self.changed(asking=request.changed(agency=intern(request.agency), recipient=intern(request.recipient)))

    def household(self) -> tuple[str, ...]:
        """Whose answer counts where a request names nobody, sorted: everybody known but whoever has only reported something and never answered."""
        return tuple(sorted(self.persons - self.reporters.difference(self.consents, self.refusals)))

    def named_persons(self, event: PersonsNoted) -> CaseFile:
        """After persons were named in the case."""
        reporters = after(self.persons, self.reporters, (event.persons, event.reporters))
        return self.changed(persons=self.persons.union(event.persons), reporters=reporters)

    def decided(self, verdict: DisclosureDecided) -> CaseFile:
        """After a verdict, the only one that counts for its request: what is held waits, what is released is under way."""
        request = self._request(verdict.request_id)
        holds = {identity: hold for identity, hold in self.holds.items() if identity != verdict.request_id}
        deliveries, replaced = {identity: each for identity, each in self.deliveries.items() if identity != verdict.request_id}, self.deliveries.get(verdict.request_id)
        voided = self.voided if replaced is None else (*self.voided, replaced)[-_VOIDED:]
        if verdict.outcome is Outcome.HOLD:
            holds[verdict.request_id] = Hold(
                request=request, position=verdict.position, at=verdict.at, deadline=verdict.deadline or verdict.at,
                unjudged=Reason.POLICY_UNKNOWN in verdict.reasons, reasons=verdict.reasons,
            )
        elif verdict.outcome in GIVEN:
            deliveries[verdict.request_id] = Delivery(request=request, verdict=verdict)
        return self.changed(holds=holds or NONE, deliveries=deliveries or NONE, voided=voided, asking=None)

    def refused(self, event: ConsentRefused) -> CaseFile:
        """After a refusal."""
        refusal = Refusal(
            id=event.consent, person=event.person, purpose=event.purpose,
            categories=frozenset(event.categories), recipients=frozenset(event.recipients),
        )
        standing = (*self.refusals.get(event.person, ()), refusal)
        return self.changed(
            refusals={**self.refusals, event.person: standing}, persons=self.persons | {event.person},
            standing=self.standing.answered(event.consent),
        )

    def with_consent(self, identity: str, **changes: Any) -> CaseFile:
        """With these changes in one consent."""
        consent = self.consent(identity)
        if consent is None:
            return self
        listed = self.consents[consent.person]
        return self.with_consents(consent.person, tuple(one.changed(**changes) if one.id == identity else one for one in listed))

    def standing_consents(self) -> Iterator[Consent]:
        """Consents that were neither withdrawn nor replaced and are not over, as far as it has been noted; what waits for a confirmation is none yet."""
        return (one for listed in self.consents.values() for one in listed if not one.withdrawn and not one.expired and one.id not in self.awaited)

    def segment_noted(self, event: SegmentNoted) -> CaseFile:
        """After a conference segment was opened or closed; what was asked for in it stays asked for."""
        known = self.segments.get(event.segment)
        segment = Segment(
            id=event.segment, sitting=event.sitting, basis=event.basis, members=frozenset(event.members), open=event.open,
            convener=event.convener, asked=known.asked if known else frozenset(),
        )
        return self.changed(segments={**self.segments, event.segment: segment})

    def items_asked_for(self, event: InformationRequestedInConference) -> CaseFile:
        """After categories were asked for in a conference segment."""
        segment = self.segments.get(event.segment)
        if segment is None:
            return self
        return self.changed(segments={**self.segments, event.segment: segment.changed(asked=segment.asked | frozenset(event.wanted))})

    def opens(self, hold: Hold) -> int:
        """When what waits is looked at again by itself: as the next consent that names the recipient begins or may be used again; at once while unjudged.

        What a protection flag keeps back is looked at again each day: the flag may have had its last one. At its deadline all is.
        """
        if hold.unjudged:
            return hold.at
        persons = {part.person for part in hold.request.parts}.union(hold.request.persons) or self.persons
        days = [day for person in persons for each in self.named.get((person, hold.request.recipient), ()) for day in uses.opens(each, self)]
        if Reason.PROTECTED in hold.reasons:
            days.append(ordinal_in_japan(hold.at) + 1)
        return min((hold.deadline, *(begin for begin in map(start_of, days) if begin > hold.at)))

    def _request(self, identity: str) -> DisclosureRequested:
        known = self.holds.get(identity) or self.deliveries.get(identity)
        request = known.request if known else self.asking
        assert request is not None, "a verdict follows its request in the log"
        return request

    def with_consents(self, person: str, consents: tuple[Consent, ...], **changes: Any) -> CaseFile:
        """With these as all the consents of a person, whatever their state; and with these changes beside."""
        named = {place: listed for place, listed in self.named.items() if place[0] != person}
        active = [each for each in consents if not each.withdrawn and each.barred is None]
        for consent in active:
            for recipient in consent.recipients:
                named[person, recipient] = (*named.get((person, recipient), ()), consent)
        excluded, left_out = self.excluded, [each.exclusions for each in consents if each.exclusions and not each.successor and each.barred not in NEVER]
        if left_out or person in excluded:
            excluded = {**excluded, person: frozenset[LeftOut]().union(*left_out)}
        taken_back = self.taken_back
        if taken_back or len(active) < len(consents):
            ended = {(person, recipient) for one in consents if one.withdrawn for recipient in one.recipients}
            taken_back = frozenset(each for each in taken_back if each[0] != person).union(ended)
        persons = self.persons if person in self.persons else self.persons | {person}
        return self.changed(
            consents={**self.consents, person: consents}, named=named, persons=persons, excluded=excluded, taken_back=taken_back, **changes,
        )
