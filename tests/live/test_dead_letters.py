"""What could not be read is shown to its keeper, and no text of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator

import pytest

from cli.agency.client import AgencyClient, Sent
from cli.agency.message import Draft, draft
from cli.day.player import pseudonym
from contracts.consultation import SignalReceived
from contracts.shared import Channel
from deploy.local.first_start import DECIDING
from tests.installation import Broker

TEXT = "見せてはならない 山田太郎 09012345678 yamada"


@pytest.fixture(scope="module")
def buried(stack: Broker) -> Iterator[Sent]:
    """One record with the text in value, key and headers, broken off; it is refused, so it is among the dead letters."""
    client = AgencyClient(stack.settings, "elder")
    client.skip_inbox()
    good = draft("elder", SignalReceived(person=pseudonym(), channel=Channel.MEETING, area_code="990019-01", summary=TEXT), pseudonym())
    bad = Draft(id=good.id, key=TEXT.encode(), value=good.value + TEXT.encode(), headers=[*good.headers, (TEXT, TEXT.encode())])
    sent = client.send(bad)
    answered = (each for _ in range(60) for each in client.poll(2.0))
    assert next((each for each in answered if each.type == "MessageRefused"), None)
    yield sent
    client.close()


def dead_letters(stack: Broker, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    environment = {**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}
    return subprocess.run([sys.executable, "-P", "-m", "cli.main", "dead-letters", *options], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("shape", ["table", "json", "jsonl", "csv"])
def test_no_text_comes_out_in_any_shape(stack: Broker, buried: Sent, shape: str):
    """Plain, escaped or in hexadecimal, whole or in part: nothing of what was planted."""
    done = dead_letters(stack, "--output", shape)

    assert 1 == done.returncode
    for part in (TEXT, *TEXT.split(), "見せて", "太郎", "0901"):
        for form in (part, json.dumps(part).strip('"'), part.encode().hex(), repr(part.encode())[2:-1]):
            assert form not in done.stdout + done.stderr


def test_it_is_found_by_its_coordinates(stack: Broker, buried: Sent):
    """Enough to ask the sender: where, when, why, how long; one service alone when asked for."""
    rows = json.loads(dead_letters(stack, "--service", "intake", "--output", "json").stdout)

    (row,) = [row for row in rows if (row["topic"], row["offset"]) == (buried.topic, str(buried.offset))]
    assert ("intake", "0x00", "SignalReceived") == (row["service"], row["framing"], row["type"])
    assert row["code"] in ("TRAILING_BYTES", "HEADER_INVALID")


@pytest.mark.parametrize("service", DECIDING)
def test_the_exit_code_says_whether_there_are_any(stack: Broker, service: str):
    """So that a check can be written without reading."""
    done = dead_letters(stack, "--service", service, "--output", "json")

    assert bool(json.loads(done.stdout)) == done.returncode


def test_a_service_without_dead_letters_is_a_usage_error(stack: Broker):
    """And so is a name that nothing has."""
    assert [2, 2] == [dead_letters(stack, "--service", name).returncode for name in ("registry", str(uuid.uuid4()))]
