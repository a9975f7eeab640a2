"""``tsunagu token``: a secret is shown once; who may read is listed without it; what is ended opens nothing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import main
from deploy.local import first_start
from deploy.local.layout import Layout
from deploy.local.town import Agency
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


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, Agency]:
    """A broker that answers, and what its registry says."""
    found: dict[str, Agency] = {}
    monkeypatch.setattr("deploy.local.broker_admin.BrokerAdmin.__init__", lambda self, settings, agencies: None)
    monkeypatch.setattr("deploy.local.broker_admin.BrokerAdmin.reach", lambda self, within_s: None)
    monkeypatch.setattr("deploy.local.enrolled.known", lambda settings: found)
    return found


def test_whoever_is_registered_has_readers(home: Path, registry: dict[str, Agency]):
    """Also who was added while the system ran and stands in no file; who is still to be registered too."""
    registry["hinata"] = Agency("hinata", "ELDER", "ひなた東")

    assert 0 == token("add", "CASEWORKER", "--agency", "hinata")[0] == token("add", "CASEWORKER", "--agency", "elder")[0]


def test_whoever_has_ended_has_none(home: Path, registry: dict[str, Agency]):
    """Whatever the file says."""
    registry["elder"] = Agency("elder", "ELDER", "", ended=date(2026, 11, 1), end_reason="CLOSED")

    assert 2 == token("add", "CASEWORKER", "--agency", "elder")[0] and [] == Tokens(home).all()


def test_of_whom_nothing_can_be_known_there_is_none(home: Path):
    """The registry cannot be asked, and the file does not name it: that is not the same as not registered."""
    assert 3 == token("add", "CASEWORKER", "--agency", "hinata")[0] and [] == Tokens(home).all()


@pytest.mark.parametrize("words", [
    ("add", "CASEWORKER"), ("add", "AUDITOR", "--agency", "elder"), ("add", "CASEWORKER", "--agency", "No One"), ("add", "ROOT"), ("add", "AUDITOR", "--days", "0"),
    ("add", "AUDITOR", "--days", "9999"),
])
def test_a_token_that_makes_no_sense_is_not_made(home: Path, words: tuple[str, ...]):
    """A caseworker is of a registered agency, nobody else of any; none lasts for ever."""
    assert 2 == token(*words)[0] and [] == Tokens(home).all()


def test_nobody_registered_is_wrong_usage(home: Path, registry: dict[str, Agency]):
    """The registry does not know it, and no file does."""
    assert 2 == token("add", "CASEWORKER", "--agency", "nobody")[0] and [] == Tokens(home).all()


def test_a_token_that_is_not_there_cannot_be_ended(home: Path):
    """That is a problem, told by the exit code."""
    assert 1 == token("end", "0" * 16)[0]
