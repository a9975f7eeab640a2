"""Clients: what is set up once for every consumer and producer."""

from __future__ import annotations

import inspect

from aiokafka.consumer.fetcher import Fetcher

from kernel.clients import BUSY_BYTES, BUSY_WAIT_MS, FETCH_WAIT_MS, GATHER_MS, Clients, gather


async def test_the_broker_gathers_while_much_comes_and_answers_at_once_otherwise():
    """Both settings are read anew by aiokafka for each fetch; a new version that does not must not go unnoticed."""
    consumer = Clients("127.0.0.1:1", "PLAINTEXT", "reader", "").reader("reader")
    consumer._fetcher = Fetcher.__new__(Fetcher)  # made when the consumer connects

    gather(consumer, much=True)
    assert (BUSY_BYTES, BUSY_WAIT_MS) == (consumer._fetcher._fetch_min_bytes, consumer._fetcher._fetch_max_wait_ms)
    gather(consumer, much=False)
    assert (1, FETCH_WAIT_MS) == (consumer._fetcher._fetch_min_bytes, consumer._fetcher._fetch_max_wait_ms)
    consumer._fetcher = None
    await consumer.stop()

    asked = inspect.getsource(Fetcher._get_actions_per_node)
    assert "self._fetch_min_bytes" in asked and "self._fetch_max_wait_ms" in asked


async def test_what_is_gathered_for_a_follower_comes_within_half_of_what_is_promised_for_its_rows():
    """A record's row is promised after 500 ms (p99): the other half is for writing it, and for a busy machine."""
    consumer = Clients("127.0.0.1:1", "PLAINTEXT", "reader", "").follower("follower")

    assert consumer._fetch_max_wait_ms == GATHER_MS <= 500 / 2
    await consumer.stop()
