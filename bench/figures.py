"""Figures: what was measured, with its spread, and what was promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

COLUMNS = ("what", "median", "min", "max", "unit", "target", "kept", "repeats")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One quantity over some repeats. ``at_most``, ``at_least``: what was promised of the median, in ``unit``; None = nothing."""

    what: str
    unit: str
    values: tuple[float, ...]
    at_most: float | None = None
    at_least: float | None = None

    @property
    def median(self) -> float:
        """The middle of the repeats."""
        return median(self.values)

    @property
    def kept(self) -> bool | None:
        """Whether the median keeps the promise; None where there is none."""
        if self.at_most is None and self.at_least is None:
            return None
        return (self.at_least is None or self.median >= self.at_least) and (self.at_most is None or self.median <= self.at_most)

    def row(self) -> dict[str, Any]:
        """As a row of COLUMNS."""
        return {
            "what": self.what, "median": rounded(self.median), "min": rounded(min(self.values)), "max": rounded(max(self.values)),
            "unit": self.unit, "target": self._target(), "kept": {True: "yes", False: "NO", None: None}[self.kept], "repeats": len(self.values),
        }

    def _target(self) -> str | None:
        if self.at_most is not None:
            return f"≤ {self.at_most:g}" if self.at_least is None else f"{self.at_least:g}–{self.at_most:g}"
        return None if self.at_least is None else f"≥ {self.at_least:g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` (0 to 1) of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def rounded(value: float) -> float:
    """Three significant digits, whole numbers whole."""
    return round(value) if abs(value) >= 100 else float(f"{value:.3g}")
