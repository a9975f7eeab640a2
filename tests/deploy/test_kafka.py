"""The broker's storage: what a first start writes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local import first_start, kafka, processes
from deploy.local.layout import Layout
from kernel import settings
from kernel.settings import Settings


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """Of a first start."""
    first_start.prepare(Layout(tmp_path), ("admin", "controller"))
    return settings.load(tmp_path)


def test_no_clusters_id_looks_like_an_option():
    """One in sixty-four random ids begins with a hyphen, and a first start with it would fail."""
    ids = [kafka.cluster_id() for _ in range(1_000)]

    assert {22} == {len(each) for each in ids}
    assert [] == [each for each in ids if each.startswith("-")]
    assert len(ids) == len(set(ids))


def test_there_is_no_second_listener_unless_it_is_asked_for(here: Settings):
    """The address that a first start proposes stands in a comment."""
    (commented,) = re.findall(r"(?m)^# mtls = .*$", (here.home / settings.FILE_NAME).read_text("utf-8"))
    found = kafka._filled(Layout(here.home), here)

    assert "" == here.mtls and "MTLS://" not in found and "listener.name.mtls" not in found
    assert (kafka.port_of(here.bootstrap),) == processes.ports_of("kafka", here)
    assert f":{kafka.port_of(here.controller) + 1}" in commented


def test_the_second_listener_wants_a_certificate_and_knows_agencies_only(here: Settings):
    """Whose certificate names anybody else, or an agency and more, has no name here: not even the administrator."""
    asked = replace(here, mtls="127.0.0.1:9094")
    found = dict(line.split("=", 1) for line in kafka._filled(Layout(here.home), asked).splitlines())
    rule = re.fullmatch(r"RULE:(.+)/\$1/", found["listener.name.mtls.ssl.principal.mapping.rules"])

    assert "MTLS://127.0.0.1:9094" in found["listeners"].split(",") and "MTLS://127.0.0.1:9094" in found["advertised.listeners"].split(",")
    assert "MTLS:SSL" in found["listener.security.protocol.map"].split(",") and "required" == found["listener.name.mtls.ssl.client.auth"]
    assert found["listener.name.mtls.ssl.truststore.location"] == found["listener.name.agency.ssl.truststore.location"]
    assert rule and "agency-elder" == re.sub(rule[1], r"\1", "CN=agency-elder")
    for subject in ("CN=admin", "CN=controller", "CN=consent", "CN=agency-elder,O=x", "O=x,CN=agency-elder", "CN=Agency-elder", "CN=agency-"):
        assert not re.fullmatch(rule[1], subject)
    assert (kafka.port_of(here.bootstrap), 9094) == processes.ports_of("kafka", asked)


@pytest.mark.parametrize("mechanism", settings.MECHANISMS)
def test_the_broker_comes_to_itself_by_the_administrators_password(here: Settings, mechanism: str):
    """By the mechanism that its file says: after a rotation it is the other one."""
    (here.home / "secrets" / "admin.password").write_text(f"secret\n{mechanism}")
    found = dict(line.split("=", 1) for line in kafka._filled(Layout(here.home), here).splitlines())
    shown = {each: found[f"listener.name.agency.{each.lower()}.sasl.jaas.config"] for each in settings.MECHANISMS}

    assert mechanism == found["sasl.mechanism.inter.broker.protocol"]
    assert [mechanism] == [each for each, jaas in shown.items() if 'username="admin" password="secret"' in jaas]
    assert all(jaas.startswith("org.apache.kafka.common.security.scram.ScramLoginModule required") and jaas.endswith(";") for jaas in shown.values())
