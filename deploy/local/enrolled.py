"""Enrolled (登録された機関): who is an agency of this installation by now. The registry's log says it; of whom it says nothing, the town's file.

So whoever was added or ended while the system ran is so after the next start too, and the plan for the broker knows of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from contracts.registry import AgencyEnded, AgencyRegistered
from kernel import serde
from kernel.settings import Settings
from kernel.topics import Topics

from .layout import CannotRun
from .passing import patiently
from .town import Agency, Unit, agencies

TIMEOUT_S = 30.0
_BATCH, _PARTITION = 500, 0


def town(settings: Settings) -> tuple[Agency, ...]:
    """Every agency that is or was registered, and those of the file that are still to be. Raises CannotRun."""
    there = known(settings)
    return (*(each for each in agencies() if each.id not in there), *there.values())


def known(settings: Settings) -> dict[str, Agency]:
    """Every agency that is or was registered, by id. Raises CannotRun."""
    try:
        return patiently(lambda: after(_values(settings)))
    except KafkaException as error:
        raise CannotRun(f"the registry's log cannot be read at {settings.bootstrap} ({error}); see: tsunagu run logs kafka") from error


def after(values: Iterable[bytes]) -> dict[str, Agency]:
    """Agencies by id, after these facts of the registry in their order."""
    found: dict[str, Agency] = {}
    for value in values:
        match serde.decode(value):
            case AgencyRegistered() as fact:
                found[fact.agency] = agency_of(fact)
            case AgencyEnded() as fact if fact.agency in found:
                found[fact.agency] = replace(found[fact.agency], ended=fact.from_day, end_reason=fact.reason.value)
    return found


def agency_of(fact: AgencyRegistered) -> Agency:
    """The agency as it was registered."""
    return Agency(
        id=fact.agency, kind=fact.kind.value, name_ja=fact.name, contract_from=fact.contract_from, contract_until=fact.contract_until,
        emergency_right=fact.emergency_right, units=tuple(Unit(unit.code, unit.name) for unit in fact.units),
        municipality=fact.municipality, prefecture=fact.prefecture, ours=fact.ours,
    )


def _values(settings: Settings) -> Iterator[bytes]:
    """The registry's log from its beginning to its present end; nothing before the first start. Raises KafkaException."""
    place = TopicPartition(Topics(settings.municipality).registry, _PARTITION)
    consumer = Consumer({**settings.account("admin"), "group.id": "none", "enable.auto.commit": False})
    try:
        error = consumer.list_topics(place.topic, timeout=TIMEOUT_S).topics[place.topic].error
        if error is not None:
            if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                return
            raise KafkaException(error)
        position, end = consumer.get_watermark_offsets(place, timeout=TIMEOUT_S)
        consumer.assign([TopicPartition(place.topic, _PARTITION, position)])
        while position < end:
            found = consumer.consume(_BATCH, 1.0) or consumer.consume(1, TIMEOUT_S)
            if not found:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
            for message in found:
                if (error := message.error()) is not None:
                    raise KafkaException(error)
                position = message.offset() + 1
                yield message.value()
    finally:
        consumer.close()
