"""What runs here, a row for each process: what its supervisor knows of it, with its memory and where it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deploy.local.lifecycle import Installation

COLUMNS = ("name", "state", "pid", "port", "restarts", "rss_mib", "address")


def status_rows(found: Installation) -> list[dict[str, Any]]:
    """One row per process: see COLUMNS."""
    return [{**row, "rss_mib": _resident(row["pid"]), "address": _address(row)} for row in found.status()]


def _address(row: dict[str, Any]) -> str:
    from deploy.local.first_start import API
    from deploy.local.ports import HOST
    from deploy.local.processes import STORES, WINDOW

    place = f"{HOST}:{row['port']}"
    shown = {WINDOW: "subjects", API: "v1"}.get(row["name"], "metrics")
    return place if row["name"] in STORES else f"http://{place}/{shown}"


def _resident(pid: int | None) -> float | None:
    """MiB resident of a process and its children; a page that they share counts once."""
    import psutil

    try:
        root = psutil.Process(pid) if pid else None
        family = [root, *root.children(recursive=True)] if root else []
        return round(sum(_own_share(process) for process in family) / 2**20, 1) if family else None
    except psutil.NoSuchProcess:
        return None


def _own_share(process: Any) -> int:
    import psutil

    try:
        return process.memory_full_info().pss
    except psutil.AccessDenied:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
