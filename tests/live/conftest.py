"""Everything in this folder runs against the real system: `pytest -m "not live"` leaves it out."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and every test that asks for the stores, as live."""
    for item in items:
        if Path(__file__).parent in item.path.parents or {"broker", "stack"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.live)
