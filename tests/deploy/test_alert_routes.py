"""Who is told what, and when: the routes as amtool takes them, office hours in Japan, and one call for one incident in a real Alertmanager."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from tests.deploy.alerts.calling import TOKYO, calling
from tests.deploy.alerts.rules import ROUTES, alerts
from tests.prometheus import amtool

CONFIG = yaml.safe_load(ROUTES.read_text("utf-8"))
RECEIVERS = {
    ("operator", "page"): "operator-page", ("operator", "ticket"): "operator-ticket", ("security", "page"): "security", ("privacy", "page"): "privacy-desk",
    ("privacy", "ticket"): "privacy-desk", ("municipality", "ticket"): "municipality", ("watchdog", "ticket"): "watchdog",
}
BY_DAYLIGHT = {"operator-ticket", "privacy-desk", "municipality"}
"""Receivers that are told in office hours only."""


def ask_amtool(*words: str) -> str:
    """What amtool prints; it must be content."""
    done = subprocess.run([amtool(), *words], capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_the_configuration_is_valid_and_holds_no_secret():
    """Whatever is secret is read from a file."""
    ask_amtool("check-config", str(ROUTES))

    for key, value in walk(CONFIG):
        assert not re.search("password|credentials|secret|api_key", key) or key.endswith("_file") and value.startswith("/etc/alertmanager/secrets/"), key


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: "-".join([rule["alert"], *rule["labels"].values()]))
def test_an_alert_goes_to_its_audience(rule: dict[str, Any]):
    """Each alert has one receiver: that of its audience and severity."""
    labels = {"alertname": rule["alert"], **rule["labels"]}

    found = ask_amtool("config", "routes", "test", "--config.file", str(ROUTES), *[f"{key}={value}" for key, value in labels.items()])

    assert RECEIVERS[labels["audience"], labels["severity"]] == found.strip()


def test_what_no_route_knows_is_for_the_operator_at_once():
    """A new audience without a route is heard rather than lost; and no receiver is without a route."""
    assert "operator-page" == ask_amtool("config", "routes", "test", "--config.file", str(ROUTES), "alertname=New", "audience=nobody").strip()
    assert {*RECEIVERS.values()} == {receiver["name"] for receiver in CONFIG["receivers"]}


def test_who_is_asleep_is_not_called_for_a_ticket():
    """Tickets, and what only a person at a desk can decide, wait for office hours; what is technical and urgent never does."""
    waiting = {route["receiver"] for route in CONFIG["route"]["routes"] if route.get("active_time_intervals") == ["office-hours"]}

    assert BY_DAYLIGHT == waiting
    assert not any("active_time_intervals" in route for route in CONFIG["route"]["routes"] if route["receiver"] not in BY_DAYLIGHT)


@pytest.mark.parametrize(("moment", "open"), [
    ("2026-11-26T08:30", True), ("2026-11-26T08:29", False), ("2026-11-26T17:14", True), ("2026-11-26T17:15", False),
    ("2026-11-27T12:00", True), ("2026-11-28T12:00", False), ("2026-11-29T12:00", False), ("2026-11-30T09:00", True),
])
def test_office_hours_are_those_of_japan(moment: str, open: bool):
    """Monday to Friday, half past eight to a quarter past five, by the clock in Japan wherever the server stands."""
    assert open == in_office(datetime.fromisoformat(moment).replace(tzinfo=TOKYO).astimezone(ZoneInfo("UTC")))


@pytest.mark.parametrize("open", [True, False])
def test_alertmanager_keeps_a_ticket_back_while_the_town_hall_is_closed(open: bool, tmp_path: Path):
    """The committed routes in a real Alertmanager: the office hours are moved so that it is open, or closed, just now; nothing else but the addresses is changed."""
    with told(tmp_path, open) as (send, heard):
        send(alertname="HeldAgeing", severity="ticket", audience="municipality", to_agency="elder")
        send(alertname="HeldAgeing", severity="page", audience="privacy", to_agency="elder")
        send(alertname="WorkerAbsent", severity="page", audience="operator", service="consent")

        later = {("municipality", "HeldAgeing"), ("privacy-desk", "HeldAgeing")}
        assert {("operator-page", "WorkerAbsent"), *(later if open else ())} == heard(3 if open else 1)


def test_one_incident_is_one_call(tmp_path: Path):
    """What follows from a cause that is told already is kept back; another service's alert is not."""
    with told(tmp_path, open=True) as (send, heard):
        send(alertname="WorkerAbsent", severity="page", audience="operator", service="consent")
        send(alertname="ConsumerStuck", severity="page", audience="operator", service="consent", worker="courier")
        send(alertname="DenialFlat", severity="page", audience="operator", service="consent")
        send(alertname="ConsumerStuck", severity="page", audience="operator", service="intake", worker="intake")
        send(alertname="StopNoticeLate", severity="page", audience="operator", service="consent")
        send(alertname="StopNoticeLate", severity="ticket", audience="privacy", service="consent")

        assert {
            ("operator-page", "WorkerAbsent"), ("operator-page", "ConsumerStuck"), ("operator-page", "StopNoticeLate"), ("privacy-desk", "StopNoticeLate"),
        } == heard(4)


def in_office(moment: datetime) -> bool:
    """Whether the committed interval holds; ``moment`` in any zone."""
    (interval,) = next(each["time_intervals"] for each in CONFIG["time_intervals"] if each["name"] == "office-hours")
    local = moment.astimezone(ZoneInfo(interval["location"]))
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    (days,) = interval["weekdays"]
    first, last = (names.index(day) for day in days.split(":"))
    (times,) = interval["times"]
    return first <= local.weekday() <= last and times["start_time"] <= f"{local:%H:%M}" < times["end_time"]


def walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a document with the key that it stands under."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from walk(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from walk(each, key)
    else:
        yield key, value


@contextmanager
def told(folder: Path, open: bool) -> Iterator[Any]:
    """A real Alertmanager with these routes: how to say an alert, and how to send what was said and hear what receivers were told."""
    pending: list[dict[str, Any]] = []
    with calling(folder, open) as switchboard:

        def heard(many: int) -> set[tuple[str, str]]:
            """Send in one go; wait for so many receivers' news, and a little longer for what must not come."""
            switchboard.send(pending)
            deadline = time.monotonic() + 60
            while len(set(switchboard.calls)) < many and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(1.0)
            return set(switchboard.calls)

        yield lambda **labels: pending.append({"labels": labels}), heard
