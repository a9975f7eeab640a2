"""Keeps the processes of one installation running: ``python -m deploy.local.supervisor HOME``, detached, one per installation.

It starts nothing by itself; commands arrive over the control socket. When it ends, all that it started has ended.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from kernel.settings import SettingsMissing

from . import control
from .layout import CannotRun, Layout
from .process import Child, Process, end_with_parent, open_log
from .processes import STORES

Build = Callable[[str], Process]
TIED = "tied"


class Supervisor:
    """The processes by name. ``build`` says how a process runs when it is first asked for."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._children: dict[str, Child] = {}
        self._leaving = False
        self._one_by_one = asyncio.Lock()
        """Starts and stops: what is just being stopped is started when it has stopped."""
        self.finished = asyncio.Event()

    async def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one command; an unknown verb or name is answered with ``error``."""
        match request:
            case {"do": "status"}:
                return {"pid": os.getpid(), "processes": [self._row(child) for child in self._children.values()]}
            case {"do": "start", "names": names}:
                async with self._one_by_one:
                    return self._start(names)
            case {"do": "stop", "names": names}:
                async with self._one_by_one:
                    return await self._stop([name for name in names if name in self._children])
            case {"do": "signal", "name": name, "signal": number} if name in self._children:
                return {"sent": self._children[name].signal(number)}
            case {"do": "down"}:
                self._leaving = True
                async with self._one_by_one:
                    answer = await self._stop(list(self._children))
                self.finished.set()
                return answer
        return {"error": f"nothing named {request.get('name')!r} runs here, or no such command: {request.get('do')!r}"}

    def _start(self, names: list[str]) -> dict[str, Any]:
        if self._leaving:
            return {"error": f"{' and '.join(names)} cannot be started: everything is being stopped; try again when that is done"}
        try:
            for name in names:
                child = self._children.get(name)
                if child is None or child.pid is None:
                    self._renew(name, child)
        except (CannotRun, SettingsMissing, KeyError) as error:
            return {"error": str(error)}
        return {}

    def _renew(self, name: str, child: Child | None) -> None:
        """Start ``name``; settings may have changed while it was stopped."""
        if child is None or child.stopped:
            child = self._children[name] = Child(self._build(name))
        child.start()

    async def _stop(self, names: list[str]) -> dict[str, Any]:
        """Stop the latest started first: applications before the stores that they use."""
        order = list(reversed(self._children))
        stores = [name for name in order if name in STORES]
        for group in ([name for name in order if name not in stores], stores):
            await asyncio.gather(*(self._children[name].stop() for name in group if name in names))
        return {"stopped": names}

    def _row(self, child: Child) -> dict[str, Any]:
        return {
            "name": child.process.name,
            "pid": child.pid,
            "state": child.state,
            "restarts": child.restarts,
            "port": child.process.port,
            "exit_code": child.exit_code,
            "log": str(child.process.log),
        }


async def serve(layout: Layout, build: Build) -> None:
    """Answer commands until told to end by ``down``, SIGTERM or SIGINT; then stop everything."""
    supervisor = Supervisor(build)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.finished.set)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = await supervisor.answer(json.loads(await reader.readline() or b"{}"))
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(converse, sock=control.listen(layout))
    await supervisor.finished.wait()
    server.close()
    (layout.run / control.NAME).unlink(missing_ok=True)
    await supervisor.answer({"do": "down"})


def ensure_running(layout: Layout, tied: bool = False) -> None:
    """Start the supervisor of this installation unless one answers. Raises CannotRun.

    It outlives the caller, unless ``tied``: then it stops everything when the caller ends, even by kill -9.
    """
    try:
        control.ask(layout, "status")
        return
    except control.NotRunning:
        pass
    with open_log(layout.log("supervisor")) as log:
        daemon = subprocess.Popen(
            [sys.executable, "-P", "-m", "deploy.local.supervisor", str(layout.home), *([TIED] if tied else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert daemon.stdin and daemon.stdout
    daemon.stdin.close()
    with daemon.stdout as ready:
        if ready.readline() != b"ready\n":
            raise CannotRun(f"the supervisor did not start; see {layout.log('supervisor')}")


def main() -> None:
    """Take the installation's lock, say "ready" to whoever started us, and serve."""
    from kernel import settings

    from . import processes

    if sys.argv[2:] == [TIED]:
        end_with_parent(signal.SIGTERM)
    layout = Layout(Path(sys.argv[1]))
    lock = _lock(layout)
    asyncio.run(_serve_and_tell(layout, lambda name: processes.build(name, layout, settings.load(layout.home))))
    lock.close()


async def _serve_and_tell(layout: Layout, build: Build) -> None:
    serving = asyncio.create_task(serve(layout, build))
    await asyncio.sleep(0)
    _tell_ready()
    await serving


def _tell_ready() -> None:
    """Say "ready" on the pipe to the starter, then let go of it."""
    os.write(1, b"ready\n")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)


def _lock(layout: Layout) -> IO[str]:
    """The lock that makes the supervisor the only one; exit when another holds it."""
    lock = (layout.run / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("another supervisor runs this installation")
    return lock


if __name__ == "__main__":
    main()
