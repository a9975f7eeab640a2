"""``tsunagu doctor``: what this machine and this installation have, what is missing, and how to get it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import typer

from cli import machine
from cli.leaving import PROBLEMS
from cli.machine import Finding
from cli.output import Output, OutputOption, show
from kernel import settings as settings_module

EXAMPLE = "Example: tsunagu doctor --output json"
FREE_SPACE_MIB = 1024
REBUILD = "remove .venv and run: make env"
WHEELS = ("java", "postgresql")
"""Checks of programs that come with the Python environment."""


def command(output: OutputOption = Output.TABLE) -> None:
    """Look at everything that a run needs: what is missing, and how to get it. Exit code 1 when something is; what is optional never counts."""
    rows = [_row(name, check) for name, check in CHECKS.items()]
    show(rows, ("check", "ok", "found", "todo"), output)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(PROBLEMS)


def _row(name: str, check: Callable[[], Finding]) -> dict[str, Any]:
    from deploy.local.layout import CannotRun

    try:
        ok, found, todo = check()
    except settings_module.SettingsMissing as problem:
        ok, found, todo = False, str(problem), _settings_todo()
    except CannotRun as problem:
        ok, found, todo = False, str(problem), "make env" if name in WHEELS else "tsunagu run up"
    except OSError as problem:
        ok, found, todo = False, f"{problem.filename or name} cannot be used: {problem.strerror or 'no answer'}", REBUILD
    return {"check": name, "ok": ok, "found": found or "nothing", "todo": "" if ok and name not in machine.OPTIONAL else todo}


def _settings_todo() -> str:
    file = settings_module.home() / settings_module.FILE_NAME
    return f"mend {file}, or remove it and run: tsunagu run up" if file.exists() else "tsunagu run up"


def _java() -> Finding:
    from deploy.local import kafka

    done = subprocess.run([kafka.java(), "-version"], capture_output=True, text=True, check=False)
    return done.returncode == 0, (done.stderr.splitlines() or ["no answer"])[0], REBUILD


def _jars() -> Finding:
    from deploy.local import jars

    pinned = jars.pinned()
    folder = jars.folder(pinned)
    there = folder.is_dir()
    found = f"Kafka {jars.version(pinned)} in {folder}" if there else f"Kafka {jars.version(pinned)} is not fetched yet"
    return there, found, "connect to the network and run: tsunagu run up"


def _postgres() -> Finding:
    from deploy.local import postgres

    done = subprocess.run([str(postgres.programs() / "postgres"), "--version"], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout.strip() or done.stderr.strip(), REBUILD


def _installation() -> Finding:
    home = settings_module.home()
    settings_module.load(home)
    return True, str(home), ""


def _ports() -> Finding:
    from cli.run import installation
    from deploy.local import ports, processes

    found, settings = installation(), settings_module.load()
    running = {row["name"] for row in found.status() if row["pid"]}
    ours = [*processes.stores(settings), *processes.applications(settings)]
    taken = [name for name in ours if name not in running and not all(map(ports.is_free, processes.ports_of(name, settings)))]
    told = " ".join(f"{name}:{port}" for name in ours for port in processes.ports_of(name, settings))
    return not taken, told, f"taken by another program: {' '.join(taken)}; free them or change {settings_module.FILE_NAME}"


def _broker() -> Finding:
    from deploy.local.broker_admin import BrokerAdmin

    settings = settings_module.load()
    changes = BrokerAdmin(settings).differences(within_s=5)
    return not changes, f"{settings.bootstrap}, {len(changes)} differences from the plan", "tsunagu topics apply"


def _database() -> Finding:
    import asyncio

    from deploy.local import databases

    settings = settings_module.load()
    version = asyncio.run(databases.version(settings))
    return True, f"{settings.database_host}:{settings.database_port}, {version}", ""


def _projections() -> Finding:
    import asyncpg

    from cli import needed

    try:
        names = needed.projections(settings_module.load())
    except (OSError, TimeoutError, settings_module.SettingsMissing, asyncpg.PostgresError, asyncpg.InterfaceError):
        return True, "not asked, since the database does not answer", ""
    return not names, f"rebuild needed: {' '.join(names)}" if names else "follow the logs", needed.TODO


def _disk() -> Finding:
    home = settings_module.home()
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free // 2**20
    return free > FREE_SPACE_MIB, f"{free} MiB free", f"free at least {FREE_SPACE_MIB} MiB at {home}"


def _running() -> bool:
    from cli.run import installation

    return any(row["pid"] for row in installation().status())


def _memory() -> Finding:
    return machine.memory(_running())


def _clock() -> Finding:
    home = settings_module.home()
    files = [path.stat().st_mtime for path in (home / settings_module.FILE_NAME, home / "logs") if path.exists()]
    return machine.clock(max(files, default=0.0), _server_time())


def _server_time() -> float | None:
    import asyncio

    from deploy.local import databases
    from deploy.local.layout import CannotRun

    try:
        return asyncio.run(databases.clock(settings_module.load()))
    except (CannotRun, settings_module.SettingsMissing, OSError):
        return None


def _secrets() -> Finding:
    folder = settings_module.home() / "secrets"
    files = [*folder.iterdir()] if folder.is_dir() else []
    open_to_others = sorted(path.name for path in files if path.stat().st_mode & 0o077)
    todo = f"others may read {' '.join(open_to_others[:3])}{' and more' if len(open_to_others) > 3 else ''}; run: chmod -R go= {folder}"
    return not open_to_others, f"{len(files)} files, for their owner alone" if not open_to_others else f"{len(files)} files", todo


def _certificates() -> Finding:
    """Those of this installation, where it has any; each should hold for another month."""
    from kernel.certificates import SOON_DAYS, certificates

    try:
        settings = settings_module.load()
    except settings_module.SettingsMissing:
        return True, "not looked at: see installation", ""
    ends = certificates(settings)
    left = {name: (end.astimezone(UTC) - datetime.now(UTC)).days for name, end in ends.items()}
    short = sorted(name for name, days in left.items() if days < SOON_DAYS)
    told = ", ".join(f"{name}: {days} days left" for name, days in sorted(left.items())) or "none are used"
    return not short, told, f"{' '.join(short)} ends soon; run: tsunagu certificates renew, or for an agency's: tsunagu agency certificate ID"


CHECKS: dict[str, Callable[[], Finding]] = {
    "version": machine.versions,
    "python": machine.python,
    "packages": machine.packages,
    "java": _java,
    "kafka jars": _jars,
    "postgresql": _postgres,
    "disk": _disk,
    "memory": _memory,
    "open files": machine.open_files,
    "installation": _installation,
    "secrets": _secrets,
    "certificates": _certificates,
    "ports": _ports,
    "broker": _broker,
    "database": _database,
    "clock": _clock,
    "projections": _projections,
    **{name: partial(machine.optional, name) for name in machine.OPTIONAL},
}
