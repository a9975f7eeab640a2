"""A proof of one alert rule: scenes in which it must fire and scenes in which it must not, written for ``promtool test rules``.

Each scene is its own history of series. Where the rule must fire, labels and both texts are compared to the letter; where not, nothing may fire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PAGE, TICKET = "page", "ticket"
DOCS = "https://docs.example"
KINDS = ("fires", "below", "missing", "reset", "resolves")
"""Fires · one step below the edge · a series is not there · a process begins anew (counter reset) · it is over."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Series (name with labels → promtool's values, one each ``every``) and the moment that is looked at. ``says``: the description; empty where silent."""

    at: str
    series: Mapping[str, str]
    says: str = ""
    every: str = "1m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Everything that is claimed of one rule. ``labels``: what the alert has beside severity and audience."""

    alert: str
    severity: str
    audience: str
    summary: str
    labels: Mapping[str, str] = field(default_factory=dict)
    evaluated: str = "1m"
    """How often the rules are evaluated; seldom where a history is long."""
    fires: tuple[Scene, ...] = ()
    below: tuple[Scene, ...] = ()
    missing: tuple[Scene, ...] = ()
    reset: tuple[Scene, ...] = ()
    resolves: tuple[Scene, ...] = ()

    @property
    def name(self) -> str:
        """Which rule it is, for people."""
        return "-".join([self.alert, self.severity, *[self.labels[key] for key in ("window",) if key in self.labels]])

    def scenes(self) -> list[tuple[str, Scene]]:
        """Every scene with its kind."""
        return [(kind, scene) for kind in KINDS for scene in getattr(self, kind)]

    def proves(self, rule: Mapping[str, Any]) -> bool:
        """Whether it is about this rule."""
        own = {"severity": self.severity, "audience": self.audience, **self.labels}
        return rule.get("alert") == self.alert and all(own.get(key) == value for key, value in rule["labels"].items())

    def document(self, files: list[str]) -> dict[str, Any]:
        """The file for ``promtool test rules``."""
        return {"rule_files": files, "evaluation_interval": self.evaluated, "tests": [self._test(kind, scene) for kind, scene in self.scenes()]}

    def _test(self, kind: str, scene: Scene) -> dict[str, Any]:
        alert = {
            "exp_labels": {"severity": self.severity, "audience": self.audience, **self.labels},
            "exp_annotations": {"summary": self.summary, "description": scene.says, "runbook_url": f"{DOCS}/operators.md#{self.alert.lower()}"},
        }
        return {
            "name": f"{self.name} {kind}",
            "interval": scene.every,
            "external_labels": {"docs": DOCS},
            "input_series": [{"series": series, "values": values} for series, values in scene.series.items()],
            "alert_rule_test": [{"eval_time": scene.at, "alertname": self.alert, "exp_alerts": [alert] if scene.says else []}],
        }


def flat(value: float, samples: int) -> str:
    """The same value, so many samples long."""
    return f"{value}+0x{samples - 1}"


def rising(start: float, step: float, samples: int) -> str:
    """A value that rises (or falls) by ``step`` with each sample."""
    return f"{start}+{step}x{samples - 1}" if step >= 0 else f"{start}-{-step}x{samples - 1}"


def gap(samples: int) -> str:
    """Nothing there."""
    return f"_x{samples}"
