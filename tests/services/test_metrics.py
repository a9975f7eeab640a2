"""What the services count: few series however many agencies there are, nothing that names anybody, and the figures of the sample day."""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from cli.day import story
from cli.day.player import Day
from contracts.consent import DisclosureDecided
from contracts.registry import AgencyRegistered
from contracts.shared import AgencyKind, RefusalCode
from kernel import serde
from kernel.exposing import exposed
from kernel.failures import PoisonError
from kernel.labels import MOST, OTHER, Agencies
from kernel.telemetry import Telemetry
from services.consent.counting import Counting, stop_notices
from services.intake.turned_away import TurnedAway
from services.reporting.api.watch import Meters
from services.reporting.measures import Measuring
from services.reporting.projections import PROJECTIONS
from tests.prometheus import promtool
from tests.scenarios.memory_stage import MemoryStage

MOST_SERIES = 2_000
AGENCIES = [f"agency-{number}" for number in range(200)]
_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    """The sample day, played in memory."""
    found = Day(MemoryStage())
    story.play(found)
    yield found
    found.stage.close()  # type: ignore[attr-defined]


def gate(agencies: list[str]) -> Telemetry:
    """The consent service's metrics, with so many agencies registered."""
    telemetry = Telemetry("consent")
    for worker in ("consent", "courier", "destroyer", "visitors"):
        telemetry.meter(worker)
    counting = telemetry.once(gate_counting)
    told = counting.opened(0, _History())
    for agency in agencies:
        told(AgencyRegistered(agency=agency, kind=AgencyKind.ELDER, name=agency))
    telemetry.once(stop_notices)
    return telemetry


def gate_counting(telemetry: Telemetry) -> Counting:
    """The gate's watch without any pack."""
    return Counting({}, telemetry)


class _History:
    """A partition that knows of nothing."""

    class shared:
        """No registry."""

        policy, earlier = "", ()


def front_door(agencies: list[str]) -> Telemetry:
    """The intake service's metrics."""
    telemetry = Telemetry("intake")
    for worker in ("consultation", "outreach"):
        telemetry.meter(worker)
    telemetry.meter("front-door").may_bury(RefusalCode)
    telemetry.once(TurnedAway).know(agencies)
    return telemetry


def reporting() -> Telemetry:
    """The reporting service's metrics."""
    telemetry = Telemetry("reporting")
    telemetry.meter("live")
    Measuring(None, [each.name for each in PROJECTIONS], _Writer(), telemetry)  # type: ignore[arg-type]
    return telemetry


class _Writer:
    """A writer that has done nothing."""

    applied = log_end = 0

    def age(self) -> float:
        """Nothing waits."""
        return 0.0


def api() -> CollectorRegistry:
    """The API's metrics, with as many routes as it has."""
    meters = Meters()
    for number in range(45):
        meters.know(f"/v1/resource_{number}")
    return meters.registry


def series(registry: CollectorRegistry) -> list[tuple[str, dict[str, str]]]:
    """Every series of a scrape."""
    return [(sample.name, sample.labels) for metric in registry.collect() for sample in metric.samples]


REGISTRIES = {
    "consent": lambda: gate(AGENCIES).registry, "intake": lambda: front_door(AGENCIES).registry, "reporting": lambda: reporting().registry, "api": api,
}


@pytest.mark.parametrize("service", REGISTRIES)
def test_a_scrape_is_small_with_two_hundred_agencies(service: str):
    """At most 2,000 series, each with its service; they are made within 50 ms of a processor."""
    registry = REGISTRIES[service]()
    found = series(registry)
    took = []
    for _ in range(5):
        began = time.thread_time()
        exposed(registry)
        took.append(time.thread_time() - began)

    assert 50 < len(found) <= MOST_SERIES
    assert [] == [name for name, labels in found if labels.get("service") != service]
    assert min(took) < 0.05


def test_a_thousand_agencies_make_no_more_series_than_the_cap():
    """Those that come later are counted as ``other``."""
    for make in (gate, front_door):
        found = series(make([f"agency-{number}" for number in range(1_000)]).registry)

        agencies = {labels[name] for _, labels in found for name in ("from_agency", "to_agency") if name in labels}
        assert MOST + 1 == len(agencies)
        assert len(found) <= MOST_SERIES


def test_what_looks_like_an_id_is_no_agencys_label():
    """Should a case's, a person's or an event's id ever be registered as an agency, its name is not shown."""
    known = Agencies()
    person, event = "0" * 31 + "a", "00000000-0000-4000-8000-000000000000"

    assert ["elder"] == known.take([person, event, "elder", ""])
    assert [OTHER, OTHER, "elder", OTHER] == [known.label(each) for each in (person, event, "elder", "stranger")]


@pytest.mark.parametrize("service", REGISTRIES)
def test_every_counter_begins_at_zero(service: str):
    """So that the first one of anything is an increase."""
    registry = REGISTRIES[service]()
    counters = [metric for metric in registry.collect() if metric.type == "counter"]

    assert counters
    assert all(metric.samples for metric in counters)
    assert {0.0} == {sample.value for metric in counters for sample in metric.samples}


@pytest.mark.parametrize("service", REGISTRIES)
def test_promtool_has_nothing_to_say(service: str, tmp_path: Any):
    """A scrape as it is, checked by Prometheus's own tool."""
    assert [] == complaints(exposed(REGISTRIES[service]()))


def complaints(scrape: bytes) -> list[str]:
    """What promtool says of a scrape."""
    done = subprocess.run([promtool(), "check", "metrics"], input=scrape, capture_output=True, check=False, timeout=60)
    lines = (done.stdout + done.stderr).decode().splitlines()
    return [line for line in lines if line.strip()]


def test_no_label_of_the_day_is_an_id(day: Day):
    """Whatever happened to whom: no case, person, event or consent of any log stands in a scrape."""
    ids = set(_ids(day))
    shown = [(name, value) for each in day.stage.telemetry.values() for name, labels in series(each.registry) for value in labels.values()]  # type: ignore[attr-defined]

    assert len(ids) > 500
    assert [] == [(name, value) for name, value in shown if value in ids or _ID.search(value)]


def _ids(day: Day) -> Iterator[str]:
    """Every id in key, headers and body of every record of the day."""
    log = day.stage.log  # type: ignore[attr-defined]
    for topic in log.topics():
        for record in log.records(topic):
            yield from _ID.findall(" ".join([str(record.key), *map(str, record.headers)]))
            with contextlib.suppress(PoisonError):
                yield from _ID.findall(repr(serde.unwrapped(serde.decode(record.value))))


def test_the_gates_figures_are_those_of_its_log(day: Day):
    """Each verdict of the day is counted once, by outcome, by giver and by recipient; what is held is what no later verdict has freed."""
    stage: Any = day.stage
    verdicts = [serde.unwrapped(serde.decode(record.value)) for record in stage.log.records("990019.consent.log")]
    verdicts = [each for each in verdicts if isinstance(each, DisclosureDecided)]
    standing = {each.request_id: each for each in verdicts}
    held = [each.recipient for each in standing.values() if each.outcome == "HOLD"]
    found = series_values(stage.telemetry["consent"].registry)

    for outcome in ("PERMIT", "REDACT", "HOLD", "DENY"):
        assert sum(each.outcome == outcome for each in verdicts) == total(found, "tsunagu_decisions_total", outcome=outcome)
    assert len(verdicts) == total(found, "tsunagu_disclosures_total") == total(found, "tsunagu_received_total")
    assert 0 == total(found, "tsunagu_received_total", to_agency=OTHER)
    for agency in set(held):
        assert held.count(agency) == total(found, "tsunagu_held_requests", to_agency=agency)
        assert total(found, "tsunagu_held_oldest_age_seconds", to_agency=agency) > 0
    assert len(held) == total(found, "tsunagu_held_requests")
    assert total(found, "tsunagu_decision_seconds_count") > 0


def test_stop_notices_and_rejections_of_the_day_are_counted(day: Day):
    """A time for each stop notice that was delivered; each dead letter of the front door by its sender's outbox and the kind of its fault."""
    stage: Any = day.stage
    notices = [record for record in stage.log.records("990019.consent.log") if ("ce_type", b"tsunagu.consent.StopNoticeIssued") in record.headers]
    letters = stage.log.records("990019.intake.dead-letters")
    gate, door = (series_values(stage.telemetry[service].registry) for service in ("consent", "intake"))

    assert len(notices) == total(gate, "tsunagu_stop_notice_seconds_count") > 0
    assert len(letters) == total(door, "tsunagu_rejected_input_total") == total(door, "tsunagu_dead_letters_total", worker="front-door") > 0
    assert 1 == total(door, "tsunagu_identity_mismatch_total") == total(door, "tsunagu_rejected_input_total", reason="identity")
    assert 0 == total(door, "tsunagu_rejected_input_total", from_agency=OTHER)


def test_killing_the_gate_does_not_change_what_waits(day: Day):
    """What waits follows from the log: counted anew from its beginning, it is the same."""
    stage: Any = day.stage
    waits = ("tsunagu_held_requests", "tsunagu_stop_notices_unanswered", "tsunagu_erasure_pending")
    before = [each for each in series_values(stage.telemetry["consent"].registry) if each[0] in waits]

    stage.restart("consent", 3)
    stage.town.pump()

    assert before == [each for each in series_values(stage.telemetry["consent"].registry) if each[0] in waits]


def series_values(registry: CollectorRegistry) -> list[tuple[str, dict[str, str], float]]:
    """Every series with its value."""
    return [(sample.name, sample.labels, sample.value) for metric in registry.collect() for sample in metric.samples]


def total(found: list[tuple[str, dict[str, str], float]], name: str, **labels: str) -> float:
    """The sum of the series with these labels."""
    return sum(value for each, has, value in found if each == name and labels.items() <= has.items())
