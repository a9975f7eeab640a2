"""The person's ledger over the sample day: every agency that received something of a person stands in it, and nobody else (rule 32, case 35)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import gate_log
from cli.consent import provided
from cli.day import story
from cli.day.player import Day
from cli.main import command
from contracts.envelope import DisclosureRequested
from contracts.shared import Outcome
from deploy.local.town import agencies
from kernel import serde
from kernel.days import DAY_MS
from kernel.inputs import named
from kernel.memory import MemoryRecord
from services.consent import packs
from services.consent.domain.sight import Entry
from services.reporting.reads import Read
from tests.scenarios import home
from tests.scenarios.memory_stage import PARTITIONS, TOPICS, MemoryStage
from tests.scenarios.scenes import noted

LOG = TOPICS.log("consent")


@pytest.fixture(scope="module")
def day() -> Iterator[MemoryStage]:
    """The sample day."""
    stage = MemoryStage(50)
    story.play(Day(stage))
    yield stage
    stage.close()


def partitions(stage: MemoryStage) -> gate_log.Partitions:
    """The gate's log."""
    return {number: lambda number=number: iter(stage.log.records(LOG, number)) for number in range(PARTITIONS)}


def ledger(stage: MemoryStage, person: str) -> tuple[Entry, ...]:
    """A person's ledger of the day, once everything in it may be shown (rule 20)."""
    return provided.ledger(person, partitions(stage), packs.load()).entries(stage.log.now + 15 * DAY_MS)


def persons(stage: MemoryStage) -> list[str]:
    """Everybody about whom something was asked."""
    asked = [event for record in stage.log.records(LOG) if isinstance(event := opened(record), DisclosureRequested)]
    return sorted({person for request in asked for person in (*request.persons, *(part.person for part in request.parts)) if person})


def opened(record: MemoryRecord) -> Any:
    """The event in a record."""
    return serde.unwrapped(serde.decode(record.value))


def heard_of(stage: MemoryStage, person: str) -> set[tuple[str, str]]:
    """Which agencies have an event in their inboxes whose body names this person, and of which type."""
    found: set[tuple[str, str]] = set()
    for agency in agencies():
        for record in stage.log.records(TOPICS.agency_inbox(agency.id)):
            kind = serde.type_of(event := opened(record))
            found |= {(agency.id, kind.name)} if kind.function != "consent" and person in named(kind, event) else set()
    return found


def test_rule_32_every_agency_that_received_something_of_a_person_stands_in_the_ledger_and_nobody_else(day: MemoryStage):
    """What lies in the agencies' inboxes, against what the log says."""
    found = {person: heard_of(day, person) for person in persons(day)}

    assert found == {
        person: {(entry.recipient, entry.event_type) for entry in ledger(day, person) if entry.given_at is not None} for person in found
    }
    assert len([person for person, heard in found.items() if heard]) > 3


def test_rule_32_refusals_stand_in_it_with_their_reason(day: MemoryStage):
    """Of everybody together: looked for, refused, kept back, stopped."""
    entries = [entry for person in persons(day) for entry in ledger(day, person)]

    assert {Outcome.PERMIT, Outcome.REDACT, Outcome.DENY} <= {entry.outcome for entry in entries}
    assert [] == [entry for entry in entries if entry.outcome is Outcome.DENY and not entry.reasons]
    assert {"tax"} == {entry.recipient for entry in entries if "NO_BASIS" in entry.reasons}
    assert [] != [entry for entry in entries if entry.stop]


def test_case_35_no_ledger_names_another_person(day: MemoryStage):
    """Nor another person's consent."""
    everybody = persons(day)
    for person in everybody:
        told = json.dumps(provided.records(ledger(day, person)))

        assert [] == [other for other in everybody if other != person and other in told]


def test_case_35_the_desk_prints_a_ledger(day: MemoryStage, monkeypatch: pytest.MonkeyPatch):
    """As a table in plain Japanese, and for programs, each time after it was recorded; who has none is told so."""
    recorded: list[list[Read]] = []
    monkeypatch.setattr("cli.consent.opening.record", lambda settings, reads: recorded.append(reads))
    monkeypatch.setattr(gate_log, "partitions", lambda settings: (LOG, partitions(day), 1))
    monkeypatch.setattr("kernel.settings.load", lambda: None)
    monkeypatch.setattr("time.time", lambda: day.log.now / 1000)
    person = max(persons(day), key=lambda each: len(ledger(day, each)))
    root, runner = command(["consent"]), CliRunner()

    table = runner.invoke(root, ["consent", "ledger", person])
    rows = json.loads(runner.invoke(root, ["consent", "ledger", person, "--output", "json"]).stdout)
    nobody = runner.invoke(root, ["consent", "ledger", "0" * 32])

    assert 0 == table.exit_code
    assert "多機関協働" in table.stdout
    assert "本人の同意" in table.stdout
    assert {"case", "at", "giver", "recipient", "purpose", "basis", "categories", "withheld", "sentence", "consents", "given_at", "stop"} <= rows[0].keys()
    assert 1 == nobody.exit_code
    assert [{(person,)}] * 2 == [{each.fact.persons for each in reads} for reads in recorded]


def test_the_ledger_of_the_8050_mother_and_son_reads_rightly_for_each_of_them_and_shows_neither_what_belongs_to_the_other():
    """After the day and two readings, line by line as counted out by hand; the neighbour who gave the signal stands in none."""
    stage = MemoryStage(50)
    played = Day(stage)
    story.play(played)
    found = home.household(stage.view)
    for seen in found.reads():
        noted(played, seen)

    ledgers = {person: provided.ledger(person, partitions(stage), packs.load()) for person in found.persons()}
    lines = {person: each.lines(stage.log.now) for person, each in ledgers.items()}

    assert home.MOTHERS == home.lines(lines[found.mother])
    assert home.SONS == home.lines(lines[found.son])
    assert home.SONS_OWN == home.lines(lines[found.son_of_npo])
    assert () == home.lines(lines[found.neighbour])
    assert {person: [] for person in lines} == {
        person: home.of_others(found, person, json.dumps([provided.records(told), [provided.row(each) for each in told]])) for person, told in lines.items()
    }
    assert home.MOTHERS == home.lines(ledgers[found.mother].lines(stage.log.now, by_proxy=True))  # nothing in it is of harm: the son may ask for her
    stage.close()
