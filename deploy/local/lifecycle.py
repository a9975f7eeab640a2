"""Up and down: the order of things, from an empty folder to a running town and back.

``up`` may be called at any time; it does what is missing. ``down`` stops what the supervisor of this installation started,
and only that; an external cluster or database is never touched. Of several at once, each waits for the one before it.
"""

from __future__ import annotations

import asyncio
import fcntl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel import settings as settings_module
from kernel.settings import Settings

from . import access, control, first_start, jars, kafka, ports, postgres, processes, supervisor
from .layout import CannotRun, Layout
from .passing import patiently
from .progress import Progress, Silent, Step
from .town import Agency, agencies
from .turns import turn

READY_WITHIN_S = 180.0
START_OR_STOP = "start or stop"
GIVE_UP_AFTER = 3
"""Restarts of a process that does not become ready; those from before it was waited for do not count."""


class DidNotStart(Exception):
    """A process ended again and again, or was not ready in time. (No dataclass: whoever passes an exception on writes to it.)"""

    def __init__(self, name: str, log: Path) -> None:
        super().__init__(f"{name} did not become ready; its log is {log}, last line: {_last_line(log)}")
        self.name, self.log = name, log


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation, from its folder. ``tied``: what it starts ends with this program (for tests and benchmarks)."""

    layout: Layout
    tied: bool = False

    @property
    def settings(self) -> Settings:
        """As they are in the file now. Raises SettingsMissing."""
        return settings_module.load(self.layout.home)

    def prepare(self) -> Settings:
        """Settings, credentials and certificates, made at the first start. Raises CannotRun, SettingsMissing.

        Of agencies at the very first one alone: later the registry says who has an account (see ``_provision``).
        """
        first = not (self.layout.home / settings_module.FILE_NAME).exists()
        first_start.prepare(self.layout, ("admin", *access.principals(agencies() if first else ())))
        settings = self.settings
        first_start.write_credentials(self.layout.secrets, tuple(map(access.mirror, settings.towns)))
        if settings.mtls or settings.encrypted and not settings.kafka_external:
            from . import certificates

            certificates.prepare(self.layout, settings)
        return settings

    def up(self, progress: Progress, between: Callable[[], None] = lambda: None) -> None:
        """The whole system; ``between`` the stores and the services. A second `up` waits for the first and finds everything done.

        Raises CannotRun, SettingsMissing, DidNotStart.
        """
        self._check_files()
        with turn(self.layout, START_OR_STOP, progress):
            self._up_stores(progress)
            between()
            self._start(processes.applications(self.settings), "starting the services", progress)

    def up_stores(self, progress: Progress) -> None:
        """Broker and database, provisioned. Raises CannotRun, SettingsMissing, DidNotStart."""
        with turn(self.layout, START_OR_STOP, progress):
            self._up_stores(progress)

    def down(self, progress: Progress | None = None) -> bool:
        """Stop everything that was started, after a start that is under way; False when nothing ran."""
        if not self.layout.run.exists():
            return False
        with turn(self.layout, START_OR_STOP, progress or Silent()):
            try:
                control.ask(self.layout, "down")
            except control.NotRunning:
                return False
            with (self.layout.run / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
            return True

    def status(self) -> list[dict[str, Any]]:
        """One row per process that was ever asked for, in the order of starting; empty when nothing runs."""
        try:
            return control.ask(self.layout, "status")["processes"]
        except control.NotRunning:
            return []

    def signal(self, name: str, number: int) -> bool:
        """Send a signal to a process; False when it does not run. Raises NotRunning."""
        return bool(control.ask(self.layout, "signal", name=name, signal=number).get("sent"))

    def start(self, *names: str, progress: Progress) -> None:
        """Start processes by name and wait until they are ready. Raises CannotRun, DidNotStart."""
        self._start(names, "starting " + ", ".join(names), progress)

    def stop(self, *names: str) -> None:
        """Stop processes by name; they stay down until started again. Raises NotRunning."""
        control.ask(self.layout, "stop", names=list(names))

    # --- steps

    def _check_files(self) -> None:
        """What somebody has written by hand, before anything is begun. Raises SettingsMissing."""
        agencies()
        if (self.layout.home / settings_module.FILE_NAME).exists():
            _ = self.settings

    def _up_stores(self, progress: Progress) -> None:
        settings = self.prepare()
        names = processes.stores(settings)
        self._check_ports((*names, *processes.applications(settings)))
        self._make_stores(settings, names, progress)
        supervisor.ensure_running(self.layout, self.tied)
        self._start(names, "starting " + " and ".join(names), progress)
        self._provision(settings, progress)

    def _make_stores(self, settings: Settings, names: tuple[str, ...], progress: Progress) -> None:
        if "kafka" in names:
            folder = jars.fetch(progress)
            with progress.step("preparing Kafka's storage"):
                kafka.format_storage(self.layout, settings, folder)
        if "postgres" in names:
            with progress.step("preparing PostgreSQL's storage"):
                postgres.create(self.layout, settings)

    def _start(self, names: tuple[str, ...], title: str, progress: Progress) -> None:
        if not names:
            return
        with progress.step(title) as step:
            answer = control.ask(self.layout, "start", names=list(names))
            if "error" in answer:
                raise CannotRun(answer["error"])
            self._wait_until_ready(names, step)

    def _check_ports(self, names: tuple[str, ...]) -> None:
        running = {row["name"] for row in self.status() if row["state"] != "stopped"}
        for name in names:
            taken = [port for port in processes.ports_of(name, self.settings) if name not in running and not ports.is_free(port)]
            if taken:
                file = self.layout.home / settings_module.FILE_NAME
                raise CannotRun(f"port {taken[0]} of {name} is taken by another program; free it or change it in {file}")

    def _wait_until_ready(self, names: tuple[str, ...], step: Step) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        before = {row["name"]: row["restarts"] for row in self.status()}
        while True:
            rows = [row for row in self.status() if row["name"] in names]
            if not rows:
                raise CannotRun(f"the supervisor ended before {' and '.join(names)} became ready; see {self.layout.log('supervisor')}")
            waiting = [row for row in rows if row["state"] != "ready"]
            step.advance(len(rows) - len(waiting), len(names))
            if not waiting:
                return
            for row in waiting:
                if row["restarts"] - before.get(row["name"], 0) >= GIVE_UP_AFTER or time.monotonic() > deadline:
                    raise DidNotStart(row["name"], Path(row["log"]))
            time.sleep(0.1)

    def _town(self, settings: Settings) -> tuple[Agency, ...]:
        """Every agency that is or was registered or is still to be; those of the town's file that have not ended have their passwords now. Raises CannotRun."""
        from . import broker_admin, enrolled

        broker_admin.BrokerAdmin(settings, ()).reach(broker_admin.TIMEOUT_S)
        town, named = enrolled.town(settings), {each.id for each in agencies()}
        first_start.write_credentials(self.layout.secrets, tuple(each.principal for each in town if each.id in named and each.ended is None))
        return town

    def _provision(self, settings: Settings, progress: Progress) -> None:
        from . import broker_admin, certificates, databases

        if settings.encrypted and not settings.kafka_external:
            certificates.take_up(self.layout, settings)  # one that was renewed while the broker ran
        with progress.step("provisioning topics, accounts and access rules") as step:
            admin = broker_admin.BrokerAdmin(settings, self._town(settings))
            patiently(lambda: admin.apply(step.advance), made=True)
        with progress.step("provisioning databases"):
            asyncio.run(databases.apply(settings))


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "(empty)"
