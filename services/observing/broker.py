"""The broker, looked at through the observer's account: it may ask where groups are and where partitions end, and cannot open a record.

One look is a handful of questions, each for everything at once, however many agencies and partitions there are; it ends within ``LOOK_S``, whatever
the broker does, and tells what it had found out by then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from aiokafka.errors import BrokerResponseError, KafkaError, RequestTimedOutError

from kernel.clients import clients
from kernel.settings import Settings
from kernel.topics import Topics
from services.observing.domain.lag import PartitionLag, Place, Seen, to_ask
from services.observing.domain.search import Search, search
from services.observing.questions import EARLIEST, LATEST, NOBODY, TP, Partition, Questions
from services.observing.reads import GROUPS, Reads, group, places

ACCOUNT = "observer"
LOOK_S, ANSWER_S = 6.0, 3.0
"""A look ends after so long, and an answer comes after so long, or it is not waited for."""
_STEPS = 16
"""So many questions at most enclose the time of a record: the first eight reach back beyond the oldest that there is."""
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Look:
    """What one look at the broker has found."""

    up: bool = False
    under_replicated: int = 0
    seen: dict[Place, Seen] = field(default_factory=dict)
    since: dict[Place, int] = field(default_factory=dict)
    """When the records were written that wait, as far as it was asked; ms UTC."""
    members: dict[tuple[str, str], int] = field(default_factory=dict)
    whole: bool = False
    """Whether every partition was seen that a worker reads: what is told of it is of this moment."""


class Broker:
    """The observer's account at the broker. A client that was not answered once is not asked again: with a new one there is no guessing what it waits for,
    and the password is read anew."""

    def __init__(self, settings: Settings, connect: Callable[[], Questions] | None = None) -> None:
        """``connect``: makes a client that is not connected; None: one of the observer's account. Raises SettingsMissing."""
        self._topics, self._settings = Topics(settings.municipality), settings
        self._connect = connect or self._client
        settings.credential(ACCOUNT)
        self._questions: Questions | None = None

    def _client(self) -> Questions:
        return Questions(clients(self._settings, ACCOUNT), ACCOUNT)

    async def look(self, before: Mapping[Place, PartitionLag], elsewhere: Mapping[Place, int], clock: Callable[[], float] = time.time) -> Look:
        """Look at every worker. ``elsewhere``: where those stand that have no group; ``before``: what was known. Takes ``LOOK_S`` at most."""
        look, lost = Look(), True
        try:
            async with asyncio.timeout(LOOK_S):
                questions = self._questions or await self._connected()
                lost = await _Looking(questions, self._topics, look).at_all(before, elsewhere, int(clock() * 1000))
        except (TimeoutError, KafkaError):
            pass  # what is not seen is not told
        if lost:
            await self.close()
        return look

    async def _connected(self) -> Questions:
        self._questions = self._connect()
        await self._questions.connect()
        return self._questions

    async def close(self) -> None:
        """Let go of the client; the next look takes another."""
        questions, self._questions = self._questions, None
        if questions is not None:
            try:
                async with asyncio.timeout(ANSWER_S):
                    await questions.close()
            except (TimeoutError, KafkaError):
                pass  # it is let go of


class _Looking:
    """One look by one client."""

    def __init__(self, questions: Questions, topics: Topics, look: Look) -> None:
        self._questions, self._topics, self._look = questions, topics, look
        self._there: dict[str, dict[int, Partition]] = {}
        self._lost = False

    async def at_all(self, before: Mapping[Place, PartitionLag], elsewhere: Mapping[Place, int], now: int) -> bool:
        """Fill in the look; whether an answer was missed. Raises TimeoutError, KafkaError."""
        async with asyncio.timeout(ANSWER_S):
            self._there = await self._questions.topics()
        look, parts = self._look, [each for numbers in self._there.values() for each in numbers.values()]
        look.up, look.under_replicated = True, sum(not each.in_sync for each in parts)
        committed = await self._groups() | {place: at for place, at in elsewhere.items() if place.partition in self._there.get(place.topic, ())}
        asked = {(place.topic, place.partition) for place in committed}
        ends, starts = [await self._offsets(dict.fromkeys(asked, moment)) for moment in (LATEST, EARLIEST)]
        for place, at in committed.items():
            tp = (place.topic, place.partition)
            if tp in ends and tp in starts:
                look.seen[place] = Seen(starts[tp][0], ends[tp][0], at)
        wanted = {place for reads in GROUPS for place in places(self._topics, reads, self._there)}
        look.whole = bool(wanted) and wanted <= look.seen.keys()
        await self._search(to_ask(before, look.seen), now)
        return self._lost

    async def _groups(self) -> dict[Place, int]:
        """Where each worker will read on in each partition that it reads; -1 where it has never said."""
        found: dict[Place, int] = {}
        for each in await asyncio.gather(*[self._group(reads) for reads in GROUPS]):
            found |= each
        return found

    async def _group(self, reads: Reads) -> dict[Place, int]:
        name = group(self._topics, reads)
        coordinator = await self._answer(self._questions.coordinator(name))
        if coordinator is None:
            return {}
        said = await self._answer(self._questions.committed(coordinator, name))
        members = await self._answer(self._questions.members(coordinator, name))
        if members is not None:
            self._look.members[reads.service, reads.worker] = members
        if said is None:
            return {}
        return {place: max(said.get((place.topic, place.partition), -1), -1) for place in places(self._topics, reads, self._there)}

    async def _search(self, wanted: Mapping[Place, int], now: int) -> None:
        """Since when the records wait. The searches of all go on side by side, one question of each at a time; what was found stays when time is up."""
        open_ = {((place.topic, place.partition), offset): search(offset, now) for place, offset in wanted.items()}
        for _ in range(_STEPS):
            for asked in _by_turns({name: each for name, each in open_.items() if not each.done}):
                answers = await self._offsets({tp: each.question() for (tp, _), each in asked.items()})
                for (tp, offset), each in asked.items():
                    if tp in answers:
                        at, when = answers[tp]
                        open_[tp, offset] = each.answered(each.question(), at if at >= 0 else None, when)
            self._note(wanted, open_)
            if all(each.done for each in open_.values()):
                return

    def _note(self, wanted: Mapping[Place, int], found: Mapping[tuple[TP, int], Search]) -> None:
        for place, offset in wanted.items():
            low = found[(place.topic, place.partition), offset].low
            if low is not None:
                self._look.since[place] = low

    async def _offsets(self, wanted: Mapping[TP, int]) -> dict[TP, tuple[int, int]]:
        """Offset and time that each partition's leader gives for it; partitions that have no leader now are left out."""
        by_leader: dict[int, dict[TP, int]] = {}
        for tp, moment in wanted.items():
            by_leader.setdefault(self._there[tp[0]][tp[1]].leader, {})[tp] = moment
        asked = [self._answer(self._questions.offsets(leader, each)) for leader, each in by_leader.items() if leader != NOBODY]
        return {tp: each for answer in await asyncio.gather(*asked) for tp, each in (answer or {}).items()}

    async def _answer(self, question: Awaitable[Answer]) -> Answer | None:
        """What was answered; None where it was refused, or comes too late: then whatever this client is asked may be."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return await question
        except (TimeoutError, KafkaError) as error:
            said = isinstance(error, BrokerResponseError) and not isinstance(error, RequestTimedOutError)
            self._lost = self._lost or not said
            return None


def _by_turns(searches: Mapping[tuple[TP, int], Search]) -> Iterator[dict[tuple[TP, int], Search]]:
    """Groups in which each partition comes once: the broker takes one question for each at a time."""
    left = dict(searches)
    while left:
        turn: dict[TP, tuple[TP, int]] = {}
        for name in left:
            turn.setdefault(name[0], name)
        yield {name: left.pop(name) for name in list(turn.values())}
