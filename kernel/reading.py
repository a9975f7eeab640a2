"""Reading rule (読みの規則), of every reader of a log: of functions, of the courier's fence, of whoever decides again or tells what was decided.

An answer, the events of one message side by side, counts when its first ``seq`` is new to its key and so is its cause. What was seen already (a
zombie's late append, a repeated send) is passed over, the whole answer where it begins too late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kernel import envelope
from kernel.causes import cause_of
from kernel.failures import PoisonError
from kernel.records import Record


class Passed:
    """The answer that was passed over last: with its first event, all that follow in it count for nothing."""

    __slots__ = ("_answer", "_first", "next")

    def __init__(self) -> None:
        self._answer: tuple[str, Any] = ("", None)
        self._first: bytes | None = b""
        self.next = -1
        """Where it would go on; of what lies elsewhere only that counts for nothing which comes too late."""

    def over(self, record: Record, key: str, cause: Any, late: bool) -> bool:
        """Whether a record is passed over: it comes too late, or goes on in an answer that did."""
        if not late and not self._goes_on(record, key, cause):
            return False
        if not self._goes_on(record, key, cause):
            self._answer, self._first = (key, cause), envelope.header(record.headers, "ce_id")
        self.next = record.offset + 1
        return True

    def _goes_on(self, record: Record, key: str, cause: Any) -> bool:
        """One that has its first id again begins another answer to the same message."""
        beside = record.offset == self.next and self._answer == (key, cause)
        return beside and envelope.header(record.headers, "ce_id") != self._first


class _Key:
    """Of one key: its last ``seq``, the hash of its cause, where it lies; and the hashes of all causes."""

    __slots__ = ("cause", "causes", "offset", "seq")

    def __init__(self) -> None:
        self.seq, self.cause, self.offset = 0, 0, -1
        self.causes: set[int] = set()


class Reading:
    """One partition of a log, for readers that do not keep what each message was answered: which of its records count.

    Of each key the last ``seq``, its cause and where it lies, and the causes seen (their hashes).
    """

    __slots__ = ("_keys", "_passed")

    def __init__(self) -> None:
        self._keys: dict[str, _Key] = {}
        self._passed = Passed()

    def counts(self, record: Record) -> bool:
        """Take the next record of the partition into account; whether it counts. What cannot be read is left to whoever reads it."""
        try:
            key, seq, source, identity, _ = envelope.origin(record.key, record.headers)
        except PoisonError:
            return True
        return self.takes(record, key, seq, cause_of(source, identity))

    def takes(self, record: Record, key: str, seq: int, cause: Any) -> bool:
        """The same, of a record whose headers were read already."""
        entry, hashed, offset = self._keys.get(key), hash(cause), record.offset
        if entry is None:
            entry = self._keys[key] = _Key()
        late = seq <= entry.seq or (hashed in entry.causes and (entry.cause != hashed or entry.offset + 1 != offset))
        if (late or offset == self._passed.next) and self._passed.over(record, key, cause, late):
            return False
        entry.seq, entry.cause, entry.offset = seq, hashed, offset
        entry.causes.add(hashed)
        return True


def counting(records: Iterable[Record]) -> Iterator[Record]:
    """Those of the records of one partition, in order, that count."""
    reading = Reading()
    return (record for record in records if reading.counts(record))
