"""Questions (ブローカーへの問い): what the observer asks a broker, each for everything at once, over one client of its account.

Asked by Kafka's own requests through aiokafka: the admin client of librdkafka ends the process (an assertion about a question's timer) when a broker
answers later than it was given time for, which is just when somebody has to look on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import BrokerResponseError, for_code
from aiokafka.protocol.admin import DescribeGroupsRequest
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.offset import OffsetRequest

from kernel.clients import Clients

TP = tuple[str, int]
LATEST, EARLIEST = -1, -2
"""Moments with a meaning of their own: ListOffsets."""
NOBODY = -1
"""The broker that leads a partition which has no leader now."""
_GROUP, _UNCOMMITTED, _NOT_A_FOLLOWER = 0, 0, -1


class Partition(NamedTuple):
    """One partition: the number of the broker that leads it, and whether all its replicas are in sync."""

    leader: int
    in_sync: bool


class Questions:
    """One connection. Every question raises aiokafka's KafkaError: BrokerResponseError where the broker has refused, another where it was not reached."""

    def __init__(self, account: Clients, name: str) -> None:
        """To be made where the event loop runs."""
        self._client = AIOKafkaClient(**account.options(name))

    async def connect(self) -> None:
        """Find a broker."""
        await self._client.bootstrap()

    async def close(self) -> None:
        """Let go of it; what was asked stays unanswered."""
        await self._client.close()

    async def topics(self) -> dict[str, dict[int, Partition]]:
        """Every topic that the account may see, with its partitions by number."""
        told = await self._client.send(self._client.get_random_node(), MetadataRequest(None, allow_auto_topic_creation=False))
        return {
            topic["topic"]: {
                each["partition"]: Partition(each["leader"], len(each["isr"]) >= len(each["replicas"])) for each in topic["partitions"]
            }
            for topic in told.to_object()["topics"]
        }

    async def coordinator(self, group: str) -> int:
        """The number of the broker that keeps a group."""
        told = await self._client.send(self._client.get_random_node(), FindCoordinatorRequest(group, _GROUP))
        _refused(told.error_code)
        return int(told.coordinator_id)

    async def committed(self, coordinator: int, group: str) -> dict[TP, int]:
        """Where a group will read on, in every partition of which it has said so."""
        told = await self._client.send(coordinator, OffsetFetchRequest(group, None))
        _refused(told.error_code)
        return {(topic, number): offset for topic, partitions in told.topics for number, offset, _, code in partitions if code == 0}

    async def members(self, coordinator: int, group: str) -> int:
        """How many members a group has; 0 where there is no such group."""
        told = await self._client.send(coordinator, DescribeGroupsRequest([group]))
        (found,) = told.to_object()["groups"]
        _refused(found["error_code"])
        return len(found["members"])

    async def offsets(self, leader: int, wanted: Mapping[TP, int]) -> dict[TP, tuple[int, int]]:
        """The first record written at or after a moment (ms UTC, LATEST or EARLIEST) in partitions of one leader: its offset (-1: there is none) and its time."""
        asked: dict[str, list[tuple[int, int]]] = {}
        for (topic, number), moment in wanted.items():
            asked.setdefault(topic, []).append((number, moment))
        told = await self._client.send(leader, OffsetRequest(_NOT_A_FOLLOWER, _UNCOMMITTED, list(asked.items())))
        found = {}
        for topic in told.to_object()["topics"]:
            for each in topic["partitions"]:
                if each["error_code"] == 0:
                    found[topic["topic"], each["partition"]] = each["offset"], each["timestamp"]
        return found


def _refused(code: int) -> None:
    if code:
        error: type[BrokerResponseError] = for_code(code)
        raise error
