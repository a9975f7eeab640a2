"""Query (問い合わせ): PromQL pieces that can only be made of series and labels of the contract."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from deploy.observability.contract import OF_PROMETHEUS, PREFIX, SERIES, TARGET_LABELS

RATE = "$__rate_interval"
RECORDING = Path(__file__).resolve().parents[1] / "prometheus" / "recording.yml"


class NotInContract(Exception):
    """A board asks for a series or a label that nobody exports; the text says which."""


def of(name: str, *matchers: str) -> str:
    """A selector of the series ``name`` (without prefix); matchers as ``outcome="DENY"``. Raises NotInContract."""
    full = name if name in OF_PROMETHEUS else PREFIX + name
    known = OF_PROMETHEUS.get(full, SERIES.get(full))
    if known is None:
        raise NotInContract(full)
    for matcher in matchers:
        label = re.match(r"\w*", matcher)[0]
        if label not in known | TARGET_LABELS:
            raise NotInContract(f"{full}{{{label}}}")
    return f"{full}{{{','.join(matchers)}}}" if matchers else full


def recorded(name: str) -> str:
    """What an alert's series is recorded from, so that a board says what the alert says, also where nobody records. Raises KeyError."""
    rules = [rule for group in yaml.safe_load(RECORDING.read_text("utf-8"))["groups"] for rule in group["rules"]]
    return " ".join({rule["record"]: rule["expr"] for rule in rules}[name].split())


def per_minute(name: str, *matchers: str, by: str = "", how: str = "sum") -> str:
    """How often a counter goes up in a minute, summed over all but the labels ``by``."""
    return f"{_folded(how, by)}(rate({of(name, *matchers)}[{RATE}])) * 60"


def counted(name: str, *matchers: str, within: str, by: str = "") -> str:
    """How much a counter went up within a fixed time, as ``24h``; whole, where Prometheus reckons with parts."""
    return f"round({_folded('sum', by)}(increase({of(name, *matchers)}[{within}])))"


def quantile(share: float, histogram: str, *matchers: str, by: str = "") -> str:
    """A quantile of a histogram in seconds; 0 while nothing is measured."""
    measured, told = of(f"{histogram}_bucket", *matchers), of(f"{histogram}_count", *matchers)
    buckets = f"{_folded('sum', f'le, {by}' if by else 'le')}(rate({measured}[{RATE}]))"
    return f"(histogram_quantile({share}, {buckets}) >= 0) or (0 * {_folded('sum', by)}({told}))"


def share_good(good: str, total: str, proof: str) -> str:
    """Good ÷ all, 0 to 1; 1 while there are none, no value where ``proof`` is not exported."""
    return f"({good} / ({total} >= 1)) or (1 + 0 * sum({proof}))"


def or_zero(expression: str, service: str) -> str:
    """0 where the expression has no series, but only while the service that would say so is scraped."""
    proof = of("build_info", f'service="{service}"')
    return f"({expression}) or on() (0 * max({proof}))"


def _folded(how: str, by: str) -> str:
    return f"{how} by ({by}) " if by else how
