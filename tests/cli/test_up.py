"""``tsunagu run up``: a pack that cannot be put in force keeps nothing else from starting; a gate learns a new one before it is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cli import registry
from cli.run import GATE, bring_up
from deploy.local.progress import Silent
from services.consent.domain.form import Problem
from services.consent.domain.pack import PackInvalid


class Started:
    """An installation that only notes what is done to it; its gate may run already."""

    settings: Any = None

    def __init__(self, gate: str) -> None:
        self.gate, self.done = gate, list[str]()

    def up(self, progress: Any, between: Callable[[], None]) -> None:
        """Stores, then what is between, then services."""
        self.done.append("stores")
        between()
        self.done.append("services")

    def status(self) -> list[dict[str, Any]]:
        """The gate alone."""
        return [{"name": GATE, "state": self.gate}]

    def stop(self, *names: str) -> None:
        """Ends processes."""
        self.done += [f"end {name}" for name in names]


@pytest.mark.parametrize(("gate", "done"), [("ready", ["stores", "end consent", "services"]), ("stopped", ["stores", "services"])])
def test_a_running_gate_ends_before_it_is_told_of_a_new_pack(gate: str, done: list[str], monkeypatch: pytest.MonkeyPatch):
    """And is started with the others."""
    monkeypatch.setattr(registry, "publish", lambda settings, learn: learn())
    found = Started(gate)

    bring_up(found, Silent())

    assert done == found.done


def test_rule_34_a_pack_that_is_not_put_in_force_keeps_nothing_from_starting(monkeypatch: pytest.MonkeyPatch):
    """The services come up, by the pack before; then it is told."""
    def refuse(settings: Any, learn: Any) -> None:
        raise PackInvalid("draft.yaml", [Problem("signature", "UNSIGNED: …")])

    monkeypatch.setattr(registry, "publish", refuse)
    found = Started("ready")

    with pytest.raises(PackInvalid, match="UNSIGNED"):
        bring_up(found, Silent())
    assert ["stores", "services"] == found.done
