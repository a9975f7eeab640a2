"""What counting and tracing cost: the batch runner with both against without, in turns, in the same run; and how large a scrape is with 200 agencies."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from bench import topics
from bench.figures import Figure
from bench.runner import TIMEOUT_S, Rate
from bench.show import Part, tell
from bench.stage import Stage
from contracts.shared import RefusalCode
from deploy.local.layout import REPOSITORY, CannotRun
from deploy.local.lifecycle import Installation
from kernel.exposing import exposed
from kernel.telemetry import Telemetry
from services.consent.counting import Counting, stop_notices
from services.intake.turned_away import TurnedAway

REPEATS, EVENTS = 7, 60_000
AT_LEAST = 0.97
"""Throughput with metrics and tracing, as a part of that without."""
AGENCIES = [f"agency-{number}" for number in range(200)]
MOST_SERIES, MOST_MS, SCRAPES = 2_000, 50.0, 21


def measure(stage: Stage) -> Part:
    """Rates, their ratio, scrapes. Raises CannotRun."""
    installation = stage.stores()
    topics.make(installation.settings, "metered-in", "metered-out")
    topics.fill(installation.settings, "metered-in", EVENTS, _headers)
    with _collector() as address:
        runs = [{mode: _run(installation, mode, number, address) for mode in _order(number)} for number in range(REPEATS)]
    title = "batch runner with metrics and tracing (at most 100 spans a second) against without; every record has a traceparent; and scrapes with 200 agencies"
    return Part("metrics", title, (*_rates(runs), *_scrape("consent", _gate()), *_scrape("intake", _front_door())))


def _order(number: int) -> tuple[str, str]:
    """In turns: whoever goes second finds the broker warmer."""
    return ("off", "on") if number % 2 else ("on", "off")


def _headers(number: int) -> list[tuple[str, bytes]]:
    identity = f"{number:08x}-53e0-4f0e-9a33-{number * 2_654_435_761 % 2**32:012x}"
    return [
        ("ce_id", identity.encode()), ("ce_source", b"elder"), ("ce_type", b"tsunagu.consultation.SignalReceived"),
        ("traceparent", f"00-{identity.replace('-', '')}-{number + 1:016x}-01".encode()),
    ]


@contextmanager
def _collector() -> Iterator[str]:
    """Takes spans and forgets them."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/traces"
    finally:
        server.shutdown()


def _run(installation: Installation, mode: str, number: int, address: str) -> Rate:
    tell(f"metrics and tracing {mode}, {EVENTS} events, repeat {number + 1} of {REPEATS}")
    command = [
        sys.executable, "-P", "-m", "bench.loops.metered", "metered-in", "metered-out", str(EVENTS), f"bench-metered-{mode}-{number}", mode, address,
    ]
    environment = {"TSUNAGU_HOME": str(installation.layout.home), "PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"{EVENTS} events were not moved in {TIMEOUT_S:g} s; is the machine busy?") from error
    except subprocess.CalledProcessError as error:
        raise CannotRun(f"the runner ended with {error.returncode}: {error.stderr.strip().splitlines()[-1:]}") from error
    found = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    return Rate(found["events"] / found["seconds"], found["events"] / found["cpu_seconds"])


def _rates(runs: list[dict[str, Rate]]) -> Iterator[Figure]:
    for kind, word in (("wall", "wall clock"), ("cpu", "per second of its processor time")):
        for mode in ("off", "on"):
            yield Figure(what=f"{mode}, {word}", unit="events/s", values=tuple([getattr(run[mode], kind) for run in runs]))
        ratios = tuple([getattr(run["on"], kind) / getattr(run["off"], kind) for run in runs])
        yield Figure(what=f"on against off, {word}", unit="of the rate", values=ratios, at_least=AT_LEAST)


def _gate() -> Telemetry:
    telemetry = Telemetry("consent")
    for worker in ("consent", "courier", "destroyer", "visitors"):
        telemetry.meter(worker)
    Counting({}, telemetry).know(AGENCIES)
    stop_notices(telemetry)
    return telemetry


def _front_door() -> Telemetry:
    telemetry = Telemetry("intake")
    for worker in ("consultation", "outreach"):
        telemetry.meter(worker)
    telemetry.meter("front-door").may_bury(RefusalCode)
    TurnedAway(telemetry).know(AGENCIES)
    return telemetry


def _scrape(service: str, telemetry: Telemetry) -> Iterator[Figure]:
    took, text = [], b""
    for _ in range(SCRAPES):
        began = time.perf_counter()
        text = exposed(telemetry.registry)
        took.append((time.perf_counter() - began) * 1000)
    series = sum(not line.startswith(b"#") for line in text.splitlines())
    yield Figure(what=f"scrape of {service}, 200 agencies", unit="ms", values=tuple(took), at_most=MOST_MS)
    yield Figure(what=f"series of {service}, 200 agencies", unit="series", values=(series,), at_most=MOST_SERIES)
