"""``tsunagu mirror``: what a town shares, put into the cluster of its prefecture (県への写し), record by record and as often as anything comes.

Each record there says by a header which one here it is. So where to go on stands in the copy itself, and nothing has to be kept here: after a kill some are
sent twice, which every reader of a log passes over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from cli import reading
from cli.account import Account, why
from cli.agency.client import NotAccepted
from cli.audit.logs import AUDITOR
from cli.leaving import PROBLEMS, UNREACHABLE, leave
from kernel import settings as settings_module
from kernel.records import TP, Record
from kernel.settings import MECHANISM, Settings
from kernel.topics import Topics

if TYPE_CHECKING:
    from cli.mirrored import Progress

EXAMPLE = "Example: tsunagu mirror --to kafka.pref.example.lg.jp:9093 --password mirror-990019.password --ca pref-ca.pem"
HERE = "mirrored-offset"
"""Header of a copy: the offset of its original."""
BATCH, WAIT_S = 500, 1.0
MOST_BYTES = 2 * 1024 * 1024
"""Longest message, in bytes: more than any log takes, so that the broker alone judges."""
_SENDING = {"acks": "all", "enable.idempotence": True, "enable.gapless.guarantee": True, "linger.ms": 5, "message.max.bytes": MOST_BYTES}
"""Where one record is not taken, none after it is sent: the last one there tells how far the copy goes."""


class OtherLog(Exception):
    """The copy goes further than the log that it is said to be of. The text names it."""


@dataclass(slots=True)
class Copy:
    """The logs of one town in the cluster of its prefecture, by the town's own account there; ``options``: librdkafka's."""

    options: dict[str, Any]
    group: str
    """Of consumers; nothing is ever kept under it."""
    _producer: Producer | None = field(default=None, init=False)

    def next(self, places: Iterable[TP]) -> dict[TP, int]:
        """For each partition the offset of the first record here that is not there yet. Raises NotAccepted, also where the account may not see it."""
        consumer = Consumer({**self.options, **reading.AT_ONCE, "group.id": self.group, "enable.auto.commit": False})
        try:
            return {place: self._after(consumer, place) for place in places}
        except KafkaException as error:
            raise NotAccepted(error.args[0]) from error
        finally:
            consumer.close()

    def _after(self, consumer: Consumer, place: TP) -> int:
        start, end = consumer.get_watermark_offsets(TopicPartition(*place), timeout=reading.TIMEOUT_S)
        last = [dict(each.headers() or ()) for each in reading.between(consumer, *place, max(start, end - 1), end)]
        return int(last[0][HERE]) + 1 if last else 0

    def send(self, log: str, records: Iterable[Record]) -> int:
        """Put what may leave of these records there, each with its partition, key, headers and time; how many. ``log``: whose log it is. Raises NotAccepted."""
        from services.reporting.sharing import shared

        self._producer = self._producer or Producer({**self.options, **_SENDING})
        failed: list[KafkaError] = []
        sent = 0
        for each in records:
            self._producer.produce(
                each.topic, shared(log, each.value), each.key, each.partition, timestamp=each.timestamp, headers=[*each.headers, (HERE, str(each.offset).encode())],
                on_delivery=lambda error, _: failed.append(error) if error else None,
            )
            sent += 1
        if self._producer.flush(reading.TIMEOUT_S):
            failed.append(KafkaError(KafkaError._TIMED_OUT))
        if failed:
            raise NotAccepted(failed[0])
        return sent


def command(
    to: Annotated[str, typer.Option("--to", help="The prefecture's cluster.", metavar="HOST:PORT")],
    password: Annotated[Path, typer.Option("--password", exists=True, dir_okay=False, help="File with the password that the prefecture has given this town.")],
    ca: Annotated[Path | None, typer.Option("--ca", exists=True, dir_okay=False, help="Whose certificates that cluster shows, unless this machine trusts them.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Send what is there, and end.")] = False,
) -> None:
    """Send what this town shares to its prefecture, until told to end: reported figures without small counts, advice and training, case stories."""
    from cli import mirrored

    settings, progress = settings_module.load(), mirrored.Progress()
    target = copy(settings.municipality, to, password, ca)
    try:
        if not once:
            mirrored.serve(progress, settings)
    except OSError as error:
        leave(f"its metrics cannot be served at port {settings.http_ports[mirrored.NAME]} ({error.strerror}): setting http.ports.{mirrored.NAME}", UNREACHABLE)
    try:
        sent = follow(settings, target, once, progress)
    except OtherLog as problem:
        leave(problem, PROBLEMS)
    except NotAccepted as problem:
        leave(f"{to} does not take what is shared ({problem}); check address, password and authority, then run the command again: it goes on where it stopped", PROBLEMS if problem.reached else UNREACHABLE)
    except KafkaException as error:
        leave(f"the logs here cannot be read {why(error, AUDITOR)}", UNREACHABLE)
    typer.echo(f"tsunagu: {sent} records sent", err=True)


def copy(town: str, to: str, password: Path, ca: Path | None) -> Copy:
    """The copy of a town's logs, as the town itself comes to it. Raises OSError."""
    from deploy.local import access

    return Copy(options(town, to, password, ca), access.group(Topics(town), access.mirror(town)))


def options(town: str, to: str, file: Path, ca: Path | None) -> dict[str, Any]:
    """How the account of a town reaches the cluster of its prefecture: over TLS always, by the password in ``file``. Raises OSError."""
    from deploy.local.access import mirror

    password, *more = file.read_text("utf-8").split() or [""]
    return {
        "bootstrap.servers": to, "security.protocol": "SASL_SSL", "sasl.mechanism": more[0] if more else MECHANISM, "sasl.username": mirror(town),
        "sasl.password": password,
        "log_level": 0, **({"ssl.ca.location": str(ca)} if ca else {}),
    }


def follow(settings: Settings, target: Copy, once: bool, progress: Progress | None = None) -> int:
    """Send on what lies in the logs that are shared and is not there yet; how many records. Without ``once`` it ends by an error alone.

    ``progress`` is told how far it is. Raises OtherLog, NotAccepted, KafkaException.
    """
    from cli import mirrored
    from services.reporting.app import LOGS_OF_TOWNS

    logs = {Topics(settings.municipality).log(function): str(function) for function in LOGS_OF_TOWNS}
    places = [TP(topic, number) for topic in logs for number in range(settings.partitions)]
    account, sent, told = Account(settings, AUDITOR), 0, progress or mirrored.Progress()
    consumer = Consumer({**account.options, "group.id": Topics(settings.municipality).group(AUDITOR), "enable.auto.commit": False})

    def ends_now() -> dict[TP, int]:
        return {place: account.ends(consumer, TopicPartition(*place), reading.TIMEOUT_S)[1] for place in places}

    try:
        ends = ends_now()
        positions = target.next(places)
        if further := [place for place in places if positions[place] > ends[place]]:
            raise OtherLog(f"the copy of {further[0].topic}/{further[0].partition} goes further than the log here: it is of another one")
        consumer.assign([TopicPartition(*place, positions[place]) for place in places])
        left = sum(ends[place] - positions[place] for place in places)
        told.seen(left)
        while not once or sent < left:
            for topic, records in _read(consumer):
                told.sent(many := target.send(logs[topic], records))
                sent += many
            if told.due():
                told.seen(sum(ends_now().values()) - sum(positions.values()))
        return sent
    finally:
        consumer.close()


def _read(consumer: Consumer) -> Iterator[tuple[str, list[Record]]]:
    """What has come, by topic, in the order of each partition. Raises KafkaException."""
    found: dict[str, list[Record]] = {}
    for message in consumer.consume(BATCH, WAIT_S):
        if (error := message.error()) is not None:
            raise KafkaException(error)
        found.setdefault(message.topic(), []).append(reading.record(message))
    yield from found.items()
