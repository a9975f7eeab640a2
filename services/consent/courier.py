"""The courier (配達): reads ``consent.log`` and writes the agencies' inboxes; opens only the sealed parts that a durable verdict releases.

It decides nothing. What it delivers has ids derived from the verdict, so that doing it twice is harmless to a reader that drops by id
(consent.md rules 22-24). A verdict reaches the function that asked before the event reaches the recipient, so that whatever the
recipient answers finds the function informed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from contracts.consent import (
    BreachDutiesOpened,
    ConfirmationAwaited,
    ConfirmationNoted,
    ConsentLapsed,
    DisclosureDecided,
    EmergencyUseFrequent,
    ReviewOpened,
    StopNoticeIssued,
    UseExpired,
)
from contracts.envelope import MessageRefused
from contracts.shared import FunctionName
from kernel import serde
from kernel.clients import ALONE_S
from kernel.place import Place
from kernel.records import REQUEST, TP, Outgoing, Record, parse_position, position
from kernel.sealing import Erased, Key
from kernel.timings import Timing
from services.consent.deliveries import NAME, Deliveries, Fact, Logged, fact_of, released_parts
from services.consent.domain.model import GIVEN
from services.consent.fence import Fence

__all__ = ["NAME", "TOLD", "Courier"]

TOLD = (StopNoticeIssued, ReviewOpened, ConfirmationAwaited, ConfirmationNoted, ConsentLapsed, UseExpired, EmergencyUseFrequent, BreachDutiesOpened)
"""What the gate itself records for one agency, which gets it as it stands."""
_MANY = 50
"""Where fewer records come, nothing waits behind them."""


class Keys(Protocol):
    """What the courier needs of ``kernel.keyring``: keys by id, nothing that makes or destroys them."""

    async def for_opening(self, key_ids: Iterable[str]) -> Mapping[str, Key | Erased]:
        """The keys with these ids. Raises Unavailable when the store does not answer or a key is lost."""


class Courier:
    """The handler of the courier. See ``kernel.records.Handler`` for the contract of its methods."""

    def __init__(self, place: Place, keys: Keys, agency_partitions: int, notices: Timing | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """``notices``: takes how long a stop notice took from what caused it until it was delivered; ``clock``: seconds, as ``Outgoing.until``."""
        self._place, self._keys, self._clock, self._deliveries = place, keys, clock, Deliveries(place, agency_partitions)
        self._first: list[Record] = []
        self._given: set[str] = set()
        """Verdicts that this batch carries out, or, where it is handled again, may have."""
        self._fence = Fence(place.reader, place.routes.topics.log("consent"), place.meter)
        self._notice_timing = notices
        self._notices: list[int] = []

    async def assigned(self, partitions: Collection[TP]) -> None:
        """Learn what is still to be released. Raises Unavailable."""
        await self._fence.open(place.partition for place in partitions)

    async def revoked(self, partitions: Collection[TP]) -> None:
        """Whoever comes next reads it anew."""
        self._fence.close({place.partition for place in partitions})
        self._given.clear()

    def settled(self) -> None:
        """What was urgent is sent, and stop notices are delivered."""
        self._fence.sent(self._first)
        self._first = []
        self._given.clear()
        if self._notice_timing and self._notices:
            self._notice_timing.observe_ages(time.time(), self._notices)

    def at_once(self, records: Sequence[Record]) -> list[Outgoing]:
        """Every verdict, codes only, to the function that asked: before anything of it reaches an agency. The gate knows its own."""
        return [self._deliveries.to_function(fact) for record in records if _asked_by_another((fact := fact_of(record)).event)]

    async def handle(self, records: Sequence[Record]) -> list[Outgoing]:
        """What one batch of the gate's log gives to agencies. Raises Unavailable, or IntegrityError where a position names another event."""
        await self._fence.take(records)
        self._first = await self._urgent(records)
        first = [fact_of(record) for record in self._first]
        facts = [*first, *[fact_of(record) for record in records]]
        self._notices = [fact.envelope.recorded_time for fact in facts if isinstance(fact.event, StopNoticeIssued)]
        releasing = [fact for fact in facts if self._stands(fact)]
        logged = await self._released_events(releasing)
        keys = await self._keys.for_opening({part.key_id for fact in releasing for part in released_parts(fact, logged[self._position(fact)])})
        ready = {fact.envelope.id: [*self._deliveries.release(fact, logged[self._position(fact)], keys)] for fact in releasing}
        until = self._clock() + ALONE_S
        await self._fence.read_on({fact.record.partition for fact in releasing})  # last: whatever takes long before it leaves time for a withdrawal
        for copy in (out for outs in ready.values() for out in outs if out.stage == REQUEST):
            copy.until = until  # a courier that slept sends nothing behind a stop notice of the one who took its place
        given = [*self.at_once(self._first), *[out for fact in facts for out in self._deliver(fact, ready)]]
        self._given |= ready.keys()
        return given

    async def _urgent(self, records: Sequence[Record]) -> list[Record]:
        """Verdicts on danger (V, L) further on in the log: behind a backlog of releases they would come too late.

        What is sent ahead comes again in its turn, under the same ids, unless its receipt was there before.
        """
        if len(records) < _MANY:
            return []
        numbers = {record.partition for record in records}
        await self._fence.read_on(numbers)
        return self._fence.urgent(numbers)

    async def _released_events(self, releasing: Iterable[Fact]) -> dict[str, Logged]:
        """The logged events that the verdicts release, by position."""
        wanted = {parse_position(self._position(fact)) for fact in releasing}
        found = await self._place.reader.fetch(wanted) if wanted else {}
        return {position(*place): Logged(record, serde.decode(record.value)) for place, record in found.items()}

    def _deliver(self, fact: Fact, ready: Mapping[str, list[Outgoing]]) -> list[Outgoing]:
        match fact.event:
            case DisclosureDecided() as verdict:
                told = self._notice(fact, verdict.agency)  # where time has passed, nobody has asked
                if self._stands(fact):
                    return [*told, *ready[fact.envelope.id]]
                doubtful = verdict.outcome in GIVEN and (self._fence.doubtful(fact.record) or fact.envelope.id in self._given)
                return [*told, self._deliveries.receipt(fact, verdict.released)] if doubtful else told  # rather a needless stop notice than none
            case MessageRefused(agency=agency) if agency:
                return self._notice(fact, agency)
            case _ if isinstance(fact.event, TOLD):
                return self._notice(fact, fact.event.recipient)
            case _:
                return []

    def _stands(self, fact: Fact) -> bool:
        """Whether it is a verdict that is still to be carried out, as far as the fence has read."""
        event = fact.event
        if not isinstance(event, DisclosureDecided) or self._fence.gone(fact.record, event.recipient):
            return False
        return self._fence.stands(fact.record.partition, event.request_id, fact.envelope.id)

    def _position(self, fact: Fact) -> str:
        """Where the event that a verdict is about lies; one of the gate's own lies in the log that is read."""
        verdict = fact.event
        return verdict.position or self._fence.position_of(fact.record.partition, verdict.event_id)

    def _notice(self, fact: Fact, agency: str) -> list[Outgoing]:
        """An event of the gate's own log, which never holds personal data, to one agency; to nobody where it is registered no more."""
        if not agency or self._fence.gone(fact.record, agency):
            return []
        return [self._deliveries.to_agency(fact, agency)]

def _asked_by_another(event: Any) -> bool:
    return isinstance(event, DisclosureDecided) and event.function is not FunctionName.CONSENT
