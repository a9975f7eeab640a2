"""Every verdict of a stage decided again from the gate's log alone. ``python -m tests.scenarios.redecided PEOPLE SEED`` does it for a year."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from hashlib import sha256

from kernel.memory import MemoryRecord
from services.consent import packs
from services.consent.domain.findings import Finding
from services.consent.redeciding import Reading
from tests.scenarios.memory_stage import PARTITIONS, TOPICS, MemoryStage
from tests.scenarios.memory_year import played

LOG = TOPICS.log("consent")
PACKS = packs.load()


def log(stage: MemoryStage) -> list[list[MemoryRecord]]:
    """The gate's log, partition by partition."""
    return [stage.log.records(LOG, number) for number in range(PARTITIONS)]


def findings(records: Iterable[MemoryRecord], case: str = "") -> list[Finding]:
    """What is wrong with one partition."""
    return read(records, case)[1]


def read(records: Iterable[MemoryRecord], case: str = "") -> tuple[int, list[Finding]]:
    """How many verdicts of one partition were decided again, and what is wrong with it."""
    reading = Reading(PACKS, case)
    found = [finding for record in records for finding in reading.read(record)]
    return len(reading.verdicts), [*found, *reading.end()]


def check(stage: MemoryStage) -> int:
    """Assert that every verdict follows from the log, byte by byte; returns how many there are."""
    verdicts = 0
    for records in log(stage):
        count, found = read(records)
        assert [] == found
        verdicts += count
    return verdicts


if __name__ == "__main__":
    with played(int(sys.argv[1]), int(sys.argv[2])) as (lived, _):
        digest = sha256(b"".join(record.value or b"" for records in log(lived) for record in records)).hexdigest()
        print(check(lived), digest)
