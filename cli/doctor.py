"""``tsunagu doctor``: what this machine and this installation have, what is missing, and how to get it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from typing import Any

import typer

from cli.leaving import PROBLEMS
from cli.output import Output, OutputOption, show
from kernel import settings as settings_module

EXAMPLE = "Example: tsunagu doctor --output json"
PACKAGES = ("faust-streaming", "aiokafka", "confluent-kafka", "fastavro", "asyncpg", "cryptography")
FREE_SPACE_MIB = 1024
REBUILD = "remove .venv and run: make env"
WHEELS = ("java", "postgresql")
"""Checks of programs that come with the Python environment."""
Finding = tuple[bool, str, str]
"""Whether it is well, what was found, and what to do if not."""


def command(output: OutputOption = Output.TABLE) -> None:
    """Look at everything that a run needs. Exit code 1 when something is missing."""
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
    return {"check": name, "ok": ok, "found": found or "nothing", "todo": "" if ok else todo}


def _settings_todo() -> str:
    file = settings_module.home() / settings_module.FILE_NAME
    return f"mend {file}, or remove it and run: tsunagu run up" if file.exists() else "tsunagu run up"


def _python() -> Finding:
    return sys.version_info >= (3, 11), sys.version.split()[0], "install Python 3.11, 3.12 or 3.13 and run: make env"


def _packages() -> Finding:
    missing = [name for name in PACKAGES if not _installed(name)]
    found = " ".join(f"{name} {metadata.version(name)}" for name in PACKAGES if name not in missing)
    return not missing, found, f"missing {' '.join(missing)}; run: make env"


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
    taken = [name for name in ours if name not in running and not ports.is_free(processes.port(name, settings))]
    told = " ".join(f"{name}:{processes.port(name, settings)}" for name in ours)
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


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


CHECKS: dict[str, Callable[[], Finding]] = {
    "python": _python,
    "packages": _packages,
    "java": _java,
    "kafka jars": _jars,
    "postgresql": _postgres,
    "disk": _disk,
    "installation": _installation,
    "ports": _ports,
    "broker": _broker,
    "database": _database,
    "projections": _projections,
}
