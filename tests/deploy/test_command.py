"""The command: quick help, exit codes, and one sentence instead of a traceback."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.layout import Layout
from deploy.local.lifecycle import Installation
from kernel.settings import Settings


def tsunagu(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, in an installation of its own."""
    command = [sys.executable, "-m", "cli.main", *words]
    return subprocess.run(command, env={"TSUNAGU_HOME": str(home), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A first start has been: settings and credentials are there, nothing runs."""
    return Installation(Layout(tmp_path)).prepare()


def test_status_of_nothing_is_an_empty_list_and_a_problem(settings: Settings):
    """Exit code 1: not all is ready."""
    done = tsunagu(settings.home, "run", "status", "--output", "json")

    assert (done.returncode, json.loads(done.stdout)) == (1, [])


def test_down_when_nothing_runs_is_well(settings: Settings):
    """Stopping twice is no error."""
    assert tsunagu(settings.home, "run", "down").returncode == 0


def test_kill_when_nothing_runs_is_one_sentence(settings: Settings):
    """Exit code 3: nobody answers."""
    done = tsunagu(settings.home, "run", "kill", "kafka")

    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)


def test_a_taken_port_is_one_sentence(settings: Settings):
    """Which port, of what, and what to do."""
    with socket.create_server(("127.0.0.1", settings.database_port)):
        done = tsunagu(settings.home, "run", "up")

    assert (done.returncode, done.stdout) == (3, "")
    last = done.stderr.splitlines()[-1]
    assert last == (
        f"tsunagu: port {settings.database_port} of postgres is taken by another program; "
        f"free it or change it in {settings.home / 'tsunagu.toml'}"
    )
    assert tsunagu(settings.home, "run", "status", "--output", "csv").stdout.count("\n") == 1


def test_an_unknown_word_is_a_usage_error(settings: Settings):
    """Exit code 2."""
    assert tsunagu(settings.home, "dance").returncode == 2
    assert tsunagu(settings.home, "run", "status", "--output", "xml").returncode == 2


def test_without_an_installation_the_first_step_is_named(tmp_path: Path):
    """Exit code 3 and the command that helps."""
    done = tsunagu(tmp_path / "none", "topics", "check")

    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "tsunagu run up" in done.stderr


def test_the_plan_needs_no_broker(settings: Settings):
    """Topics with their writers and readers, from the table alone."""
    done = tsunagu(settings.home, "topics", "plan", "--output", "jsonl")

    rows = {row["topic"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert rows["990019.agency.elder.inbox"] == {
        "topic": "990019.agency.elder.inbox", "partitions": 1, "writes": "consent", "reads": "agency-elder",
    }


def test_help_shows_an_example_of_every_verb_of_run(settings: Settings):
    """Nobody has to read code to use it."""
    for verb in ("up", "down", "status", "logs", "kill"):
        assert "Example: tsunagu run" in tsunagu(settings.home, "run", verb, "--help").stdout
