"""Leniency: one record whose header name is no UTF-8 must not stop the reader of everybody's outboxes.

Kafka's brokers take such a record; aiokafka's parser raises on it, for ever, at the same place. Where strangers may write, batches are
read with a parser that puts U+FFFD for what it cannot decode, so that the record reaches whoever refuses it.
"""

from __future__ import annotations

from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

REPLACED = "\ufffd"
"""Stands in a header's name for bytes that are no UTF-8."""
_MAGIC_V2 = 2


class LenientRecords:
    """The batches of one fetch. Each is read by the fast parser first and, only if that cannot decode it, by the lenient one."""

    def __init__(self, data: bytes) -> None:
        self._records = _MemoryRecordsPy(data)

    def size_in_bytes(self) -> int:
        """Bytes of the whole fetch."""
        return self._records.size_in_bytes()

    def has_next(self) -> bool:
        """Whether another batch follows."""
        return self._records.has_next()

    def next_batch(self) -> Any:
        """The next batch, or None."""
        raw = self._records._next_slice
        batch = self._records.next_batch()
        if raw is None or raw[_MemoryRecordsPy.MAGIC_OFFSET] < _MAGIC_V2:
            return batch  # brokers of our version store no older format
        return _Batch(batch, raw)


class _Batch:
    """A batch of either parser; everything but reading its records is the fast one's."""

    def __init__(self, fast: Any, raw: memoryview) -> None:
        self._fast, self._raw = fast, raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._fast, name)

    def __iter__(self) -> Any:
        try:
            return iter(list(self._fast))
        except UnicodeDecodeError:
            return iter(_LenientBatch(self._raw))


class _LenientBatch(_DefaultRecordBatchPy):
    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _LenientBytes(self._buffer)


class _LenientBytes(bytearray):
    """Bytes whose slices decode without raising."""

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return _LenientBytes(found) if isinstance(index, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        return super().decode(encoding, errors)


def install() -> None:
    """Use the lenient parser for every consumer of this process."""
    fetcher.MemoryRecords = LenientRecords
