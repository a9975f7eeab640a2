"""``python -m tests.scenarios.year_bytes PEOPLE SEED``: a digest of every byte that a year leaves in the logs, to compare interpreters by."""

from __future__ import annotations

import sys
from hashlib import sha256

from tests.scenarios.memory_stage import MemoryStage
from tests.scenarios.memory_year import played


def digest(stage: MemoryStage) -> str:
    """Of all logs: places, append times, keys, headers and values."""
    found = sha256()
    for topic in stage.log.topics():
        if topic.endswith(".log"):
            for record in stage.log.records(topic):
                found.update(repr((topic, record.partition, record.offset, record.timestamp, record.key, record.headers)).encode())
                found.update(record.value or b"")
    return found.hexdigest()


if __name__ == "__main__":
    with played(int(sys.argv[1]), int(sys.argv[2])) as (lived, _):
        print(digest(lived))
