"""The watched table: a state has a sign and a word; lag and the last decision come from the processes' own metrics."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from cli import machine, watching
from deploy.local.process import State
from tests.cli.tree import run


def row(name: str, state: str = "ready", **more: Any) -> dict[str, Any]:
    """One process as `tsunagu run status` has it."""
    return {"name": name, "state": state, "pid": 7, "port": 1, "restarts": 0, "rss_mib": 60.5, "address": "http://127.0.0.1:1/metrics", **more}


def decided(**counts: float) -> watching.Samples:
    """The gate's counters."""
    return [("tsunagu_decisions_total", {"outcome": outcome, "reason": "NONE"}, value) for outcome, value in counts.items()]


def test_every_state_has_a_sign_of_its_own_kind_and_its_word():
    """Nobody needs to see a colour."""
    assert {*State} == {*watching.SIGNS}
    for state in State:
        told = watching.table([row("intake", state)]).columns[1]
        assert [f"{watching.SIGNS[state]} {state}"] == [str(cell) for cell in told.cells]


def test_lag_is_what_the_process_counts_and_how_long_the_observer_says():
    """Records of all its workers; the oldest of all seconds; nothing where nobody says anything."""
    metrics = {
        "consent": [("tsunagu_lag_records", {"worker": "consent"}, 3.0), ("tsunagu_lag_records", {"worker": "courier"}, 4.0)],
        "observer": [("tsunagu_consumer_lag_seconds", {"group_service": "consent", "worker": name}, value) for name, value in (("a", 1.0), ("b", 12.4))],
    }
    seen = watching.Watch(lambda: [row("kafka"), row("consent"), row("observer")], lambda each: metrics.get(each["name"], []))

    assert [("kafka", ""), ("consent", "7 records, 12 s"), ("observer", "")] == [(each["name"], each["lag"]) for each in seen.look()]


def test_the_last_decision_is_what_has_grown_since_the_look_before():
    """At first only how many there were; afterwards the outcome with its time, until another follows."""
    looks = iter([decided(PERMIT=5, DENY=1), decided(PERMIT=5, DENY=2), decided(PERMIT=5, DENY=2)])
    seen = watching.Watch(lambda: [row("consent")], lambda each: next(looks))

    told = [seen.look()[0]["last decision"] for _ in range(3)]

    assert "none since this began; 6 before" == told[0]
    assert told[1].startswith("DENY ") and told[1] == told[2]


def test_a_process_that_does_not_answer_is_shown_all_the_same():
    """Its metrics are missing, not its row."""
    found = watching.Watch(lambda: [row("intake"), row("kafka", address="127.0.0.1:1"), row("api", pid=None)]).look()

    assert [("intake", "", ""), ("kafka", "", ""), ("api", "", "")] == [(each["name"], each["lag"], each["last decision"]) for each in found]


def test_where_there_is_no_terminal_every_look_is_plain_lines(capsys: pytest.CaptureFixture[str]):
    """One line a process, with the time; no box, no control characters."""
    watching.watch(watching.Watch(lambda: [row("intake", "unready")], lambda each: []).look, 0, 2)

    lines = capsys.readouterr().out.splitlines()
    assert 2 == len(lines)
    assert all("intake  ▲ unready  7  0  60.5" in line and "\x1b" not in line for line in lines)


def test_a_watch_of_nothing_says_so_and_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Exit code 1, as without --watch; another shape is wrong usage."""
    monkeypatch.setenv("TSUNAGU_HOME", str(tmp_path))

    assert 1 == run(monkeypatch, "run", "status", "--watch", "--rounds", "1")
    assert "nothing runs" in capsys.readouterr().out
    assert 2 == run(monkeypatch, "run", "status", "--watch", "--output", "json")


@pytest.mark.parametrize(("newest", "server", "well"), [(0, None, True), (60, None, False), (0, 1, True), (0, 30, False), (0, -30, False)])
def test_a_clock_that_is_set_back_or_apart_from_the_databases_is_found(newest: float, server: float | None, well: bool):
    """By files that would be of the future, and by another clock."""
    now = time.time()

    found = machine.clock(now + newest if newest else 0.0, None if server is None else now + server)

    assert (well, machine.SET_CLOCK) == (found[0], found[2])


def test_what_is_optional_never_fails_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    """Wherever it is missing."""
    monkeypatch.setattr(machine.shutil, "which", lambda name: None)

    for name in machine.OPTIONAL:
        well, found, todo = machine.optional(name)
        assert well and "optional" in found and todo


def test_memory_counts_by_the_containers_limit_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Of a system that runs already nothing more is wanted."""
    monkeypatch.setattr(machine, "CGROUP", tmp_path / "memory.max")
    (tmp_path / "memory.max").write_text(f"{100 * 2**20}\n")

    assert (False, True) == (machine.memory(False)[0], machine.memory(True)[0])
    assert "100 MiB" in machine.memory(False)[1]
