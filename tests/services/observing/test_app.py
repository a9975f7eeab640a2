"""Round after round of the observer: what it tells of its own sight."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kernel.settings import Settings
from services.observing import app
from services.observing.app import Observer
from services.observing.broker import Look
from services.observing.database import Counts
from tests.services.observing.test_broker import settings

__all__ = ["settings"]


@pytest.mark.parametrize(("look", "seen"), [(Look(up=True, whole=True), True), (Look(up=True), False), (Look(), False)])
async def test_the_last_round_is_the_last_that_saw_everything(settings: Settings, monkeypatch: pytest.MonkeyPatch, look: Look, seen: bool):
    """One that goes round and sees nothing must look blind: ObserverIdle waits for it."""
    observer = Observer(settings, dict, {})
    observer.exporter.sight = replace(observer.exporter.sight, at=1.0)

    async def counted() -> Counts:
        return Counts()

    monkeypatch.setattr(observer._database, "look", counted)
    async def looked(before: object, elsewhere: object) -> Look:
        return look

    monkeypatch.setattr(observer._broker, "look", looked)
    monkeypatch.setattr(app.time, "time", lambda: 500.0)
    await observer.look()

    assert (500.0 if seen else 1.0) == observer.exporter.sight.at
