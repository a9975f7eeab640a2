"""``tsunagu audit asof``: what is not in the logs is not shown as if it were."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.audit import logs
from cli.main import command
from tests.cli.test_audit_verify import Records, Source, day
from tests.scenarios.memory_stage import PARTITIONS, TOPICS

__all__ = ["day"]
MONTHLY = ("monthly", "--table", "monthly", "--output", "jsonl")


def run(monkeypatch: pytest.MonkeyPatch, home: Path, source: Source, *words: str) -> Any:
    """The command over this source."""
    settings = SimpleNamespace(home=home, municipality="990019", partitions=PARTITIONS, agency_partitions=1, towns=())
    monkeypatch.setattr(logs, "Logs", lambda settings: source)
    monkeypatch.setattr("kernel.settings.load", lambda: settings)
    return CliRunner().invoke(command(["audit"]), ["audit", "asof", *words])


@pytest.mark.parametrize(("positions", "code", "sentence"), [
    ("nope:1", 2, "nope:0 is no partition of a log"),
    ("community:-1,2", 2, "not of the form"),
    ("community:999999", 1, "nobody can have read up to 999999"),
    ("community:" + ",".join("0" * (PARTITIONS + 1)), 2, f"community:{PARTITIONS} is no partition"),
])
def test_positions_that_are_none_are_no_empty_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records, positions: str, code: int, sentence: str):
    """An unknown log, before the beginning, behind the end, a partition too many."""
    done = run(monkeypatch, tmp_path, Source(day), *MONTHLY, "--positions", positions)

    assert (code, "") == (done.exit_code, done.stdout)
    assert sentence in " ".join(done.stderr.split())


def test_positions_at_the_end_show_what_now_shows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """And those at the beginning nothing."""
    text = "/".join(
        f"{topic.split('.')[1]}:{','.join(str(len(partition)) for partition in partitions)}" for topic, partitions in day.items()
        if topic.endswith(".log") and topic != TOPICS.registry
    )
    now = run(monkeypatch, tmp_path, Source(day), "timeline", "9999-01-01", "--output", "jsonl")

    assert 0 == now.exit_code and now.stdout
    assert now.stdout == run(monkeypatch, tmp_path, Source(day), "timeline", "--positions", text, "--output", "jsonl").stdout
    assert "" == run(monkeypatch, tmp_path, Source(day), "timeline", "--positions", "community:0", "--output", "jsonl").stdout


def test_of_a_case_that_was_never_there_nothing_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """Exit code 1, and a sentence."""
    done = run(monkeypatch, tmp_path, Source(day), "timeline", "--case", "nocase")

    assert 1 == done.exit_code
    assert "nothing is recorded under nocase" in done.stderr
