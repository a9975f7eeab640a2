"""``tsunagu run rotate``: whose password can be changed from here, in which order, and what is said where it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import rotating
from cli.main import command
from deploy.local.access import TABLE
from deploy.local.first_start import prepare
from deploy.local.layout import CannotRun, Layout
from kernel import settings
from kernel.settings import FILE_NAME


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A prefecture's site with one town; what is done to its passwords, its broker and its processes, in order."""
    prepare(Layout(tmp_path), ("admin", "consent", "mirror-990019"))
    path = tmp_path / FILE_NAME
    path.write_text(path.read_text("utf-8").replace("[municipality]", '[municipality]\ntowns = ["990019"]'), "utf-8")
    monkeypatch.setenv("TSUNAGU_HOME", str(tmp_path))
    steps: list[str] = []

    @dataclass
    class Account:
        settings: Any
        name: str
    
        def begin(self) -> bool:
            steps.append(f"begin {self.name}")
            return True

        def end(self) -> bool:
            steps.append(f"end {self.name}")
            return True

    rows = [{"name": name, "state": "ready"} for name in ("kafka", "consent", "verifier")]
    monkeypatch.setattr("cli.rotating.Passwords", Account)
    monkeypatch.setattr("cli.rotating.kafka.configure", lambda layout, settings: steps.append("configure"))
    monkeypatch.setattr("deploy.local.lifecycle.Installation.status", lambda self: rows)
    monkeypatch.setattr("deploy.local.lifecycle.Installation.stop", lambda self, *names: steps.append(f"stop {' '.join(names)}"))
    monkeypatch.setattr("deploy.local.lifecycle.Installation.start", lambda self, *names, progress: steps.append(f"start {' '.join(names)}"))
    return steps


def run(*words: str) -> Result:
    """The command."""
    return CliRunner(env={"COLUMNS": "400"}).invoke(command(["run", "rotate", *words]), ["run", "rotate", *words])


@pytest.mark.parametrize(("name", "process"), [("consent", "consent"), ("auditor", "verifier")])
def test_a_process_of_ours_starts_again_between_the_two(name: str, process: str, done: list[str]):
    """By the new one, while both open its account."""
    assert 0 == run(name).exit_code
    assert [f"begin {name}", f"stop {process}", f"start {process}", f"end {name}"] == done


def test_a_mirror_has_both_until_its_town_says_so(done: list[str]):
    """Its process is elsewhere: nothing starts again, and what to hand over is said."""
    told = run("mirror-990019")
    assert 0 == told.exit_code and ["begin mirror-990019"] == done
    assert "secrets/mirror-990019.password" in told.stderr and "tsunagu run rotate mirror-990019 --end" in told.stderr

    assert 0 == run("mirror-990019", "--end").exit_code
    assert ["begin mirror-990019", "end mirror-990019"] == done


def test_for_the_administrator_the_broker_starts_again_with_what_it_shows_itself(done: list[str]):
    """Its settings are written before it starts, and the old password ends behind that."""
    assert 0 == run("admin").exit_code
    assert ["begin admin", "configure", "stop kafka", "start kafka", "end admin"] == done


def test_the_administrator_of_somebody_elses_broker_is_refused(done: list[str], tmp_path: Path):
    """As in containers and in a cluster: with a code, and what to do instead."""
    path = tmp_path / FILE_NAME
    path.write_text(path.read_text("utf-8").replace("external = false", "external = true", 1), "utf-8")

    told = run("admin")
    assert 1 == told.exit_code and [] == done
    assert "BROKER_ELSEWHERE" in told.stderr and "secrets/admin.password" in told.stderr


def test_without_a_broker_nothing_is_begun(done: list[str], monkeypatch: pytest.MonkeyPatch):
    """The administrator's password is changed while it runs."""
    monkeypatch.setattr("deploy.local.lifecycle.Installation.status", lambda self: [])

    assert isinstance(run("admin").exception, CannotRun) and [] == done


@pytest.mark.parametrize("words", [("nobody",), ("mirror-990027",), ("agency-elder",), ("consent", "--end"), ("admin", "--end")])
def test_what_makes_no_sense_is_wrong_usage(words: tuple[str, ...], done: list[str]):
    """Nobody of that name, a town that is not named, an agency, and an end of what has ended already."""
    assert 2 == run(*words).exit_code and [] == done


def test_every_account_of_the_table_is_ours(done: list[str], tmp_path: Path):
    """None is forgotten when one is added."""
    assert {rotating.Kind.OURS} == {rotating.kind_of(name, settings.load(tmp_path), over=False) for name in TABLE}
