"""A rebuild in a process of its own, to be killed: ``python -m tests.services.reporting.rebuild_process FILE PHASE``; FILE holds place and names.

It kills itself (-9) when the phase is told of; ``PLANNED``: as soon as it is planned; ``WORKER``: it kills one of its workers once instead.
Without names it resumes.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from services.reporting.generations import State
from services.reporting.rebuild import ledger, runner
from services.reporting.rebuild.eta import Left
from services.reporting.rebuild.place import Place
from services.reporting.rebuild.worker import Options

WORKER = "WORKER"


class Deadly:
    """Ends this process, or a worker, when it is told of a phase."""

    def __init__(self, at: str) -> None:
        self._at = at

    def tell(self, phase: State, done: int, total: int, left: Left) -> None:
        """See Shown."""
        if self._at == phase and (phase is not State.LOADING or done):
            os.kill(os.getpid(), signal.SIGKILL)
        if self._at == WORKER and phase is State.LOADING and done:
            self._at = ""
            workers = [each for each in psutil.Process().children() if "spawn_main" in " ".join(each.cmdline())]
            workers[0].kill()


async def lead(place: Place, names: Sequence[str], at: str) -> None:
    """Begin, or resume, and lead to the end, or to death."""
    connection = await place.connect()
    await ledger.hold(connection)
    if names:
        await runner.begin(place, connection, names)
    if at == State.PLANNED:
        os.kill(os.getpid(), signal.SIGKILL)
    await runner.resume(place, connection, Options(max_rate=4_000, flush=500), Deadly(at))
    await connection.close()


if __name__ == "__main__":
    found, asked = pickle.loads(Path(sys.argv[1]).read_bytes())
    asyncio.run(lead(found, asked, sys.argv[2]))
