"""The list of processes: what runs where, and what an installation that was made earlier runs without."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.first_start import API, ONLOOKERS, prepare
from deploy.local.layout import Layout
from kernel import settings
from kernel.settings import Settings


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation after its first start."""
    prepare(Layout(tmp_path), ())
    return settings.load(tmp_path)


def test_who_looks_on_starts_last_and_like_every_process_of_ours(here: Settings):
    """Each by its own command, with a port of its own, asked whether it is ready and whether it lives."""
    assert ("observer", "verifier") == ONLOOKERS == processes.applications(here)[-2:]
    built = {name: processes.build(name, Layout(here.home), here) for name in processes.applications(here)}

    assert {"observer": ("observer",), "verifier": ("audit", "watch")} == {name: built[name].command[4:] for name in ONLOOKERS}
    assert len(built) == len({each.port for each in built.values()})
    assert all(built[name].alive for name in ONLOOKERS)


@pytest.mark.parametrize("name", [API, *ONLOOKERS])
def test_an_installation_that_has_no_port_for_it_runs_without_it(here: Settings, name: str):
    """It was made before there was such a process; nothing else changes."""
    without = replace(here, http_ports={other: port for other, port in here.http_ports.items() if other != name})

    assert set(processes.applications(here)) - {name} == set(processes.applications(without))
