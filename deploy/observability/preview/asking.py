"""Asking (問い合わせ): a Prometheus over HTTP."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

TIMEOUT_S = 30.0
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Unanswered(Exception):
    """Prometheus does not answer, or not with data; the text says what it said."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A Prometheus at an address such as http://127.0.0.1:9090."""

    address: str

    def now(self, expression: str, at: float) -> list[dict[str, Any]]:
        """Series with one value each, at Unix seconds ``at``. Raises Unanswered."""
        return self._series(self._asked("query", query=expression, time=at))

    def during(self, expression: str, start: float, end: float, step: float) -> list[dict[str, Any]]:
        """Series with a value for every ``step`` seconds. Raises Unanswered."""
        return self._series(self._asked("query_range", query=expression, start=start, end=end, step=step))

    def values(self, selector: str, label: str) -> list[str]:
        """The values of a label among the series of a selector. Raises Unanswered."""
        return sorted(self._asked(f"label/{label}/values", **{"match[]": selector}))

    def scraped_every(self) -> int:
        """Seconds between two scrapes, as the configuration says; 15 where it says nothing. Raises Unanswered."""
        found = re.search(r"scrape_interval: (\d+)([smh])", self._asked("status/config")["yaml"])
        return int(found[1]) * _SECONDS[found[2]] if found else 15

    def _series(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        if data["resultType"] in ("vector", "matrix"):
            return data["result"]
        return [{"metric": {}, "value": data["result"]}]

    def _asked(self, what: str, **parameters: object) -> Any:
        address = f"{self.address.rstrip('/')}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise Unanswered(error.read().decode("utf-8", "replace")) from error
        except (OSError, ValueError) as error:
            raise Unanswered(f"no Prometheus answers at {self.address} ({error})") from error
