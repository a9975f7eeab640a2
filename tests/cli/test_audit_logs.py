"""How an auditor's client reads: nothing stays assigned behind a read, for every other question would wait for its long poll."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cli import reading
from cli.audit import logs


class Client:
    """A consumer of one partition with ten records."""

    def __init__(self, options: dict[str, Any] | None = None) -> None:
        self.options, self.assigned, self.position = options or {}, False, 0

    def assign(self, places: list[Any]) -> None:
        """From one offset."""
        self.assigned, self.position = True, places[0].offset

    def unassign(self) -> None:
        """Nothing is read any more."""
        self.assigned = False

    def consume(self, count: int, timeout: float) -> list[Any]:
        """The next records."""
        found = range(self.position, min(10, self.position + count))
        self.position += len(found)
        return [SimpleNamespace(offset=lambda number=number: number, error=lambda: None) for number in found]


@pytest.mark.parametrize(("start", "end"), [(0, 10), (2, 5), (4, 4)])
def test_nothing_stays_assigned_behind_a_read(start: int, end: int):
    """Also where the log goes on behind the end, and where there is nothing to read."""
    client = Client()
    read = [each.offset() for each in reading.between(client, "990019.consent.log", 0, start, end)]  # type: ignore[arg-type]

    assert list(range(start, end)) == read
    assert not client.assigned


def test_the_broker_does_not_let_an_auditor_wait_at_the_end_of_a_log(monkeypatch: pytest.MonkeyPatch):
    """Half a second for each of a hundred partitions looks like a command that hangs."""
    monkeypatch.setattr(logs, "Consumer", Client)
    monkeypatch.setattr(logs, "Account", lambda settings, principal: SimpleNamespace(options={}))
    source = logs.Logs(SimpleNamespace(municipality="990019"))  # type: ignore[arg-type]

    assert source._consumer.options["fetch.wait.max.ms"] <= 50
