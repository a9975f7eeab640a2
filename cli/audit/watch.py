"""``tsunagu audit watch``: the check of every log again and again, its result as metrics; `run up` starts it so (点検の当番).

Each check is a process of its own, ``audit verify``: what it holds of every record goes with it, and this one stays small.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections import Counter as Counted
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.leaving import OK, PROBLEMS
from kernel import settings as settings_module

if TYPE_CHECKING:
    from services.observing.onlooker import Onlooker

NAME = "verifier"
HANGS_S = 4 * 3600.0
"""A check that takes longer hangs."""
AGAIN_S = 60.0
"""So soon a check that could not be made is tried again."""
TOLD_AT_MOST = 20
"""So many findings are told in the log, one by one; ``audit verify`` tells all."""
Checking = Callable[[], Awaitable[tuple[int, bytes, bytes]]]
"""Makes one check: exit code, what it says, and what it says beside that."""


def watch(
    every: Annotated[int, typer.Option(min=1, help="Minutes between the end of one check and the beginning of the next.")] = 30,
) -> None:
    """Check every log at once and then again and again, in the foreground until told to end; port: table http of tsunagu.toml."""
    from services.observing import onlooker as onlookers

    onlooker = onlookers.Onlooker(NAME, HANGS_S)
    verifier = Verifier(onlooker, _verify)
    onlookers.run(onlooker, settings_module.load(), lambda: verifier.work(every * 60.0))


class Verifier:
    """Has the logs checked, and counts what comes of it."""

    def __init__(self, onlooker: Onlooker, checking: Checking) -> None:
        from prometheus_client import Counter, Gauge

        own = {"registry": onlooker.registry, "labelnames": ("service",)}
        self._onlooker, self._checking = onlooker, checking
        self._last = Gauge("tsunagu_verifier_last_run_timestamp_seconds", "When the last whole check ended; 0 before the first", **own).labels(NAME)
        self._seconds = Gauge("tsunagu_verifier_run_seconds", "How long the last whole check took", **own).labels(NAME)
        self._findings = Gauge("tsunagu_verifier_findings", "What the last whole check has found", **own).labels(NAME)
        self._ever = Counter("tsunagu_chain_verification_failures", "Findings of all checks; what is found again counts again", **own).labels(NAME)
        self._up_to = Gauge("tsunagu_verified_up_to", "Up to where a log was checked, summed over its partitions", ("service", "topic"), registry=onlooker.registry)

    async def work(self, pause_s: float) -> None:
        """Check until cancelled."""
        self._onlooker.ready = True  # it serves at once; a check may take long
        while True:
            self._onlooker.looks()
            done = await self.check()
            self._onlooker.looked()
            await asyncio.sleep(pause_s if done else min(pause_s, AGAIN_S))

    async def check(self) -> bool:
        """One check; whether it came to its end."""
        from kernel import log

        began = time.monotonic()
        code, said, beside = await self._checking()
        if (told := _told(code, said)) is None:
            _complain(code, beside)
            return False
        self._count(told, time.monotonic() - began)
        for each in told["findings"][:TOLD_AT_MOST]:
            log.logger().error("finding", topic=each["topic"], partition=each["partition"], offset=each["offset"], reason=each["code"])
        log.logger().info("checked", records=told["records"], outcome=len(told["findings"]))
        return True

    def _count(self, told: Mapping[str, Any], seconds: float) -> None:
        found, ends = len(told["findings"]), Counted[str]()
        for place, end in told["positions"].items():
            ends[place.rpartition("/")[0]] += end
        for topic, end in ends.items():
            self._up_to.labels(NAME, topic).set(end)
        self._findings.set(found)
        self._ever.inc(found)
        self._seconds.set(seconds)
        self._last.set(time.time())


async def _verify() -> tuple[int, bytes, bytes]:
    """``audit verify`` as a process of its own, which ends when this one does."""
    from deploy.local.process import end_with_parent

    words = ("audit", "verify", "--no-keep", "--output", "json")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "cli.main", *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        preexec_fn=lambda: end_with_parent(signal.SIGKILL),
    )
    try:
        said, beside = await process.communicate()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    return process.returncode or OK, said, beside


def _told(code: int, said: bytes) -> dict[str, Any] | None:
    """What a check has told; None where it did not come to its end."""
    try:
        return json.loads(said) if code in (OK, PROBLEMS) else None
    except ValueError:
        return None


def _complain(code: int, beside: bytes) -> None:
    """Why there is no result. A check that is killed says nothing itself: it is the one that needs most memory, and the more the longer the logs are."""
    from kernel import log

    if code == -signal.SIGKILL:
        log.logger().error("the check was killed, most likely for want of memory: give this process more", outcome=code, reason="SIGKILL")
    else:
        log.logger().warning("the logs could not be checked", outcome=code, reason=_last(beside))


def _last(beside: bytes) -> str:
    return (beside.decode("utf-8", "replace").strip().splitlines() or [""])[-1].removeprefix("tsunagu: ")
