"""Serving: what is done before the first reader comes, so that none waits for it."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel import log
from kernel.settings import Settings
from services.reporting.api import serving
from services.reporting.api.database import KEPT_CONNECTIONS
from services.reporting.api.desk import PersonLedger
from tests.services.reporting.api_town import Town


@pytest.fixture
def as_before() -> Iterator[None]:
    """What a process sets for itself alone is set back afterwards."""
    thresholds, handler = gc.get_threshold(), signal.getsignal(signal.SIGTERM)
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    signal.signal(signal.SIGTERM, handler)


async def nobody(person: str, proxy: bool) -> PersonLedger:
    """Nobody has a ledger here."""
    return PersonLedger((), ())


def test_no_reader_waits_for_a_look_through_all_that_is_loaded(as_before: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Looking for garbage in everything takes longer than an answer may (50 ms) and stops all readers: what is there at the start is never looked at again."""
    served: list[tuple[int, int]] = []
    monkeypatch.setattr(log, "configure", lambda name: None)
    monkeypatch.setattr(serving.uvicorn.Server, "run", lambda self: served.append((gc.get_freeze_count(), len(gc.get_objects()))))

    serving.run(Settings(
        home=tmp_path, municipality="990019", partitions=1, agency_partitions=1, bootstrap="127.0.0.1:1", security_protocol="PLAINTEXT",
        database_host="127.0.0.1", database_port=1, policy="", schema_window="127.0.0.1:2", http_ports={"api": 3},
    ), nobody)

    (frozen, looked_at), = served
    assert frozen > 10 * looked_at


@pytest.mark.live
async def test_connections_are_open_before_anybody_asks_and_stay_open(town: Town):
    """The first questions of a connection take longest: nobody is to wait for one because nobody has asked for a while."""
    pool = town.desk.database._pool

    assert KEPT_CONNECTIONS == pool.get_size() == pool.get_idle_size()
    await town.rows("/v1/timeline", "elder")
    assert KEPT_CONNECTIONS == pool.get_size()
    assert not any(holder._inactive_callback for holder in pool._holders)
