"""A real Alertmanager with the committed routes, whose receivers are all one ear of the test."""

from __future__ import annotations

import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from deploy.local import ports
from tests.deploy.alerts.rules import ROUTES
from tests.prometheus import alertmanager

TOKYO = ZoneInfo("Asia/Tokyo")


@dataclass
class Switchboard:
    """``port``: its API. ``calls``: who was told of what, in order: receiver and alert."""

    port: int
    calls: list[tuple[str, str]] = field(default_factory=list)

    def send(self, alerts: list[dict[str, Any]]) -> None:
        """Hand it alerts as Prometheus would."""
        ask(f"http://127.0.0.1:{self.port}/api/v2/alerts", alerts)

    def active(self) -> list[dict[str, str]]:
        """The labels of every alert that is firing and not kept back by another."""
        found = ask(f"http://127.0.0.1:{self.port}/api/v2/alerts?active=true&inhibited=false&silenced=false")
        return [alert["labels"] for alert in found]


@contextmanager
def calling(folder: Path, open: bool) -> Iterator[Switchboard]:
    """Runs one; ``open``: whether the office hours hold just now."""
    (port,) = ports.free_block(1)
    switchboard = Switchboard(port)

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            switchboard.calls.extend((self.path[1:], alert["labels"]["alertname"]) for alert in body["alerts"] if alert["status"] == "firing")
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not to the screen."""

    ear = HTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=ear.serve_forever, daemon=True).start()
    config = folder / "alertmanager.yml"
    config.write_text(yaml.safe_dump(rendered(ear.server_port, open), sort_keys=False))
    words = [f"--config.file={config}", f"--storage.path={folder}/calls", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    with (folder / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen([*alertmanager(), *words], stdout=log, stderr=log)
    try:
        yield switchboard
    finally:
        process.kill()
        process.wait()
        ear.shutdown()


def rendered(ear: int, open: bool) -> dict[str, Any]:
    """The committed configuration; only the receivers' addresses, the waiting and the office hours are changed."""
    config = yaml.safe_load(ROUTES.read_text("utf-8"))
    names = [each["name"] for each in config["receivers"]]
    config["receivers"] = [{"name": name, "webhook_configs": [{"url": f"http://127.0.0.1:{ear}/{name}"}]} for name in names]
    config["global"] = {}
    for route in (config["route"], *config["route"]["routes"]):
        route["group_wait"] = "500ms"
    for each in config["time_intervals"]:
        days = [datetime.now(TOKYO) + timedelta(days=ahead) for ahead in ((0, 1) if open else (3,))]  # tomorrow too: midnight may come on the way
        each["time_intervals"] = [{"weekdays": [f"{day:%A}".lower() for day in days], "location": "Asia/Tokyo"}]
    return config


def ask(url: str, body: object = None) -> Any:
    """GET, or POST as JSON; the JSON that is answered. Waits up to 10 s for a server to come up. Raises OSError."""
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), {"Content-Type": "application/json"})
    for attempt in range(100):
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return json.loads(answer.read() or b"null")
        except OSError:
            if attempt == 99:
                raise
            time.sleep(0.1)
    return None
