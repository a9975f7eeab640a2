"""``tsunagu observer``: how far every worker is, seen from outside, in the foreground; `run up` starts it so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cli.leaving import OK, PROBLEMS
from kernel import settings as settings_module
from kernel.settings import Settings

EXAMPLE = "Example: tsunagu observer"
CERTIFICATES = (sys.executable, "-P", "-m", "cli.main", "certificates", "list", "--output", "json")
"""Asked in a process of its own, which goes again: what reads certificates takes more memory than the rest of the observer may."""
_ANSWERS_WITHIN_S = 20.0


def command() -> None:
    """Export how long events have been waiting, as metrics, until told to end; port: table http of tsunagu.toml."""
    from services.observing import app

    settings = settings_module.load()
    app.run(settings, certificates if settings.certificate_at else dict, mounts(settings))


def certificates(asked: tuple[str, ...] = CERTIFICATES) -> Mapping[str, float]:
    """When each certificate ends, in seconds UTC; empty where that cannot be told now."""
    try:
        found = subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, timeout=_ANSWERS_WITHIN_S, check=False)
        rows = json.loads(found.stdout) if found.returncode in (OK, PROBLEMS) else []
        return {row["certificate"]: datetime.fromisoformat(row["ends"]).timestamp() for row in rows}
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return {}


def mounts(settings: Settings) -> Mapping[str, Path]:
    """Where the stores that run here keep their data, and what the settings name beside it."""
    from deploy.local.layout import Layout

    layout = Layout(settings.home)
    here = (("kafka", layout.kafka, settings.kafka_external), ("postgres", layout.postgres, settings.database_external))
    return {name: folder for name, folder, external in here if not external} | {name: Path(folder) for name, folder in settings.disks.items()}
