"""A real Prometheus and a real Alertmanager beside the whole system, in which a minute is a second.

Rendered from the committed files: each duration of an expression and of ``for`` is divided by 60; so are the thresholds in SHORTER, which
are seconds of waiting. Left as they are: routes, labels, texts, everything that is a number of records, and slo.yml as a whole: burn rates
judge hours and days, and so few events as come in an hour of tests must call nobody.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from deploy.local import ports
from deploy.observability.targets import targets
from kernel.settings import Settings
from tests.deploy.alerts.calling import Switchboard, ask, calling
from tests.deploy.alerts.rules import CONFIG, RULE_FILES
from tests.prometheus import prometheus

FACTOR = 60
LEAST_S = 5
"""No window is shorter: a rate needs some scrapes."""
ABSENT_S = 10
"""The hold of WorkerAbsent instead of 3 s: members hear of a rebalance with their next heartbeat, every 3 s."""
AS_COMMITTED = "slo.yml"
"""The rule file whose windows are not shortened."""
SHORTER = {
    'tsunagu_commit_age_seconds:max{worker!="live"} > 300': 'tsunagu_commit_age_seconds:max{worker!="live"} > 15',
    "tsunagu_projection_age_seconds:max > 60": "tsunagu_projection_age_seconds:max > 5",
}
"""What the observer sees, it sees every 5 s: edges below that would say nothing."""
AFTERWARDS = {"HeldAgeing": "> 86400", "CertExpiry": "< 3 * 86400", "ChainVerifierIdle": "> 7200"}
"""Edges that a test moves only for its own incident: what they measure grows all the time, or shrinks."""
WITHIN_S = 120.0
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def shortened(rules: str) -> str:
    """The text of a rule file in which a minute is a second."""
    def shorter(found: re.Match[str]) -> str:
        seconds = int(found[2]) * _SECONDS[found[3]] // FACTOR
        return f"{found[1]}{max(seconds, LEAST_S if found[1] == '[' else 1)}s{found[4]}"

    rules = re.sub(r"(\[|offset |for: )(\d+)([smhdw])(\]|\b)", shorter, rules)
    rules = re.sub(r"(alert: WorkerAbsent(?:(?!alert:).)*?for: )3s", rf"\g<1>{ABSENT_S}s", rules, flags=re.DOTALL)
    for edge, other in SHORTER.items():
        rules = rules.replace(edge, other)
    return rules


def moved(rules: str, alert: str, edge: str) -> str:
    """The page rule of ``alert`` with another edge."""
    before = AFTERWARDS[alert]
    assert f"alert: {alert}" in rules and before in rules
    return rules.replace(before, edge)


@dataclass
class Site:
    """``port``: Prometheus's API; ``folder``: its files."""

    port: int
    folder: Path
    switchboard: Switchboard
    pages: set[str] = field(default_factory=set)
    """Every page that has reached somebody since ``quiet``, as ``Alert service``."""

    def render(self, edges: Mapping[str, str] | None = None) -> None:
        """Write the rules; each of ``edges`` is the other edge of an alert."""
        for path in RULE_FILES:
            rules = path.read_text("utf-8")
            rules = rules if path.name == AS_COMMITTED else shortened(rules)
            for alert, edge in (edges or {}).items():
                rules = moved(rules, alert, edge) if f"alert: {alert}" in rules else rules
            (self.folder / path.name).write_text(rules, "utf-8")

    def move(self, **edges: str) -> None:
        """Move the edges of alerts, and no others."""
        self.render(edges)
        ask(f"http://127.0.0.1:{self.port}/-/reload", {})

    def look(self) -> set[str]:
        """The pages that reach somebody now."""
        found = {f"{labels['alertname']} {labels.get('service', '')}".strip() for labels in self.switchboard.active() if labels["severity"] == "page"}
        self.pages |= found
        return found

    def quiet(self) -> None:
        """Wait until nobody is called any more, and forget what was. Raises TimeoutError."""
        self._until(lambda: not self.look(), "pages remain")
        self.pages.clear()

    def called(self, page: str) -> None:
        """Wait until this page has reached somebody. Raises TimeoutError."""
        self._until(lambda: page in self.look(), f"{page} does not fire")

    def rung(self, audience: str, alert: str) -> None:
        """Wait until whoever it concerns has been told of it, which takes the Alertmanager a moment longer. Raises TimeoutError."""
        self._until(lambda: (audience, alert) in self.switchboard.calls, f"{audience} is not told of {alert}")

    def ask(self, query: str) -> list[tuple[dict[str, str], float]]:
        """What a query gives now."""
        from urllib.parse import quote

        found = ask(f"http://127.0.0.1:{self.port}/api/v1/query?query={quote(query)}")["data"]["result"]
        return [(each["metric"], float(each["value"][1])) for each in found]

    def until(self, query: str) -> None:
        """Wait until a query gives something. Raises TimeoutError."""
        self._until(lambda: self.ask(query), f"nothing for {query}")

    def _until(self, done: Any, otherwise: str) -> None:
        deadline = time.monotonic() + WITHIN_S
        while not done():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{otherwise}; pages: {self.look() or 'none'}; seen: {self.pages or 'none'}")
            time.sleep(0.25)


@contextmanager
def watching(folder: Path, settings: Settings) -> Iterator[Site]:
    """Runs both; every process of the installation is asked once a second."""
    (port,) = ports.free_block(1)
    with calling(folder, open=True) as switchboard:
        site = Site(port, folder, switchboard)
        _configure(site, settings)
        words = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}",
                 "--web.enable-lifecycle", "--rules.alert.resend-delay=1s", "--log.level=warn"]  # what a reload loses is said again
        with (folder / "prometheus.log").open("wb") as log:
            process = subprocess.Popen([prometheus(), *words], stdout=log, stderr=log)
        try:
            ask(f"http://127.0.0.1:{port}/api/v1/status/runtimeinfo")
            yield site
        finally:
            process.kill()
            process.wait()


def _configure(site: Site, settings: Settings) -> None:
    """The committed configuration with short intervals, our Alertmanager, and the targets of this installation."""
    site.render()
    config = yaml.safe_load(CONFIG.read_text("utf-8"))
    config["global"].update(scrape_interval="1s", scrape_timeout="1s", evaluation_interval="1s")
    config["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [f"127.0.0.1:{site.switchboard.port}"]}]}]
    (site.folder / "prometheus.yml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    (site.folder / "targets").mkdir()
    (site.folder / "targets" / "local.yml").write_text(json.dumps(targets(settings)), "utf-8")
