"""Every topic of one installation with its partitions and settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from contracts.topics import SUPPORT_FUNCTIONS, Function
from kernel.settings import Settings
from kernel.topics import Topics

from .access import SHARED
from .first_start import DECIDING
from .town import Agency

DAY_MS = 24 * 60 * 60 * 1000
KEYED = (*SUPPORT_FUNCTIONS, Function.CONSENT, Function.REPORTING)
"""Functions with an inbox and a log of as many partitions as there are."""
RECORD_BYTES = 1024 * 1024
NO_BOMBS = {"compression.type": "uncompressed"}
"""For topics where strangers write: the broker unpacks each batch and refuses what is then too large, before any reader has to."""
AS_IN_TOWN = {"message.timestamp.type": "CreateTime"}


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as it should be; ``settings`` are the broker's own keys and values."""

    name: str
    partitions: int
    settings: dict[str, str] = field(hash=False)


def plan(settings: Settings, agencies: Iterable[Agency]) -> tuple[Topic, ...]:
    """Every topic, sorted by name. Logs are kept for ever; what only passes through is kept 7 days, dead letters 14.

    A prefecture's site has the logs that its towns share: with the times that their records have in the town.
    """
    topics = Topics(settings.municipality)
    keyed, single = settings.partitions, 1
    wanted = [Topic(topics.inbox(name), keyed, _kept(7)) for name in KEYED]
    wanted += [Topic(topics.log(name), keyed, _kept(None)) for name in KEYED]
    wanted += [Topic(topics.urgent, keyed, _kept(7)), Topic(topics.reads, keyed, _kept(7))]
    wanted += [Topic(topics.registry, single, _kept(None)), Topic(topics.control, single, _kept(7))]
    wanted += [Topic(topics.dead_letters(name), single, _kept(14)) for name in DECIDING]
    wanted += [Topic(Topics(town).log(name), keyed, _kept(None) | AS_IN_TOWN) for town in settings.towns for name in SHARED]
    for agency in agencies:
        wanted.append(Topic(topics.outbox(agency.id), settings.agency_partitions, _kept(7) | NO_BOMBS))
        wanted.append(Topic(topics.agency_inbox(agency.id), settings.agency_partitions, _kept(7)))
    return tuple(sorted(wanted, key=lambda topic: topic.name))


def _kept(days: int | None) -> dict[str, str]:
    """Settings of a topic that is kept ``days`` (None: for ever)."""
    return {
        "cleanup.policy": "delete",
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(RECORD_BYTES),
        "retention.ms": str(-1 if days is None else days * DAY_MS),
        "retention.bytes": "-1",
    }
