"""What runs here, a row for each process: what its supervisor knows of it, with its memory and where it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.settings import FILE_NAME

if TYPE_CHECKING:
    from deploy.local.lifecycle import Installation

COLUMNS = ("name", "state", "pid", "port", "restarts", "rss_mib", "address")
STOPPED = "stopped"


def status_rows(found: Installation) -> list[dict[str, Any]]:
    """One row per process: see COLUMNS. Where nothing runs, each is stopped; none where nothing is installed. Raises SettingsMissing."""
    rows = found.status() or (_stopped(found) if (found.layout.home / FILE_NAME).exists() else [])
    return [{**row, "rss_mib": _resident(row["pid"]), "address": _address(row)} for row in rows]


def _stopped(found: Installation) -> list[dict[str, Any]]:
    """What `run up` would start."""
    from deploy.local import processes

    settings = found.settings
    return [
        {"name": name, "pid": None, "state": STOPPED, "restarts": 0, "port": processes.port(name, settings), "exit_code": None, "log": str(found.layout.log(name))}
        for name in (*processes.stores(settings), *processes.applications(settings))
    ]


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
