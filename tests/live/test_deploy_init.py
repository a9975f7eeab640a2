"""docker-compose.yml played through without an engine: an empty broker and database of somebody else's, `tsunagu deploy init`, every service."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from confluent_kafka.admin import AdminClient

from cli.day.player import pseudonym
from deploy.local.first_start import SERVICES
from deploy.local.town import agencies
from tests.live.rehearsal import OURS, Rehearsal, rehearsed

FACTS = len(agencies()) + 2
"""Each agency of the sample town; the policy pack, and the days that it gives."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """Broker and database, with nothing in them."""
    with rehearsed(tmp_path_factory.mktemp("compose")) as found:
        yield found


def test_from_nothing_to_an_agencys_first_event(town: Rehearsal):
    """Provisioned once, and then found as it should be; every process has the secrets that it needs and no others; an agency joins and is heard."""
    first, again = town.run("init"), town.run("init")
    assert (first.returncode, first.stderr.splitlines()[-1]) == (0, f"tsunagu: ready; {FACTS} facts of the registry were new"), first.stderr
    assert (again.returncode, again.stderr.splitlines()[-1]) == (0, "tsunagu: ready; 0 facts of the registry were new")
    assert town.run("init", "deploy", "init", "--no-topics").returncode == 0
    assert json.loads(town.run("admin", "topics", "check", "--output", "json").stdout) == []

    town.start(*OURS)
    joined = town.run("admin", "agency", "add", "hinata", "--kind", "ELDER", "--name", "地域包括支援センターひなた東")
    assert joined.returncode == 0, joined.stderr
    case = pseudonym()
    said = {"type": "SignalReceived", "subject": case, "body": {"person": pseudonym(), "channel": "MEETING", "area_code": "990019-01"}}
    sent = town.run("admin", "send", "-", "--agency", "hinata", "--wait", "5", "--output", "jsonl", input=json.dumps(said))
    assert sent.returncode == 0, sent.stderr

    assert "990019.agency.hinata.inbox" in over_tls(town, "hinata")
    ended = town.end()
    assert {name: 0 for name in SERVICES} == {name: ended[name] for name in SERVICES}, ended


def over_tls(town: Rehearsal, agency: str) -> set[str]:
    """The topics that an agency sees which comes to the published port with what it was given: its password, and the authority's certificate."""
    password = (town.secrets / f"agency-{agency}.password").read_text("utf-8")
    client = AdminClient({
        "bootstrap.servers": f"localhost:{town.ports[9093]}", "security.protocol": "SASL_SSL", "ssl.ca.location": str(town.secrets / "ca.pem"),
        "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": f"agency-{agency}", "sasl.password": password,
    })
    return set(client.list_topics(timeout=30).topics)
