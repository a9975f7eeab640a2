"""Directory (機関名簿): the agencies of the town, as the registry's log tells of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from contracts.registry import AgencyEnded, AgencyRegistered
from kernel import serde
from kernel.records import LogReader
from services.intake.domain.front_door import Listed

FRESH_S = 1.0
"""For how many seconds what was read counts as current."""
_PARTITION = 0


class Directory(Mapping[str, Listed]):
    """Agency ids, kinds and contracts. Follows the log from its beginning; an agency registered again is as it was registered last.

    One that was ended stays in it, marked: its outbox is still read, and what was recorded may still name it.
    """

    def __init__(self, reader: LogReader, topic: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._reader, self._topic, self._clock = reader, topic, clock
        self._agencies: dict[str, Listed] = {}
        self._next = 0
        self._read_at = float("-inf")

    async def refresh(self) -> None:
        """Read to the present end of the log, unless that was done a moment ago. Raises Unavailable."""
        if self._clock() - self._read_at >= FRESH_S:
            await self.read_on()

    async def read_on(self) -> bool:
        """Read to the present end of the log; whether anything was new. Raises Unavailable."""
        start, at = self._next, self._clock()
        end = await self._reader.end(self._topic, _PARTITION)
        async for records in self._reader.scan(self._topic, _PARTITION, start, end):
            for record in records:
                self._note(serde.decode(record.value))
                self._next = record.offset + 1
        self._read_at = at
        return self._next > start

    def _note(self, event: object) -> None:
        match event:
            case AgencyRegistered(agency=agency):
                self._agencies[agency] = _listed(event)
            case AgencyEnded(agency=agency) if agency in self._agencies:
                self._agencies[agency] = replace(self._agencies[agency], ended=True)

    def __getitem__(self, agency: str) -> Listed:
        return self._agencies[agency]

    def __iter__(self) -> Iterator[str]:
        return iter(self._agencies)

    def __len__(self) -> int:
        return len(self._agencies)


def _listed(fact: AgencyRegistered) -> Listed:
    return Listed(kind=fact.kind, contract_from=fact.contract_from, contract_until=fact.contract_until, ours=fact.ours)
