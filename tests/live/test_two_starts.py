"""Two commands bring the same installation up at once, from nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import reading, registry
from deploy.local.layout import Layout
from deploy.local.lifecycle import Installation
from deploy.local.processes import NAMES
from kernel.envelope import header
from kernel.topics import Topics

LIMIT_S = 180


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder in which nothing has ever been; whatever runs there is stopped at the end."""
    yield tmp_path / "home"
    Installation(Layout(tmp_path / "home")).down()


def tsunagu(home: Path, *words: str) -> subprocess.Popen[str]:
    """A command, begun."""
    environment = {**os.environ, "TSUNAGU_HOME": str(home)}
    command = [sys.executable, "-P", "-m", "cli.main", *words, "--output", "jsonl"]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_two_starts_at_once_are_one(home: Path):
    """Both end with 0 on the same processes; one of them waited; no fact of the registry was told twice."""
    both = [tsunagu(home, "run", "up"), tsunagu(home, "run", "up")]
    told = [each.communicate(timeout=LIMIT_S)[1] for each in both]

    assert [0, 0] == [each.returncode for each in both], "\n".join(told)
    assert 1 == sum("waiting for another start" in each for each in told)
    found = Installation(Layout(home))
    assert [(name, "ready", 0) for name in NAMES] == [(row["name"], row["state"], row["restarts"]) for row in found.status()]
    facts = [header(each.headers(), "ce_id") for each in reading.whole(found.settings, registry.PRINCIPAL, Topics("990019").registry)]
    assert len(facts) == len(set(facts)) > 0
    letters = tsunagu(home, "dead-letters")
    assert (("", ""), 0) == (letters.communicate(timeout=LIMIT_S), letters.returncode)
