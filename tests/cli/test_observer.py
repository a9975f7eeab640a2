"""What ``tsunagu observer`` looks at beside the broker and the database."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli import observer
from deploy.local.first_start import prepare
from deploy.local.layout import Layout
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
