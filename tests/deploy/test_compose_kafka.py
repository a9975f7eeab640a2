"""The broker in its container is the one of the local run, but for its addresses and for who talks to whom."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from cryptography import x509

from deploy.local import certificates, kafka
from deploy.local.layout import REPOSITORY, Layout
from tests.deploy.composed import SERVICES

FOLDER = REPOSITORY / "deploy" / "compose" / "kafka"
OF_THE_PLACE = re.compile(r"node.id|listener|security|sasl|controller\.|inter\.broker|log\.dirs|config\.providers")


def properties(text: str) -> dict[str, str]:
    """Kafka's keys and values."""
    return dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))


CONTAINER = properties((FOLDER / "server.properties").read_text("utf-8"))
LOCAL = properties(kafka.PROPERTIES)


def test_all_else_is_as_in_the_local_run():
    """What the live tests have tried holds here too."""
    def elsewhere(found: dict[str, str]) -> dict[str, str]:
        return {key: value for key, value in found.items() if not OF_THE_PLACE.search(key)}

    assert elsewhere(CONTAINER) == elsewhere(LOCAL)
    assert (FOLDER / "log4j2.properties").read_text("utf-8") == kafka.LOG4J
    assert " ".join(option for option in kafka.JAVA_OPTIONS if not option.startswith("-Djava.awt")) in (FOLDER / "start.sh").read_text("utf-8")


def test_its_version_is_that_of_the_local_run():
    """One broker, tested here, shipped there."""
    from deploy.local import jars

    assert SERVICES["kafka"]["image"].split("@")[0] == f"apache/kafka:{jars.version(jars.pinned())}"


def test_nobody_from_outside_reaches_what_is_its_own():
    """Brokers and controller talk on loopback; only agencies' port is published; nobody comes in without a password."""
    listeners = dict(each.split("://") for each in CONTAINER["listeners"].split(","))

    assert {listeners["BROKERS"].split(":")[0], listeners["CONTROLLER"].split(":")[0]} == {"127.0.0.1"}
    assert [port.rpartition(":")[2] for port in SERVICES["kafka"]["ports"]] == [listeners["AGENCIES"].lstrip(":")]
    assert [] == [each for each in CONTAINER["listener.security.protocol.map"].split(",") if not each.split(":")[1].startswith("SASL_")]
    protocols = dict(each.split(":") for each in CONTAINER["listener.security.protocol.map"].split(","))
    assert protocols["AGENCIES"] == "SASL_SSL"
    assert CONTAINER["allow.everyone.if.no.acl.found"] == "false"


def test_passwords_stay_in_their_files():
    """The settings name the files alone."""
    given = [value for key, value in CONTAINER.items() if "jaas" in key for value in re.findall(r'(?:password|user_\w+)="([^"]*)"', value)]

    assert given and {"${secret:/run/secrets:controller.password}"} == set(given)
    assert {secret["target"] for secret in SERVICES["kafka"]["secrets"]} == {
        f"/run/secrets/{name}" for name in ("admin.password", "controller.password", "kafka.pem", "kafka.trusted.pem")}


def test_its_certificate_has_the_names_that_agencies_come_to(tmp_path: Path):
    """Made once; made anew where a name is missing; the authority, which agencies are given, stays."""
    there = Layout(tmp_path)
    there.create()
    made = []
    for names in ((), ("kafka.example.lg.jp",), ()):
        certificates.make(there, "town", names)
        made.append((certificates.keystore(there).read_bytes(), (there.secrets / "ca.pem").read_bytes()))
    own = x509.load_pem_x509_certificates(made[-1][0])[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert ["localhost", "kafka.example.lg.jp"] == own.get_values_for_type(x509.DNSName)
    assert made[0][0] != made[1][0] == made[2][0]
    assert made[0][1] == made[1][1] == made[2][1]


def test_the_scripts_have_no_fault_that_a_linter_finds():
    """Every shell script that a container, or whoever prepares them, runs."""
    scripts = [*FOLDER.glob("*.sh"), FOLDER.parent / "prepare.sh", REPOSITORY / "deploy" / "image" / "pin.sh"]
    linter = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run([linter, *scripts], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")
