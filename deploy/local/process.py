"""One supervised process: started, watched, restarted when it ends or does not live, stopped by its process group.

Ready and alive are two questions. A process that is not ready (any more) is left alone: it waits for something, and says so. One
that has lived and then says ``SICK_AFTER`` times in a row that it is sick, or does not answer, is killed and started again.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from .probes import Probe

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
PROBE_EVERY_S = 0.1
ALIVE_EVERY_S = 2.0
SICK_AFTER = 5
"""With the probe's own limit: a process that stands still is killed after 10 to 25 seconds. Starting up takes as long as it takes."""
QUIET_S = 30.0
"""A process that was ready for so long starts again with the shortest pause."""
LOG_LIMIT = 20 * 1024 * 1024
"""Bytes after which a log file is put aside at the next start."""
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
COULD_NOT_START = 127


class State(StrEnum):
    """Where a process is in its life."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    UNREADY = "unready"
    """Was ready, and is not now."""
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What to run. ``port`` is a TCP port on loopback; ``before_exec`` runs in the child between fork and exec.

    ``probe``: whether it is ready. ``alive``: whether it lives; without it, it lives for as long as it runs.
    """

    name: str
    command: tuple[str, ...]
    log: Path
    port: int
    probe: Probe
    alive: Probe | None = None
    ask_every_s: float = ALIVE_EVERY_S
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    before_exec: Callable[[], None] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 20.0


class Child:
    """The running side of a Process."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.state = State.STOPPED
        self.restarts = 0
        self.exit_code: int | None = None
        self._running: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def stopped(self) -> bool:
        """Whether nobody wants it to run."""
        return self._keeper is None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._running.pid if self._running else None

    def start(self) -> None:
        """Run, and keep running, until ``stop``."""
        if self._keeper is None:
            self.restarts = 0
            self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.process.name}")

    async def stop(self) -> None:
        """End the whole process group: the stop signal first, SIGKILL after the process's own limit."""
        if self._keeper is None:
            return
        self._keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeper
        self._keeper = None
        await self._end()
        self.state = State.STOPPED

    def signal(self, number: int) -> bool:
        """Send a signal to the whole process group; False when nothing runs. The keeper sees what follows."""
        if self.pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)
        return True

    async def _keep(self) -> None:
        pause = FIRST_PAUSE_S
        while True:
            began = time.monotonic()
            await self._run_once()
            if time.monotonic() - began > QUIET_S:
                pause = FIRST_PAUSE_S
            self.state = State.WAITING
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)
            self.restarts += 1

    async def _run_once(self) -> None:
        """Start the process and return when it has ended, with whatever it left behind in its group killed."""
        self.state = State.STARTING
        try:
            self._running = await self._spawn()
        except (OSError, subprocess.SubprocessError) as error:
            self.exit_code = COULD_NOT_START
            self._note(f"cannot start {self.process.command[0]}: {error}")
            return
        watchers = [asyncio.create_task(each, name=f"probe {self.process.name}") for each in (self._watch(), self._nurse())]
        try:
            self.exit_code = await self._running.wait()
        finally:
            for watcher in watchers:
                watcher.cancel()
        self.signal(signal.SIGKILL)
        self._running = None

    async def _watch(self) -> None:
        """Whether it is ready, for as long as it runs."""
        while True:
            if await self.process.probe(self.process.port):
                self.state = State.READY
            elif self.state is State.READY:
                self.state = State.UNREADY
            await asyncio.sleep(PROBE_EVERY_S if self.state is not State.READY else self.process.ask_every_s)

    async def _nurse(self) -> None:
        """Kill it when it has lived and does not live any more."""
        process, lived, missed = self.process, False, 0
        while process.alive and missed < SICK_AFTER:
            alive = await process.alive(process.port)
            lived, missed = lived or alive, missed + 1 if lived and not alive else 0
            await asyncio.sleep(process.ask_every_s)
        if process.alive:
            self._note(f"{process.name} was sick or did not answer {SICK_AFTER} times in a row; it is killed and started again")
            self.signal(signal.SIGKILL)

    def _note(self, sentence: str) -> None:
        with self.process.log.open("a") as log:
            print(sentence, file=log)

    async def _spawn(self) -> asyncio.subprocess.Process:
        process = self.process
        with open_log(process.log) as log:
            return await asyncio.create_subprocess_exec(
                *process.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **process.environment},
                cwd=process.folder,
                start_new_session=True,
                preexec_fn=_in_child(process.before_exec),
            )

    async def _end(self) -> None:
        if self._running is None:
            return
        self.signal(self.process.stop_signal)
        try:
            async with asyncio.timeout(self.process.stop_within_s):
                await self._running.wait()
        except TimeoutError:
            pass
        self.signal(signal.SIGKILL)
        self.exit_code = await self._running.wait()
        self._running = None


def open_log(path: Path):
    """Open a log file for appending; a long one is put aside as ``<name>.1`` first."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_name(path.name + ".1"))
    return path.open("ab")


def end_with_parent(number: int) -> None:
    """In a child: have the system send us this signal when the thread that started us ends, however that happens."""
    LIBC.prctl(PR_SET_PDEATHSIG, number)


def _in_child(before_exec: Callable[[], None] | None) -> Callable[[], None]:
    """Between fork and exec: whatever the process needs, then "die when the supervisor dies"."""

    def prepare() -> None:
        if before_exec is not None:
            before_exec()
        end_with_parent(signal.SIGKILL)

    return prepare
