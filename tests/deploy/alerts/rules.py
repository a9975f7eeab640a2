"""The committed rule files, read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from deploy.local.layout import REPOSITORY

FOLDER = REPOSITORY / "deploy" / "observability"
RULES = FOLDER / "prometheus"
CONFIG = RULES / "prometheus.yml"
ROUTES = FOLDER / "alertmanager" / "alertmanager.yml"
RULE_FILES = tuple(sorted(path for path in RULES.glob("*.yml") if path != CONFIG))


def groups() -> list[dict[str, Any]]:
    """Every group of every file."""
    return [group for path in RULE_FILES for group in yaml.safe_load(path.read_text("utf-8"))["groups"]]


def alerts() -> list[dict[str, Any]]:
    """Every alert rule."""
    return [rule for group in groups() for rule in group["rules"] if "alert" in rule]


def recordings() -> dict[str, str]:
    """Every recorded series and its expression."""
    return {rule["record"]: rule["expr"] for group in groups() for rule in group["rules"] if "record" in rule}


def named() -> set[str]:
    """Every metric of ours that a rule names, as it is scraped."""
    text = " ".join([*recordings().values(), *[rule["expr"] for rule in alerts()]])
    return set(re.findall(r"(?<![\w:])tsunagu_\w+(?![\w:])", text))


def alone(rule: dict[str, Any], path: Path) -> Path:
    """A file with this alert and what it needs recorded, nothing else."""
    known = recordings()
    needed = [{"record": name, "expr": expr} for name, expr in known.items() if re.search(rf"(?<![\w:]){re.escape(name)}(?![\w:])", rule["expr"])]
    text = yaml.safe_dump({"groups": [{"name": "alone", "rules": [*needed, rule]}]}, allow_unicode=True, sort_keys=False)
    path.write_text(text, "utf-8")
    return path
