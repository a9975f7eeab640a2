"""Edges (警報の線): from which value on an alert fires. Each stands in its rule and nowhere else; boards read it here, so that they say what the alert says."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parent / "prometheus"
PAGE, TICKET = "page", "ticket"
_INNER = re.compile(r"\([^()]*\)|\{[^{}]*\}|\[[^\[\]]*\]")
_COMPARED = re.compile(r"[<>]=?\s*([0-9.]+(?:\s*[*^]\s*[0-9.]+)*)")
_BUCKET = re.compile(r'le="([0-9.]+)"')


class NoEdge(Exception):
    """An alert or recorded series that no rule has, or that has no number to compare with; the text says which."""


def edge(alert: str, severity: str, **labels: str) -> float:
    """The number that the rule compares with first, in the unit of the rule; ``labels``: of several rules. Raises NoEdge."""
    wanted = {"severity": severity, **labels}
    rules = [rule["expr"] for rule in _rules() if rule.get("alert") == alert and wanted.items() <= rule["labels"].items()]
    if not rules or (found := of(rules[0])) is None:
        raise NoEdge(f"{alert} {wanted}")
    return found


def least(alert: str, severity: str) -> int:
    """The smallest whole number at which a rule fires that counts something. Raises NoEdge."""
    return math.floor(edge(alert, severity)) + 1


def bucket(record: str) -> float:
    """The edge of a histogram, in seconds, from which a recorded series counts what is too slow. Raises NoEdge."""
    for rule in _rules():
        if rule.get("record") == record and (found := _BUCKET.search(rule["expr"])):
            return _whole(float(found[1]))
    raise NoEdge(record)


def of(expression: str) -> float | None:
    """The first number that a whole expression, not a part of it in brackets, is compared with; None where there is none."""
    left = re.sub(r"(?m)#.*$", "", expression)
    while (next_ := _INNER.sub("", left)) != left:
        left = next_
    return _whole(_reckoned(found[1])) if (found := _COMPARED.search(left)) else None


def _reckoned(text: str) -> float:
    """``10 * 1024 ^ 3``."""
    powers = ([float(each) for each in factor.split("^")] for factor in text.split("*"))
    return math.prod(base ** math.prod(exponents) for base, *exponents in powers)


def _whole(value: float) -> float:
    """120, not 120.0: as boards write it."""
    return int(value) if value == int(value) else value


@cache
def _rules() -> tuple[dict, ...]:
    files = sorted(path for path in FOLDER.glob("*.yml") if path.name != "prometheus.yml")
    return tuple(rule for path in files for group in yaml.safe_load(path.read_text("utf-8"))["groups"] for rule in group["rules"])
