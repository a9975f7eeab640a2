"""The keyring's memory; the store itself is tested in tests/live."""

from __future__ import annotations

import pytest

from kernel import keyring
from kernel.keyring import Kept


def test_a_key_is_forgotten_after_a_minute():
    """So that a destroyed key is soon gone everywhere."""
    now = 0.0
    kept = Kept(lambda: now)
    kept.put("a", 1)
    now = keyring.TTL_S - 1
    assert 1 == kept.get("a")

    now = keyring.TTL_S

    assert None is kept.get("a")


def test_the_least_recently_used_goes_first(monkeypatch: pytest.MonkeyPatch):
    """Memory is bounded."""
    monkeypatch.setattr(keyring, "MAX_KEPT", 2)
    kept = Kept(lambda: 0.0)
    for name in ("a", "b"):
        kept.put(name, name)
    kept.get("a")

    kept.put("c", "c")

    assert ["a", None, "c"] == [kept.get(name) for name in ("a", "b", "c")]


def test_all_can_be_forgotten():
    """When a key was destroyed."""
    kept = Kept(lambda: 0.0)
    kept.put("a", 1)

    kept.clear()

    assert None is kept.get("a")
