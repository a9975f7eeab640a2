"""An agency joins while the system runs. After `test_access` and `test_stores`, which ask the broker for the sample town alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli import reading, registry
from cli.agency.client import AgencyClient
from cli.agency.message import Heard
from cli.day.player import pseudonym
from contracts.consultation import ConsultationScreened, SignalReceived
from contracts.shared import Channel, ScreeningOutcome, Urgency
from deploy.local import access, enrolled, first_start
from deploy.local.broker_admin import BrokerAdmin
from deploy.local.town import Agency
from kernel import serde
from kernel.envelope import header
from kernel.topics import Topics
from services.consent import packs
from services.consent.domain.pack import PackInvalid
from tests.installation import Broker

WITHIN_S = 120.0
LATE = Agency(id="late", kind="ELDER", name_ja="つなぐ町地域包括支援センターあとから")


@pytest.fixture
def late(stack: Broker) -> Iterator[AgencyClient]:
    """A new agency: its account, topics and rights, then the registry's fact; the services are not told."""
    town = (*(each for each in enrolled.town(stack.settings) if each.id != LATE.id), LATE)
    first_start.prepare(stack.installation.layout, access.principals(town))
    BrokerAdmin(stack.settings, town).apply()
    registry.publish(stack.settings, town)
    client = AgencyClient(stack.settings, LATE.id)
    yield client
    client.close()


def pids(stack: Broker) -> dict[str, int]:
    """The processes that run, by name."""
    return {row["name"]: row["pid"] for row in stack.installation.status()}


def heard(client: AgencyClient) -> Heard:
    """The first thing that arrives."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        for each in client.poll(0.5):
            return each
    raise TimeoutError("nothing arrived")


def recorded(stack: Broker, case: str) -> bool:
    """Whether the reports know the case."""
    words = [sys.executable, "-P", "-m", "cli.main", "report", "timeline", case, "--output", "json"]
    done = subprocess.run(words, env={**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}, capture_output=True, text=True, check=False)
    return done.returncode == 0 and bool(json.loads(done.stdout)["rows"])


def test_a_new_agency_is_taken_in_without_a_restart(stack: Broker, late: AgencyClient):
    """Its report is decided on, and what is refused comes back into its own inbox; every process is the one that it was."""
    before, case = pids(stack), pseudonym()

    late.say(SignalReceived(person=pseudonym(), channel=Channel.MEETING, area_code="990019-01"), case)
    late.say(ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.LOW), pseudonym())
    refusal = heard(late)
    deadline = time.monotonic() + WITHIN_S
    while not (known := recorded(stack, case)) and time.monotonic() < deadline:
        pass

    assert ("MessageRefused", "CASE_NOT_FOUND") == (refusal.type, refusal.event.code)
    assert known
    assert before == pids(stack)


def test_a_fact_that_was_replaced_can_be_put_back(stack: Broker, late: AgencyClient):
    """Renamed and named as before: three facts with three ids; what is the last word is not told again."""
    renamed = replace(LATE, name_ja=LATE.name_ja + "（改称）")

    told = [registry.publish(stack.settings, (each,)) for each in (LATE, renamed, renamed, LATE, LATE)]

    records = list(reading.whole(stack.settings, registry.PRINCIPAL, Topics(stack.settings.municipality).registry))
    facts = [(serde.decode(each.value()).name, header(each.headers(), "ce_id")) for each in records if each.key() == LATE.id.encode()]
    assert [0, 1, 0, 1, 0] == told
    assert [LATE.name_ja, renamed.name_ja, LATE.name_ja] == [name for name, _ in facts]
    assert 3 == len({identity for _, identity in facts})


def test_intake_is_ready_again_when_it_has_grown(stack: Broker, late: AgencyClient):
    """Joining the group anew is a matter of a moment."""
    stack.wait_ready("intake")
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.settings.http_ports['intake']}/readyz", timeout=10) as answer:
        assert 200 == answer.status


def test_rule_34_a_pack_that_nobody_signed_leaves_the_one_in_force(stack: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Not one fact of it is told, while the system runs."""
    draft = tmp_path / "draft.yaml"
    draft.write_bytes((packs.FOLDER / "national.yaml").read_bytes() + b"# a draft\n")
    (tmp_path / "release.pub").write_bytes((packs.FOLDER / "release.pub").read_bytes())
    monkeypatch.setattr(packs, "FOLDER", tmp_path)
    topic = Topics(stack.settings.municipality).registry
    before = [record.value() for record in reading.whole(stack.settings, registry.PRINCIPAL, topic)]

    with pytest.raises(PackInvalid, match="UNSIGNED"):
        registry.publish(replace(stack.settings, policy=draft.stem))

    assert before == [record.value() for record in reading.whole(stack.settings, registry.PRINCIPAL, topic)]
