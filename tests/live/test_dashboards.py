"""The boards on the whole system: scraped by a real Prometheus while the sample day is played, every query of every panel has data."""

from __future__ import annotations

import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator

import pytest

from deploy.local.ports import HOST
from deploy.observability.contract import OF_MIRROR, SERIES
from tests.boards_data import silent
from tests.installation import Broker
from tests.live.days import play
from tests.prometheus import promtool
from tests.scraping import scraping

pytestmark = pytest.mark.live
STORES = ("kafka", "postgres", "schemas")
WITHIN_S = 90.0
SPAN = 300
HELP = re.compile(r"([a-z_]+)(?:\{(.*)\})? ")


def measured(stack: Broker) -> dict[str, str]:
    """Host and port of every process that tells metrics."""
    return {name: f"{HOST}:{port}" for name, port in stack.settings.http_ports.items() if name not in STORES}


@pytest.fixture(scope="module")
def town(stack: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus that has seen the sample day."""
    with scraping(tmp_path_factory.mktemp("scraping"), measured(stack)) as address:
        play(stack.settings)
        yield address


def test_every_panel_has_data(town: str):
    """At the latest when the verifier has been through the logs once."""
    deadline = time.monotonic() + WITHIN_S
    while (empty := silent(town, SPAN)) and time.monotonic() < deadline:
        time.sleep(2)

    assert [] == empty


def test_promtool_has_nothing_to_say_of_what_processes_tell(stack: Broker, town: str):
    """Of each one's answer as it stands: names, units, help texts."""
    program, complaints = promtool(), {}
    for name, place in measured(stack).items():
        with urllib.request.urlopen(f"http://{place}/metrics", timeout=WITHIN_S) as answer:
            done = subprocess.run([program, "check", "metrics"], input=answer.read(), capture_output=True, check=False)
        if done.returncode:
            complaints[name] = (done.stdout + done.stderr).decode()

    assert {} == complaints


def test_what_is_exported_is_what_the_contract_says(stack: Broker, town: str):
    """Both ways: no series or label that the contract does not have, and none of the contract that nobody exports."""
    found: dict[str, set[str]] = {}
    for place in measured(stack).values():
        with urllib.request.urlopen(f"http://{place}/metrics", timeout=WITHIN_S) as answer:
            for line in answer.read().decode().splitlines():
                if told := HELP.match(line):
                    found.setdefault(told[1], set()).update(re.findall(r'(\w+)="', told[2] or ""))

    elsewhere = {each.name for each in OF_MIRROR}  # this town sends nothing to a prefecture: tests/cli/test_mirrored.py
    assert {name: set(labels) for name, labels in SERIES.items() if name not in elsewhere} == found
