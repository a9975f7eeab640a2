"""``tsunagu audit watch``: what comes of each check, as metrics; and a check that leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from cli.audit.watch import Verifier
from kernel import log
from services.observing.onlooker import Onlooker
from tests.cli.test_audit_verify import Source, day, of_a_case, renumbered, run
from tests.scenarios.memory_stage import TOPICS
from tests.scenarios.verified import Records

__all__ = ["day"]
HERE = {"service": "verifier"}
GATE, OUTREACH = TOPICS.log("consent"), TOPICS.log("outreach")
FINDING = {"topic": GATE, "partition": 1, "offset": 7, "code": "SEQUENCE", "case": "5e" * 16, "detail": "seq 9 follows 7"}


def checking(*answers: tuple[int, Any]) -> Callable[[], Awaitable[tuple[int, bytes, bytes]]]:
    """Checks that end so, one after another: exit code, and what is said as JSON or bytes."""
    left = iter(answers)

    async def check() -> tuple[int, bytes, bytes]:
        code, said = next(left)
        return code, said if isinstance(said, bytes) else json.dumps(said).encode(), b"tsunagu: verify: 0.1 s\ntsunagu: it cannot be read\n"

    return check


def told(*findings: dict[str, Any], end: int = 40) -> dict[str, Any]:
    """What a check says."""
    return {"records": 99, "findings": [*findings], "positions": {f"{GATE}/0": end, f"{GATE}/1": 2, f"{OUTREACH}/0": 5}}


def values(onlooker: Onlooker) -> list[float | None]:
    """Findings of the last check, findings ever, and how far the gate's log was checked."""
    value = onlooker.registry.get_sample_value
    return [
        value("tsunagu_verifier_findings", HERE), value("tsunagu_chain_verification_failures_total", HERE),
        value("tsunagu_verified_up_to", HERE | {"topic": GATE}),
    ]


def last(onlooker: Onlooker) -> float:
    """When the last whole check ended."""
    return onlooker.registry.get_sample_value("tsunagu_verifier_last_run_timestamp_seconds", HERE) or 0.0


async def test_a_check_without_a_finding_is_told():
    """Up to where each log was read, summed over its partitions; and when."""
    onlooker = Onlooker("verifier", 60.0)
    verifier = Verifier(onlooker, checking((0, told())))
    assert (0.0, [0.0, 0.0, None]) == (last(onlooker), values(onlooker))

    assert await verifier.check()
    assert [0.0, 0.0, 42.0] == values(onlooker) and last(onlooker) > 1_700_000_000


async def test_what_is_found_again_counts_again(capsys: pytest.CaptureFixture[str]):
    """As long as a log is not whole, the count grows: nothing resolves it but a log that is whole."""
    onlooker = Onlooker("verifier", 60.0)
    verifier = Verifier(onlooker, checking((1, told(FINDING, FINDING)), (1, told(FINDING, FINDING)), (0, told(end=50))))

    assert [await verifier.check() for _ in range(2)] == [True, True]
    assert [2.0, 4.0, 42.0] == values(onlooker)
    assert await verifier.check()
    assert [0.0, 4.0, 52.0] == values(onlooker)
    assert FINDING["case"] not in capsys.readouterr().out


@pytest.mark.parametrize("answer", [(3, b""), (2, b"usage"), (-9, b""), (0, b"{"), (1, b"")])
async def test_a_check_that_could_not_be_made_is_no_result(answer: tuple[int, bytes]):
    """No result is not a good result: the last one stays, and grows old."""
    onlooker = Onlooker("verifier", 60.0)
    verifier = Verifier(onlooker, checking((1, told(FINDING)), answer))
    await verifier.check()
    before = last(onlooker), values(onlooker)

    assert not await verifier.check()
    assert before == (last(onlooker), values(onlooker))


async def test_a_check_that_was_killed_is_told_as_one(capsys: pytest.CaptureFixture[str]):
    """By the system, which wanted its memory: the check itself can say nothing."""
    root = logging.getLogger()
    before = list(root.handlers), root.level
    log.configure("verifier")
    try:
        await Verifier(Onlooker("verifier", 60.0), checking((-9, b""))).check()
    finally:
        root.handlers[:], root.level = before

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert ("error", "SIGKILL", -9) == (line["level"], line["reason"], line["outcome"]) and "memory" in line["event"]


async def test_it_checks_at_once_and_again_and_sooner_after_a_check_that_could_not_be_made(monkeypatch: pytest.MonkeyPatch):
    """And serves while it checks."""
    onlooker, pauses = Onlooker("verifier", 60.0), []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        await Verifier(onlooker, checking((0, told()), (3, b""), (0, told()))).work(1_800.0)

    assert [1_800.0, 60.0, 1_800.0] == pauses and [] == onlooker.unready()


def test_a_check_of_the_watch_keeps_nothing_and_leaves_an_auditors_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, day: Records):
    """Somebody's check was broken off: after one that keeps nothing it goes on where it was, and both find the same."""
    damaged = renumbered(day, GATE, *of_a_case(day, GATE))
    run(monkeypatch, tmp_path, Source(damaged, ends_after=500))
    kept = sorted((tmp_path / "audit" / "verify").iterdir())
    ours = json.loads(run(monkeypatch, tmp_path, Source(damaged), "--no-keep", "--output", "json").stdout)

    assert kept == sorted((tmp_path / "audit" / "verify").iterdir())
    assert ours == json.loads(run(monkeypatch, tmp_path, Source(damaged), "--resume", "--output", "json").stdout)
