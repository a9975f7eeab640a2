"""What ``tsunagu observer`` looks at beside the broker and the database."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import kernel.certificates
from cli import observer
from deploy.local import authority
from deploy.local.first_start import prepare
from deploy.local.layout import REPOSITORY, Layout
from kernel import settings

END = datetime(2027, 11, 26, 3, 4, 5, tzinfo=UTC)
ROWS = [{"certificate": "ca", "ends": "2027-11-26T03:04:05Z", "days": 365}, {"certificate": "kafka", "ends": "2026-12-01T00:00:00Z", "days": 5}]


def says(text: str, code: int = 0) -> tuple[str, ...]:
    """A program that says this."""
    return sys.executable, "-S", "-c", f"print({text!r}); raise SystemExit({code})"


@pytest.mark.parametrize("code", [0, 1])
def test_certificates_are_told_by_name_with_the_moment_at_which_they_end(code: int):
    """Also where one of them ends soon, which `tsunagu certificates list` calls a problem."""
    found = observer.certificates(says(json.dumps(ROWS), code))

    assert {"ca", "kafka"} == set(found) and END.timestamp() == found["ca"]


@pytest.mark.parametrize("asked", [says("[]"), says("nonsense"), says("[1]"), says('[{"certificate": "ca"}]'), says("[]", 3), ("no/such/program",)])
def test_certificates_that_cannot_be_told_are_left_out(asked: tuple[str, ...]):
    """Whatever goes wrong there, the observer looks on."""
    assert {} == observer.certificates(asked)


def test_disks_are_looked_at_where_a_store_runs_here(tmp_path: Path):
    """Of somebody else's cluster or database nothing is known."""
    prepare(Layout(tmp_path), ())
    here = settings.load(tmp_path)

    assert {"kafka": tmp_path / "kafka", "postgres": tmp_path / "postgres"} == observer.mounts(here)
    assert {"postgres": tmp_path / "postgres"} == observer.mounts(replace(here, kafka_external=True))
    assert {} == observer.mounts(replace(here, kafka_external=True, database_external=True))
    assert {"kafka": Path("/stores")} == observer.mounts(replace(here, kafka_external=True, database_external=True, disks={"kafka": "/stores"}))


@pytest.mark.parametrize(("way", "at", "disks"), [
    ("local", "127.0.0.1", {"kafka", "postgres"}), ("deploy/compose", "kafka:9093", {"kafka", "postgres"}), ("deploy/k8s/town", "tsunagu-kafka-bootstrap:9093", set()),
])
def test_what_the_alerts_want_is_looked_at_in_all_three_ways(way: str, at: str, disks: set[str], tmp_path: Path):
    """The certificate that agencies are shown, and disks; in a cluster, whose volumes no pod of ours sees, they are the kubelet's."""
    if way == "local":
        prepare(Layout(tmp_path), ())
    else:
        (tmp_path / settings.FILE_NAME).write_bytes((REPOSITORY / way / settings.FILE_NAME).read_bytes())
    here = settings.load(tmp_path)

    assert here.certificate_at.startswith(at) and disks == set(observer.mounts(here))


def test_the_authority_is_told_where_only_agencies_come_in_encrypted(tmp_path: Path):
    """Its file is looked at; the broker, which does not answer, shows nothing."""
    prepare(Layout(tmp_path), ())
    here = replace(settings.load(tmp_path), security_protocol="SASL_PLAINTEXT", agency_listener="127.0.0.1:1")
    (tmp_path / here.ca).write_bytes(authority.certificates(authority.new("990019").trusted))

    assert {"ca"} == set(kernel.certificates.certificates(here))
    assert {} == kernel.certificates.certificates(replace(here, agency_listener=""))
