"""``tsunagu consent ledger``: that the desk has read it is recorded before a line of it is shown; no record, no reading."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli import gate_log, main
from cli.consent import opening, provided
from contracts.shared import DataCategory, ReaderRole, ReadReason
from deploy.local import first_start
from deploy.local.layout import Layout
from services.reporting.reads import ACCOUNT, Read
from tests.services.consent.ledger_town import CASE, Town
from tests.services.consent.town import MOTHER, consent, part, request


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """An installation whose broker does not answer any more, after the gate's log was read: something of the mother was given."""
    first_start.prepare(Layout(tmp_path), (ACCOUNT,))
    monkeypatch.setenv("TSUNAGU_HOME", str(tmp_path))
    made = Town()
    made.given(consent(DataCategory.BASIC), request(part(DataCategory.BASIC)))
    monkeypatch.setattr(gate_log, "partitions", lambda settings: ("", {}, 0))
    monkeypatch.setattr(provided, "ledger", lambda person, *_: SimpleNamespace(lines=lambda at, proxy: made.lines() if person == MOTHER else []))
    return made


def ledger(person: str = MOTHER) -> Result:
    """The command."""
    return CliRunner().invoke(main.command(["consent"]), ["consent", "ledger", person, "--output", "json"])


def test_rule_32_the_desk_that_reads_a_ledger_is_recorded_in_each_case_that_it_is_about(town: Town, monkeypatch: pytest.MonkeyPatch):
    """As an office, by the number of its account, for the right to be told; where there is nothing to show, nothing is recorded."""
    found: list[Read] = []
    monkeypatch.setattr(opening, "record", lambda settings, reads: found.extend(reads))

    assert ("CoordinationReferred", 0) == (json.loads((done := ledger()).stdout)[0]["event_type"], done.exit_code)
    (read,) = found
    assert (CASE, (MOTHER,), "privacy-desk", ReaderRole.PRIVACY_DESK, "persons.ledger", ReadReason.RIGHTS_REQUEST) == (
        read.key, read.fact.persons, read.fact.reader, read.fact.role, read.fact.resource, read.fact.reason,
    )
    assert read.fact.actor.removeprefix("account:").isdigit()
    assert 1 == ledger("0" * 32).exit_code and [read] == found


def test_rule_32_a_ledger_that_cannot_be_recorded_as_read_is_not_shown(town: Town):
    """Nothing on the output, and the exit code for what cannot be reached."""
    done = ledger()

    assert (3, "") == (done.exit_code, done.stdout) and "cannot be recorded" in done.stderr
