"""``tsunagu token``: a secret is shown once; who may read is listed without it; what is ended opens nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import main
from deploy.local import first_start
from deploy.local.layout import Layout
from services.reporting.api.tokens import Tokens


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that was never started."""
    first_start.prepare(Layout(tmp_path), ())
    monkeypatch.setenv("TSUNAGU_HOME", str(tmp_path))
    return tmp_path


def token(*words: str) -> tuple[int, str]:
    """Exit code and output of the command."""
    found = CliRunner().invoke(main.command(["token"]), ["token", *words])
    return found.exit_code, found.stdout


async def test_a_token_is_made_listed_and_ended(home: Path):
    """Its secret is on no other output and in no file."""
    code, text = token("add", "caseworker", "--agency", "elder", "--days", "7", "--output", "json")
    (made,) = json.loads(text)
    secret = made.pop("token")
    assert 0 == code and await Tokens(home).check(secret)

    (listed,) = json.loads(token("list", "--output", "json")[1])
    assert made == listed and ("CASEWORKER", "elder", "") == (listed["role"], listed["agency"], listed["ended"])
    assert not any(secret.split("_", 2)[2] in path.read_text() for path in home.rglob("*.json"))

    assert 0 == token("end", made["id"])[0] and await Tokens(home).check(secret) is None


@pytest.mark.parametrize("words", [
    ("add", "CASEWORKER"), ("add", "AUDITOR", "--agency", "elder"), ("add", "CASEWORKER", "--agency", "nobody"), ("add", "ROOT"), ("add", "AUDITOR", "--days", "0"),
    ("add", "AUDITOR", "--days", "9999"),
])
def test_a_token_that_makes_no_sense_is_not_made(home: Path, words: tuple[str, ...]):
    """A caseworker is of a registered agency, nobody else of any; none lasts for ever."""
    assert 2 == token(*words)[0] and [] == Tokens(home).all()


def test_a_token_that_is_not_there_cannot_be_ended(home: Path):
    """That is a problem, told by the exit code."""
    assert 1 == token("end", "0" * 16)[0]
