"""The boards before they are rendered: each is there, is whole, and is what its generator writes; and there is none besides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.deploy.render_input import Broken, read, unbalanced

GRAFANA = "deploy/observability/grafana"
FOLDER = f"{GRAFANA}/dashboards"
FILES = frozenset({
    "町の様子/overview.json", "町の様子/slo.json", "同意と提供/gate.json", "運用/services.json", "運用/projections.json", "運用/base.json", "監査/audit.json",
})
"""Those of the generator (deploy/observability/boards/writing.py), known where the kit that it needs is not installed."""


def check(root: Path) -> None:
    """Whether all boards of a checkout may be rendered. Raises Broken with what is wrong first."""
    there = {path.relative_to(root).as_posix() for path in (root / GRAFANA).rglob("*.json")}
    wanted = {f"{FOLDER}/{name}" for name in FILES}
    for name in sorted(wanted - there):
        raise Broken(f"{name} is not there: write it with `python -m deploy.observability.boards`")
    for name in sorted(there - wanted):
        raise Broken(f"{name} is not among the boards that are generated: a board of your own belongs into your overlay")
    boards = {name: _board(name, read(root, name)) for name in sorted(wanted)}
    for key in ("uid", "title"):
        _differ(boards, key)
    made = _generated()
    for name in sorted(FILES & made.keys()):
        if read(root, f"{FOLDER}/{name}") != made[name]:
            raise Broken(f"{FOLDER}/{name} is not what its generator writes: `python -m deploy.observability.boards` writes it anew")


def _board(name: str, text: str) -> dict[str, Any]:
    try:
        board = json.loads(text)
    except json.JSONDecodeError as problem:
        raise Broken(f"{name}:{problem.lineno} is no JSON: {problem.msg}") from problem
    except ValueError as problem:
        raise Broken(f"{name} is no JSON: {problem}") from problem
    except RecursionError as problem:
        raise Broken(f"{name} is no JSON: too many brackets") from problem
    panels = board.get("panels") if isinstance(board, dict) else None
    if not isinstance(panels, list) or not panels or not all(_is_text(board.get(key)) for key in ("uid", "title")):
        raise Broken(f"{name} is no board: it needs uid, title and panels")
    for panel in panels:
        _panel(name, panel)
    return board


def _panel(name: str, panel: Any) -> None:
    if not isinstance(panel, dict) or not _is_text(panel.get("type")) or not _is_text(panel.get("title")):
        raise Broken(f"{name}: a panel needs type and title")
    if panel["type"] == "row":
        return
    targets = panel.get("targets")
    if not isinstance(targets, list) or not targets or not all(isinstance(each, dict) and _is_text(each.get("expr")) for each in targets):
        raise Broken(f"{name}: the panel {panel['title']} asks for nothing")
    for each in targets:
        if open_one := unbalanced(each["expr"]):
            raise Broken(f"{name}: an expression of the panel {panel['title']} does not end well: {open_one}")


def _differ(boards: Mapping[str, Mapping[str, Any]], key: str) -> None:
    """Grafana would drop one of two with the same."""
    seen: dict[str, str] = {}
    for name, board in boards.items():
        if (other := seen.setdefault(board[key], name)) != name:
            raise Broken(f"{name} has the {key} of {other}")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _generated() -> Mapping[str, str]:
    """File → what the generator writes; nothing where its kit is not installed."""
    try:
        from deploy.observability.boards import writing
    except ModuleNotFoundError as problem:
        if str(problem.name).partition(".")[0] != "grafana_foundation_sdk":
            raise
        return {}
    return writing.texts()
