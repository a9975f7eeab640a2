"""``docs/agencies.md``: the Python part, exactly as printed, gets an agency from its password to its first accepted event."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.agency.client import AgencyClient
from cli.day.player import pseudonym
from contracts.consultation import InformationRequested
from contracts.shared import DataCategory, Purpose
from tests.docs.printed import programs
from tests.installation import Broker

SCHEMAS = Path(__file__).resolve().parents[2] / "contracts" / "schemas.json"
AGENCY = "disability"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What an engineer has: the programs of the page and the published schemas, nothing of ours."""
    for name, text in programs("python").items():
        (tmp_path / name).write_text(text, "utf-8")
    shutil.copy(SCHEMAS, tmp_path / "schemas.json")
    return tmp_path


def run(stack: Broker, folder: Path, *words: str, agency: str = AGENCY) -> subprocess.CompletedProcess[str]:
    """Run a program in that folder, with the page's environment and no way to our code."""
    environment = {
        "PATH": os.environ["PATH"], "PYTHONUTF8": "1",
        "TSUNAGU_BOOTSTRAP": stack.settings.bootstrap, "TSUNAGU_CA": str(stack.settings.authorities()),
        "TSUNAGU_MUNICIPALITY": stack.settings.municipality, "TSUNAGU_AGENCY": agency,
        "TSUNAGU_PASSWORD_FILE": str(stack.settings.home / "secrets" / f"agency-{agency}.password"), "TSUNAGU_SCHEMAS": "schemas.json",
    }
    return subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_the_first_event_is_accepted(stack: Broker, folder: Path):
    """Two events go out, the gate's verdict on the question comes back."""
    done = run(stack, folder, "first_event.py")

    assert 0 == done.returncode, done.stdout + done.stderr
    sent, accepted = done.stdout.splitlines()
    assert 3 == len(sent.split())
    assert accepted.startswith("accepted; the verdict is ")


def test_the_inbox_is_read_once(stack: Broker, folder: Path):
    """What came is printed with its body; what was committed does not come again."""
    case = pseudonym()
    client = AgencyClient(stack.settings, AGENCY)
    client.say(InformationRequested(purpose=Purpose.CONSULTATION, wanted=(DataCategory.BASIC,)), case)
    assert any(each.subject == case for _ in range(60) for each in client.poll(1.0))  # the program waits five quiet seconds, no longer
    client.close()

    first, second = (run(stack, folder, "inbox.py", "5") for _ in range(2))

    assert (0, 0) == (first.returncode, second.returncode), first.stderr + second.stderr
    heard = [each for each in map(json.loads, first.stdout.splitlines()) if each["subject"] == case]
    assert ["tsunagu.consent.DisclosureDecided"] == [each["type"] for each in heard]
    assert AGENCY == heard[0]["body"]["agency"]
    assert case not in second.stdout


def test_a_wrong_agency_is_told_at_once(stack: Broker, folder: Path):
    """The account of one agency cannot write as another."""
    (folder / "agency.py").write_text(
        (folder / "agency.py").read_text("utf-8").replace(".agency.{AGENCY}.outbox", ".agency.elder.outbox"), "utf-8",
    )

    done = run(stack, folder, "first_event.py")

    assert 1 == done.returncode
    assert "TOPIC_AUTHORIZATION_FAILED" in done.stderr
