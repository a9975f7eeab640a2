"""Watching (見張り): the processes as a table that stays on the screen, each with what its own metrics say; plain lines where there is no terminal.

A state is a sign and a word, never a colour alone.
"""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

SIGNS = {"ready": "●", "starting": "…", "unready": "▲", "waiting": "▲", "stopped": "✕"}
COLUMNS = ("name", "state", "pid", "restarts", "rss_mib", "lag", "last decision")
ANSWER_S = 1.0
"""A process that has not given its metrics within so many seconds says nothing in this round."""
Row = Mapping[str, Any]
Samples = list[tuple[str, Mapping[str, str], float]]
"""Name, labels and value of each sample of a scrape."""


@dataclass
class Watch:
    """What is shown from round to round. ``rows``: asks for every process now; ``scrape``: the samples of one row's process."""

    rows: Callable[[], list[dict[str, Any]]]
    scrape: Callable[[Row], Samples] = field(default_factory=lambda: scrape)
    _decided: dict[str, float] = field(default_factory=dict)
    _last: str = ""

    def look(self) -> list[dict[str, Any]]:
        """One round: every process, with lag and last decision where its metrics tell."""
        found = self.rows()
        with ThreadPoolExecutor(8) as together:
            scraped = dict(zip((row["name"] for row in found), together.map(self.scrape, found), strict=True))
        seconds = _seconds(scraped.get("observer", []))
        return [{**row, "lag": _lag(row["name"], scraped[row["name"]], seconds), "last decision": self._decision(scraped[row["name"]])} for row in found]

    def _decision(self, samples: Samples) -> str:
        """The gate's counters say how many; what has grown since the round before was decided now."""
        counts: dict[str, float] = {}
        for name, labels, value in samples:
            if name == "tsunagu_decisions_total":
                counts[labels["outcome"]] = counts.get(labels["outcome"], 0.0) + value
        if not counts:
            return ""
        grown = [outcome for outcome, count in counts.items() if self._decided and count > self._decided.get(outcome, 0.0)]
        self._decided = counts
        if grown:
            self._last = f"{' '.join(sorted(grown))} {datetime.now():%H:%M:%S}"
        return self._last or f"none since this began; {int(sum(counts.values()))} before"


def scrape(row: Row) -> Samples:
    """The metrics of one process of ours; nothing where it has none or does not answer."""
    from prometheus_client.parser import text_string_to_metric_families

    if not row["pid"] or not row["address"].endswith("/metrics"):
        return []
    try:
        with urllib.request.urlopen(row["address"], timeout=ANSWER_S) as answer:
            text = answer.read().decode()
        return [(each.name, each.labels, each.value) for family in text_string_to_metric_families(text) for each in family.samples]
    except (OSError, urllib.error.URLError, ValueError):
        return []


def watch(look: Callable[[], list[dict[str, Any]]], every_s: float, rounds: int) -> list[dict[str, Any]]:
    """Show round after round until Ctrl-C (or so many; 0: without end); the rows of the last round."""
    found: list[dict[str, Any]] = []
    try:
        for shown in _screen() if sys.stdout.isatty() else _lines():
            found = look()
            shown(found)
            rounds -= 1
            if rounds == 0:
                break
            time.sleep(every_s)
    except KeyboardInterrupt:
        pass
    return found


def table(rows: list[dict[str, Any]]) -> Table:
    """One round as a table."""
    from rich.table import Table
    from rich.text import Text

    found = Table(*COLUMNS, title=f"{datetime.now():%H:%M:%S}  (end: Ctrl-C)", title_justify="left")
    for row in rows:
        found.add_row(*(Text(cell, style="" if row["state"] == "ready" else "bold") for cell in _cells(row)))
    return found


def _screen() -> Iterator[Callable[[list[dict[str, Any]]], None]]:
    from rich.live import Live

    with Live(auto_refresh=False) as live:
        while True:
            yield lambda rows: live.update(table(rows), refresh=True)


def _lines() -> Iterator[Callable[[list[dict[str, Any]]], None]]:
    while True:
        yield _say


def _say(rows: list[dict[str, Any]]) -> None:
    now = f"{datetime.now():%H:%M:%S}"
    for row in rows:
        print(now, "  ".join(cell or "-" for cell in _cells(row)), flush=True)
    if not rows:
        print(now, "nothing runs", flush=True)


def signed(rows: Iterable[Row]) -> list[Row]:
    """Each state with its sign."""
    return [{**row, "state": f"{SIGNS.get(row['state'], '?')} {row['state']}"} for row in rows]


def _cells(row: Row) -> list[str]:
    (cells,) = signed([row])
    return ["" if cells.get(name) is None else str(cells[name]) for name in COLUMNS]


def _seconds(samples: Samples) -> dict[str, float]:
    """How old the oldest record is that waits for a service, as the observer sees it from outside."""
    found: dict[str, float] = {}
    for name, labels, value in samples:
        if name == "tsunagu_consumer_lag_seconds":
            service = labels.get("group_service", "")
            found[service] = max(value, found.get(service, 0.0))
    return found


def _lag(name: str, samples: Samples, seconds: Mapping[str, float]) -> str:
    """Records that wait, by its own count; and for how long, where the observer says so."""
    waiting = [value for each, _, value in samples if each == "tsunagu_lag_records"]
    told = [f"{int(sum(waiting))} records"] if waiting else []
    return ", ".join([*told, *([f"{seconds[name]:.0f} s"] if name in seconds else [])])
