"""Stage: an installation of its own, on free ports, in a temporary folder; started as far as a measurement needs it, removed afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.show import tell
from cli.run import bring_up
from deploy.local.layout import Layout
from deploy.local.lifecycle import Installation
from deploy.local.progress import Silent


class Stage:
    """Nothing runs until a measurement asks for stores or for the whole."""

    def __init__(self) -> None:
        self._installation: Installation | None = None
        self._whole = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._installation is not None:
            self._installation.down()
            shutil.rmtree(self._installation.layout.home, ignore_errors=True)

    def stores(self) -> Installation:
        """Broker and database, provisioned. Raises CannotRun, DidNotStart."""
        if self._installation is None:
            self._installation = Installation(Layout(Path(tempfile.mkdtemp(prefix="tsunagu-bench-"))))
            self._installation.up_stores(Spoken())
        return self._installation

    def whole(self) -> Installation:
        """The whole system, its registry published. Raises CannotRun, DidNotStart."""
        found = self.stores()
        if not self._whole:
            bring_up(found, Spoken())
            self._whole = True
        return found


class Spoken(Silent):
    """Says each step in a line."""

    @contextmanager
    def step(self, title: str) -> Iterator[Self]:
        tell(title)
        yield self
