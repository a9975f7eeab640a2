"""Turns: what two commands must not do at once in one installation, the second does when the first has done it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from .layout import Layout
from .progress import Progress


@contextmanager
def turn(layout: Layout, what: str, progress: Progress) -> Iterator[None]:
    """Be the only one at ``what`` ("start or stop", "day"), whoever else runs a command here; a wait is shown. Raises CannotRun."""
    layout.create()
    with (layout.run / f"{what.replace(' ', '-')}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with progress.step(f"waiting for another {what} of this installation"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield
