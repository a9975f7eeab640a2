"""The partitioner agrees with Kafka's Java client and with librdkafka."""

from __future__ import annotations

import pytest
from aiokafka.partitioner import murmur2 as peer
from hypothesis import given
from hypothesis import strategies as st

from kernel.partitioner import murmur2, partition_of


@pytest.mark.parametrize(("key", "expected"), [
    (b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536),
    (b"a-little-bit-longer-string", -1486304829), (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971), (b"abc", 479470107),
])
def test_the_hash_is_that_of_kafkas_own_tests(key: bytes, expected: int):
    """Vectors of org.apache.kafka.common.utils.UtilsTest."""
    assert expected % 2**32 == murmur2(key)


@given(st.binary(max_size=200), st.integers(1, 100))
def test_any_key_lands_where_a_stock_client_puts_it(key: bytes, partitions: int):
    """A record of any client of any language lands where ours does."""
    assert (peer(key) & 0x7FFFFFFF) % partitions == partition_of(key, partitions)
