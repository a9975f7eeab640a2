"""docker-compose.yml as the tests read it: anchors resolved, variables at their defaults."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from deploy.local.layout import REPOSITORY

FILE = REPOSITORY / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if each["image"].startswith("tsunagu:")}
STORES = ("kafka", "postgres")
ONCE = ("init", "admin")
"""Ours too, but no process that stays."""
STAYING = tuple(name for name in OURS if name not in ONCE)
OBSERVABILITY = ("prometheus", "alertmanager", "grafana")


def resolved(text: str) -> str:
    """A value with every ``${NAME:-default}`` at its default."""
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", text)


def mounts(service: str) -> list[tuple[str, str, str]]:
    """What is mounted: source (a volume's name, or a path), target, options."""
    found = [resolved(volume).split(":") for volume in SERVICES[service].get("volumes", [])]
    return [(each[0], each[1], each[2] if len(each) > 2 else "") for each in found]


def published(service: str) -> list[tuple[str, str, str]]:
    """Published ports: address, port outside, port inside."""
    return [tuple(resolved(port).split(":")) for port in SERVICES[service].get("ports", [])]  # type: ignore[misc]


def secret_files(service: str) -> set[str]:
    """Names of the secret files that a service of ours finds in its home."""
    return {Path(secret["target"]).name for secret in SERVICES[service].get("secrets", [])}


def depends(service: str) -> dict[str, dict[str, str]]:
    """What a service waits for, with the condition."""
    return SERVICES[service].get("depends_on", {})
