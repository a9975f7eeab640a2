"""Who reads what (誰が何を読むか): every worker of the services with its topics, so that one that was never started is looked at too.

The services are strangers to who looks on; that this table says what they do is a test's matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kernel.topics import Topics
from services.observing.domain.lag import Place

OUTBOXES = "agency.*.outbox"
"""Every agency's: there are as many as the broker has."""
LIVE, REPORTING = "live", "reporting"
"""The writer of the projections: where it will read on stands in the database, in the transaction that wrote the rows."""


class Reads(NamedTuple):
    """One worker: its service, its name, short names of the topics that it reads."""

    service: str
    worker: str
    topics: tuple[str, ...]


def _function(service: str, function: str) -> Reads:
    return Reads(service, function, (f"{function}.inbox",))


GROUPS = (
    Reads("intake", "front-door", (OUTBOXES,)), _function("intake", "consultation"), _function("intake", "outreach"),
    _function("coordination", "coordination"),
    _function("participation", "participation"), _function("participation", "community"),
    Reads("consent", "consent", ("consent.inbox", "consent.urgent")), Reads("consent", "courier", ("consent.log",)),
    Reads("consent", "destroyer", ("consent.log",)), Reads("consent", "visitors", ("consent.reads",)),
    _function(REPORTING, "reporting"),
)


def group(topics: Topics, reads: Reads) -> str:
    """The consumer group of a worker."""
    return f"{topics.group(reads.service)}.{reads.worker}"


def places(topics: Topics, reads: Reads, there: Mapping[str, Iterable[int]]) -> list[Place]:
    """The partitions that a worker reads, of those that are there: topics with their partitions' numbers."""
    named = [topic for topic in there if topics.agency_of(topic)] if reads.topics == (OUTBOXES,) else [topics.named(each) for each in reads.topics]
    return [Place(reads.service, reads.worker, topic, number) for topic in named for number in there.get(topic, ())]
