"""Small processes for the supervisor's tests: real ones, of a few lines."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.local.process import Process

LIMIT_S = 60.0


async def eventually(condition: Callable[[], Any]) -> Any:
    """Wait until ``condition`` holds and return what it gave."""
    async with asyncio.timeout(LIMIT_S):
        while not (found := condition()):
            await asyncio.sleep(0.01)
    return found


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., Process]:
    """A Process that runs a few lines of Python; it is ready when those have made the file ``<name>.ready``."""

    def make(name: str, code: str = "ready(); wait()", **more: Any) -> Process:
        sign = tmp_path / f"{name}.ready"

        async def probe(_: int) -> bool:
            return sign.exists()

        head = f"import os, signal, pathlib\nready = pathlib.Path({str(sign)!r}).touch\nwait = signal.pause\n"
        return Process(name=name, command=(sys.executable, "-S", "-c", head + code), log=tmp_path / f"{name}.log", port=0, probe=probe, **more)

    return make
