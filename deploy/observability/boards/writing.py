"""Writing (書き出し): the boards as the JSON that Grafana reads, with real Japanese characters, each in the folder of who reads it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.observability.boards import audit, base, gate, overview, projections, services, slo

FOLDER = Path(__file__).resolve().parents[1] / "grafana" / "dashboards"
BOARDS: dict[str, Callable[[], Dashboard]] = {
    "町の様子/overview.json": overview.made,
    "町の様子/slo.json": slo.made,
    "同意と提供/gate.json": gate.made,
    "運用/services.json": services.made,
    "運用/projections.json": projections.made,
    "運用/base.json": base.made,
    "監査/audit.json": audit.made,
}
"""File → builder. The folder is the one in Grafana: people, those who answer for consent, operators, auditors."""


def texts() -> dict[str, str]:
    """File → what must stand in it."""
    return {name: _text(made) for name, made in BOARDS.items()}


def write() -> list[Path]:
    """Write all boards; the files written."""
    written = []
    for name, text in texts().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        written.append(path)
    return written


def _text(made: Callable[[], Dashboard]) -> str:
    board = _shown(json.loads(JSONEncoder(sort_keys=True).encode(made().build())))
    for place, panel in enumerate(board["panels"], 1):
        panel["id"] = place
    return json.dumps(board, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _shown(part: Any) -> Any:
    """Without the development kit's wish to hide links and notes in a menu."""
    if isinstance(part, dict):
        return {name: _shown(each) for name, each in part.items() if name != "placement"}
    return [_shown(each) for each in part] if isinstance(part, list) else part
