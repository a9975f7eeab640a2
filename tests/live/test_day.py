"""The sample day on the real broker, database and services, through the agencies' own accounts."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from cli import gate_log, registry
from cli.consent import provided
from cli.day import cast
from cli.day.rows import Receipt, Row, Withheld
from contracts.consent import DisclosureDecided
from contracts.coordination import CoordinationReferred
from contracts.participation import TrialStarted
from contracts.shared import Outcome
from kernel.clients import clients
from kernel.sender import Sender
from kernel.settings import Settings
from kernel.topics import Topics
from services.consent import packs
from services.reporting.reads import SENDER, Read
from tests.installation import Broker
from tests.live.days import Played, play
from tests.scenarios import home
from tests.scenarios.lines import expected, lines

KEYS = ["step", "agency", "event_id", "type", "outcome", "rule", "recipients", "withheld", "millis"]


@pytest.fixture(scope="module")
def day(stack: Broker) -> Played:
    """The first day."""
    return play(stack.settings)


def test_every_row_is_as_the_story_says(day: Played):
    """Agencies, outcomes, rules, who received which categories, what was withheld and why; the month's figures too."""
    assert expected() == lines(day.rows)
    assert [] == [row.fault for row in day.rows if row.fault]
    assert [] == day.view.twice


def test_what_was_opened_is_what_was_written(day: Played):
    """Rare characters and variation selectors come through sealing and back, code point by code point."""
    referral = next(each.event for each in day.view.heard["coordinator"] if isinstance(each.event, CoordinationReferred))
    trial = next(each.event for each in day.view.heard["workshop"] if isinstance(each.event, TrialStarted))

    assert (cast.MOTHER, None) == (referral.name, referral.wish)
    assert cast.SON == trial.name
    assert () == trial.items


def test_the_sender_of_a_held_referral_is_told_why_and_what_would_release_it(day: Played):
    """Step 2, in the sender's own inbox."""
    verdicts = [each.event for each in day.view.heard["elder"] if isinstance(each.event, DisclosureDecided)]
    held = next(verdict for verdict in verdicts if verdict.outcome is Outcome.HOLD)

    assert ("CONSENT_OF_PERSON", "SUPPORT_CONFERENCE") == held.releases_when
    assert "同意" in held.sentence


def test_the_command_plays_another_day_and_prints_one_object_a_row(stack: Broker, day: Played):
    """``tsunagu day --output json`` on the same system: the same rows under the documented keys, exit code 0."""
    environment = {**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "cli.main", "day", "--output", "json"], env=environment, capture_output=True, text=True, check=False,
    )
    printed = json.loads(done.stdout)

    assert 0 == done.returncode, done.stderr
    assert {tuple(KEYS)} == {tuple(row) for row in printed}
    assert expected() == lines(_row(row) for row in printed)


def test_what_the_registry_knows_is_not_told_again(stack: Broker):
    """A second start publishes nothing."""
    assert 0 == registry.publish(stack.settings)


def test_rule_33_the_auditor_decides_every_verdict_again(stack: Broker, day: Played):
    """``tsunagu audit redecide`` reads consent.log through an account that can only read: no finding, exit code 0."""
    environment = {**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}
    words = ["audit", "redecide", "--output", "json"]
    done = subprocess.run([sys.executable, "-P", "-m", "cli.main", *words], env=environment, capture_output=True, text=True, check=False)

    assert (0, []) == (done.returncode, json.loads(done.stdout)["findings"]), done.stderr
    assert "each to the same bytes" in done.stderr


async def _noted(settings: Settings, reads: list[Read]) -> None:
    """Send what was read, as the read API does, through its account."""
    sender = Sender(lambda: clients(settings, SENDER).producer("test-reads"))
    await sender.start()
    try:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        await sender.send([each.outgoing(Topics(settings.municipality), settings.partitions, now) for each in reads])
    finally:
        await sender.stop()


def test_the_ledger_of_the_8050_mother_and_son_reads_rightly_for_each_of_them_and_shows_neither_what_belongs_to_the_other(stack: Broker, day: Played):
    """After two readings that went the way of the read API: line by line as counted out by hand, from the real log, through the auditor's account."""
    found = home.household(day.view)
    asyncio.run(_noted(stack.settings, found.reads()))
    wanted = {found.mother: home.MOTHERS, found.son: home.SONS, found.son_of_npo: home.SONS_OWN}
    for _ in range(300):
        _, partitions, _ = gate_log.partitions(stack.settings)
        ledgers = {person: provided.ledger(person, partitions, packs.load()).lines(int(time.time() * 1000)) for person in found.persons()}
        if all(len(ledgers[person]) >= len(own) for person, own in wanted.items()):
            break
        time.sleep(0.2)

    assert wanted == {person: home.lines(ledgers[person]) for person in wanted}
    assert {person: [] for person in ledgers} == {
        person: home.of_others(found, person, json.dumps([provided.records(told), [provided.row(each) for each in told]])) for person, told in ledgers.items()
    }


def test_case_35_the_desk_answers_a_person_who_asks_for_the_own_log(stack: Broker, day: Played):
    """``tsunagu consent ledger`` over the real log: what the coordinator received of the mother, and the notice to stop.

    After the household's ledgers: that this one is opened is a line of it from then on.
    """
    environment = {**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}
    mother = next(each.event for each in day.view.heard["coordinator"] if isinstance(each.event, CoordinationReferred)).person
    words = ["consent", "ledger", mother, "--output", "json"]
    done = subprocess.run([sys.executable, "-P", "-m", "cli.main", *words], env=environment, capture_output=True, text=True, check=False)
    given = [row for row in json.loads(done.stdout) if row["recipient"] == "coordinator" and row["given_at"]]

    assert 0 == done.returncode, done.stderr
    assert [] != [row for row in given if row["event_type"] == "CoordinationReferred" and row["stop"]]


def _row(printed: dict) -> Row:
    recipients = [Receipt(each["agency"], tuple(each["categories"])) for each in printed["recipients"]]
    return Row(**{**printed, "recipients": recipients, "withheld": [Withheld(**each) for each in printed["withheld"]]})
