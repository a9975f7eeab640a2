"""A header whose name is no UTF-8: the fast parser gives up on it, the lenient one does not."""

from __future__ import annotations

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from kernel.leniency import REPLACED, LenientRecords

NAME = b"ce_xxxx"


def fetched(compression: int, broken: bytes) -> bytes:
    """Two records in one batch as a broker would give them; the header name of the first is replaced by ``broken`` bytes."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=compression, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1, batch_size=10_000,
    )
    builder.append(0, 1, b"key", b"first", [(NAME.decode(), b"value"), ("ce_id", b"1")])
    builder.append(1, 1, b"key", b"second", [("ce_id", b"2")])
    return bytes(builder.build()).replace(NAME, broken)


def read(records: object) -> list[tuple[bytes, list[tuple[str, bytes]]]]:
    """Value and headers of every record."""
    found = []
    while records.has_next():
        found.extend((record.value, list(record.headers)) for record in records.next_batch())
    return found


def test_well_formed_batches_are_read_as_before():
    """The fast parser answers where it can."""
    assert read(MemoryRecords(fetched(0, NAME))) == read(LenientRecords(fetched(0, NAME)))


def test_a_name_that_is_no_utf8_reaches_whoever_refuses_it():
    """The neighbour in the same batch is read too."""
    with pytest.raises(UnicodeDecodeError):
        read(MemoryRecords(fetched(0, b"\xff\xfe_xxxx")))

    (first, headers), (second, _) = read(LenientRecords(fetched(0, b"\xff\xfe_xxxx")))

    assert (b"first", b"second") == (first, second)
    assert [(REPLACED * 2 + "_xxxx", b"value"), ("ce_id", b"1")] == headers


def test_the_batch_keeps_its_own_attributes():
    """Checksum and offsets come from the fast parser."""
    batch = LenientRecords(fetched(0, NAME)).next_batch()

    assert (True, 2, False) == (batch.validate_crc(), batch.next_offset, batch.is_control_batch)
