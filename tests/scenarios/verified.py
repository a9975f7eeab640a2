"""Everything that lies in the logs and inboxes of a stage, checked as ``tsunagu audit verify`` does (点検)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from audit import verify
from audit.findings import Finding
from audit.seen import Seen
from audit.verify import Result
from contracts.topics import Function
from kernel.memory import MemoryRecord
from tests.scenarios.memory_stage import PARTITIONS, TOPICS, MemoryStage

Records = dict[str, list[list[MemoryRecord]]]
"""By topic, partition by partition."""
LOGS = {TOPICS.log(function): str(function) for function in Function}


def everything(stage: MemoryStage) -> Records:
    """The logs and inboxes of a stage."""
    found: Records = {topic: [stage.log.records(topic, number) for number in range(_partitions(topic))] for topic in LOGS}
    inboxes = [topic for topic in stage.log.topics() if _agency(topic)]
    return found | {topic: [stage.log.records(topic, 0)] for topic in inboxes}


def kept(records: Mapping[str, Sequence[Sequence[MemoryRecord]]]) -> list[Seen]:
    """What is kept of the logs."""
    return [
        verify.log(topic, function, number, _partitions(topic), partition)
        for topic, function in LOGS.items() for number, partition in enumerate(records.get(topic, ()))
    ]


def verified(records: Mapping[str, Sequence[Sequence[MemoryRecord]]], case: str = "") -> Result:
    """What is wrong with them."""
    seen = kept(records)
    inboxes = [
        verify.inbox(topic, agency, number, seen, partition)
        for topic, partitions in records.items() if (agency := _agency(topic)) for number, partition in enumerate(partitions)
    ]
    return verify.result(seen, inboxes, LOGS.values(), case=case)


def check(stage: MemoryStage) -> Result:
    """Assert that nothing is wrong."""
    result = verified(everything(stage))
    assert [] == result.findings, result.findings[:5]
    return result


def places(findings: Sequence[Finding]) -> set[tuple[str, int, int, str]]:
    """Where what was found."""
    return {(each.topic, each.partition, each.offset, each.code.value) for each in findings}


def _agency(topic: str) -> str:
    return topic.removeprefix(TOPICS.named("agency.")).removesuffix(".inbox") if topic.startswith(TOPICS.named("agency.")) and topic.endswith(".inbox") else ""


def _partitions(topic: str) -> int:
    return 1 if topic == TOPICS.registry else PARTITIONS
