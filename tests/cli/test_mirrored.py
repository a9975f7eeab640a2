"""What a mirror tells of itself: when all was there, what waits; served where it has a port, and nowhere else."""

from __future__ import annotations

import re
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from cli import mirrored
from cli.mirrored import Progress
from deploy.local import ports
from deploy.local.first_start import prepare
from deploy.local.layout import Layout
from deploy.observability.contract import OF_MIRROR
from deploy.observability.targets import targets
from kernel.settings import Settings, load


@pytest.fixture
def town(tmp_path: Path) -> Settings:
    """A town whose mirror has a port."""
    (port,) = ports.free_block(1)
    prepare(Layout(tmp_path), ("reporting",))
    settings = load(tmp_path)
    return replace(settings, http_ports={**settings.http_ports, "mirror": port})


@pytest.fixture(autouse=True)
def looked_after(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Who would end this process when it moves no more; here nobody does: it is the tests' own process."""
    found: list[object] = []
    monkeypatch.setattr(mirrored, "end_when_sick", found.append)
    return found


def told(progress: Progress) -> list[float | None]:
    """Caught up, last copied, waiting, copied."""
    names = ("mirror_caught_up_timestamp_seconds", "mirror_last_copied_timestamp_seconds", "mirror_lag_records", "mirror_records_total")
    return [progress.onlooker.registry.get_sample_value(f"tsunagu_{name}", {"service": "mirror"}) for name in names]


def test_it_is_there_when_nothing_waits():
    """Not before; what comes later waits until it is sent, and the moment at which all was there stands meanwhile."""
    now = [100.0]
    progress = Progress(lambda: now[0])
    assert [0, 0, 0, 0] == told(progress)

    progress.seen(5)
    assert [0, 0, 5, 0] == told(progress)
    progress.sent(3)
    progress.sent(2)
    now[0] = 115.0
    progress.seen(5)
    assert [115, 100, 0, 5] == told(progress)
    progress.sent(0)
    now[0] = 130.0
    progress.seen(8)
    assert [115, 100, 3, 5] == told(progress)


def test_the_ends_of_the_logs_are_asked_for_now_and_then(monkeypatch: pytest.MonkeyPatch):
    """At once, then every quarter of a minute, however often something comes."""
    clock = [0.0]
    monkeypatch.setattr("cli.mirrored.time.monotonic", lambda: clock[0])
    progress = Progress()
    assert progress.due()
    progress.seen(0)

    assert not progress.due()
    clock[0] = 15.0
    assert progress.due()


def test_it_is_scraped_as_the_contract_says(town: Settings, looked_after: list[object]):
    """Its own series and which code runs; and Prometheus is told where. When it moves no more it is ended."""
    progress = Progress()
    mirrored.serve(progress, town)
    assert [progress.onlooker] == looked_after
    progress.seen(0)
    progress.due()

    answer = urllib.request.urlopen(f"http://127.0.0.1:{town.http_ports['mirror']}/metrics", timeout=10).read().decode()
    found = {name: set(re.findall(r'(\w+)="', labels)) for name, labels in re.findall(r"(?m)^(tsunagu_\w+)\{(.*)\} ", answer)}
    assert {each.name: set(each.labels) for each in OF_MIRROR} | {"tsunagu_build_info": {"service", "version", "git"}} == found
    assert b"ok" == urllib.request.urlopen(f"http://127.0.0.1:{town.http_ports['mirror']}/readyz", timeout=10).read()
    assert {"service": "mirror"} in [each["labels"] for each in targets(town)]


def test_a_port_that_is_taken_is_told(town: Settings):
    """By whoever wanted it."""
    mirrored.serve(Progress(), town)

    with pytest.raises(OSError):
        mirrored.serve(Progress(), town)


def test_without_a_port_nothing_is_served(town: Settings, monkeypatch: pytest.MonkeyPatch):
    """A town that sends by the hour."""
    monkeypatch.delattr("cli.mirrored.HealthServer")

    mirrored.serve(Progress(), replace(town, http_ports={}))
