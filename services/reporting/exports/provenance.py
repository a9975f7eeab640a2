"""Provenance (出所): what was asked, of which log positions and by which definition, so that a figure can be made again and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from services.reporting.exports.canonical import JAPAN, Canonical

Positions = Mapping[str, Mapping[int, int]]
"""The offset up to which each log had been read, by topic and partition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the rows of an export come from. Holds codes, ids, positions and times only."""

    report: str
    title: str
    query: Mapping[str, str]
    """What was asked, by parameter."""
    period: str = ""
    """Month, days or case that the rows cover; empty: everything up to the positions."""
    municipality: str
    positions: Positions
    definition: str
    """Version or fingerprint of what turned events into these rows."""
    generated_at: datetime
    missing: int = 0
    """Log records that could not be read: with any, the rows are incomplete."""
    columns: tuple[str, ...] = ()
    rows: int = 0
    sha256: str = ""
    """Of the canonical rows."""

    def over(self, rows: Canonical) -> Provenance:
        """The same with the columns, the number and the hash of these rows."""
        return replace(self, columns=rows.columns, rows=rows.count, sha256=rows.sha256)

    def as_object(self) -> dict[str, Any]:
        """For JSON, its keys always in this order."""
        return {
            "report": self.report, "title": self.title, "query": dict(sorted(self.query.items())), "period": self.period,
            "municipality": self.municipality, "positions": {topic: dict(each) for topic, each in _in_order(self.positions)},
            "definition": self.definition, "generated_at": self.generated_at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "missing": self.missing, "columns": list(self.columns), "rows": self.rows, "rows_sha256": self.sha256,
        }

    def as_lines(self) -> list[tuple[str, str]]:
        """For people: a Japanese word and what stands beside it."""
        asked = "、".join(f"{name} = {value}" for name, value in sorted(self.query.items()))
        return [
            ("帳票", f"{self.title}（{self.report}）"), ("条件", asked), ("対象", self.period), ("市町村", self.municipality),
            ("作成日時（日本時間）", self.generated_at.astimezone(JAPAN).isoformat(sep=" ", timespec="seconds")), ("定義", self.definition),
            ("行数", str(self.rows)), ("読めない記録", str(self.missing)), ("行のSHA-256", self.sha256),
            *((f"位置 {topic}", " ".join(f"{partition}:{offset}" for partition, offset in each.items())) for topic, each in _in_order(self.positions)),
        ]


def _in_order(positions: Positions) -> list[tuple[str, dict[str, int]]]:
    return [(topic, {str(partition): offset for partition, offset in sorted(each.items())}) for topic, each in sorted(positions.items())]
