"""``tsunagu observer``: how far every worker is, seen from outside, in the foreground; `run up` starts it so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kernel import settings as settings_module
from kernel.settings import Settings

EXAMPLE = "Example: tsunagu observer"


def command() -> None:
    """Export how long events have been waiting, as metrics, until told to end; port: [http] in tsunagu.toml."""
    from services.observing import app

    settings = settings_module.load()
    app.run(settings, mounts=_mounts(settings))


def _mounts(settings: Settings) -> Mapping[str, Path]:
    """Where the stores that run here keep their data."""
    from deploy.local.layout import Layout

    layout = Layout(settings.home)
    here = (("kafka", layout.kafka, settings.kafka_external), ("postgres", layout.postgres, settings.database_external))
    return {name: folder for name, folder, external in here if not external}
