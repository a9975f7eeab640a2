"""``tsunagu observer``: how far every worker is, seen from outside, in the foreground; `run up` starts it so."""

from __future__ import annotations

from kernel import settings as settings_module

EXAMPLE = "Example: tsunagu observer"


def command() -> None:
    """Export how long events have been waiting, as metrics, until told to end; port: [http] in tsunagu.toml."""
    from services.observing import app

    app.run(settings_module.load())
