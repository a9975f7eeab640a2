#!/usr/bin/env python3
"""An agency that uses nothing of Tsunagu but its public contract: the .avsc files, the schema window, its own account.

One file to copy into an agency's own system. It needs confluent-kafka with its Avro serialisers and nothing else. Read one JSON
object a line on standard input, write one a line on standard output:

    {"type": "SupplyOffered", "subject": "<place>", "body": {...}}      →  {"sent": "<id>", "timestamp": ..., "offset": ...}
                                                                           {"received": {"type": ..., "subject": ..., "body": {...}}}
                                                                           {"error": "<what went wrong>"}

Reading begins where the inbox ends (``--from-beginning``: where it begins). The inbox may repeat itself; this drops by id.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import uuid
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from queue import Empty, SimpleQueue

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient, record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

JAPAN = timezone(timedelta(hours=9))
TIMEOUT_S = 30.0


class StockAgency:
    """One agency's outbox and inbox."""

    def __init__(self, options: argparse.Namespace) -> None:
        password, *mechanism = options.password_file.read_text("utf-8").split()
        account = {
            "bootstrap.servers": options.bootstrap,
            "security.protocol": options.security_protocol,
            **({"ssl.ca.location": str(options.ca)} if options.ca else {}),
            "sasl.mechanism": (mechanism or ["SCRAM-SHA-512"])[0],
            "sasl.username": options.user,
            "sasl.password": password,
            "log_level": 0,
        }
        self.agency, self.outbox = options.agency, f"{options.municipality}.agency.{options.agency}.outbox"
        self.inbox = f"{options.municipality}.agency.{options.agency}.inbox"
        group = f"{options.municipality}.{options.user}.stock"
        self.window = SchemaRegistryClient({"url": options.schemas})
        self.avsc = options.avsc
        self.serializers: dict[str, AvroSerializer] = {}
        self.deserializer = AvroDeserializer(self.window)
        self.producer = Producer({**account, "acks": "all", "enable.idempotence": True, "partitioner": "murmur2_random", "linger.ms": 0})
        self.consumer = Consumer({**account, "group.id": group, "enable.auto.commit": False, "fetch.wait.max.ms": 100})
        self.seen: set[str] = set()

    def open(self, from_beginning: bool) -> None:
        """Read every partition of the inbox from its end, or from its beginning."""
        partitions = self.consumer.list_topics(self.inbox, TIMEOUT_S).topics[self.inbox].partitions
        places = [TopicPartition(self.inbox, number, OFFSET_BEGINNING) for number in partitions]
        if not from_beginning:
            places = [TopicPartition(p.topic, p.partition, self.consumer.get_watermark_offsets(p, TIMEOUT_S)[1]) for p in places]
        self.consumer.assign(places)

    def send(self, message: dict) -> dict:
        """Send one event and wait for the broker."""
        name, identity = message["type"].rpartition(".")[2], message.get("id") or str(uuid.uuid4())
        serializer, full_name = self._serializer(name)
        value = serializer(_dates(message.get("body", {})), SerializationContext(self.outbox, MessageField.VALUE))
        headers = {
            "ce_specversion": "1.0", "ce_id": identity, "ce_source": self.agency, "ce_type": full_name,
            "ce_time": message.get("time") or datetime.now(JAPAN).isoformat(timespec="milliseconds"),
            "ce_subject": message["subject"], "content-type": "application/avro",
        }
        answers: list = []
        self.producer.produce(
            self.outbox, key=message["subject"].encode(), value=value, headers=list(headers.items()),
            on_delivery=lambda error, record: answers.append((error, record)),
        )
        self.producer.flush(TIMEOUT_S)
        error, record = answers[0] if answers else ("no answer from the broker", None)
        return {"error": str(error)} if error else {"sent": identity, "timestamp": record.timestamp()[1], "offset": record.offset()}

    def receive(self, timeout: float) -> list[dict]:
        """What has arrived and was not here before."""
        found = []
        for record in self.consumer.consume(100, timeout):
            if record.error():
                found.append({"error": str(record.error())})
                continue
            headers = {name: value.decode() for name, value in record.headers() or ()}
            if headers["ce_id"] in self.seen:
                continue
            self.seen.add(headers["ce_id"])
            body = self.deserializer(record.value(), SerializationContext(record.topic(), MessageField.VALUE))
            found.append({"received": {
                "id": headers["ce_id"], "type": headers["ce_type"], "subject": headers["ce_subject"],
                "causation_id": headers.get("ce_causationid", ""), "correlation_id": headers.get("ce_correlationid", ""), "request_id": headers.get("ce_requestid", ""),
                "timestamp": record.timestamp()[1], "partition": record.partition(), "offset": record.offset(), "body": body,
            }})
        return found

    def _serializer(self, name: str) -> tuple[AvroSerializer, str]:
        """The serialiser of a type's newest published version, from its .avsc file; the window gives the id on the wire."""
        files = sorted(self.avsc.glob(f"*/{name}.v*.avsc"), key=lambda path: int(path.suffixes[-2].removeprefix(".v")))
        if not files:
            raise ValueError(f"no schema of {name}")
        text = files[-1].read_text("utf-8")
        schema = json.loads(text)
        if name not in self.serializers:
            settings = {"auto.register.schemas": False, "use.latest.version": True, "subject.name.strategy": record_subject_name_strategy}
            self.serializers[name] = AvroSerializer(self.window, text, conf=settings)
        return self.serializers[name], f"{schema['namespace']}.{schema['name']}"


def _dates(value: object) -> object:
    """JSON has no dates; Avro's serialiser wants them as such."""
    if isinstance(value, dict):
        return {name: _dates(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_dates(member) for member in value]
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        return date.fromisoformat(value)
    return value


def _lines(queue: SimpleQueue) -> None:
    for line in sys.stdin:
        queue.put(line)
    queue.put(None)


def _say(answer: dict) -> None:
    print(json.dumps(answer, ensure_ascii=False, default=lambda value: value.isoformat()), flush=True)


def main() -> None:
    """Send what standard input says, show what arrives, until standard input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bootstrap", required=True, help="host:port of the broker")
    parser.add_argument("--security-protocol", default="SASL_SSL")
    parser.add_argument("--municipality", required=True, help="code of the municipality (6 digits)")
    parser.add_argument("--agency", required=True, help="id of the agency")
    parser.add_argument("--user", required=True, help="its account")
    parser.add_argument("--password-file", required=True, type=Path, help="its password; in a second line its mechanism, where it is not SCRAM-SHA-512")
    parser.add_argument("--ca", type=Path, help="certificate of the authority that signs the broker's; else those that this machine trusts")
    parser.add_argument("--schemas", required=True, help="address of the schema window, http://host:port")
    parser.add_argument("--avsc", required=True, type=Path, help="folder of the .avsc files")
    parser.add_argument("--from-beginning", action="store_true", help="read the inbox from its beginning")
    options = parser.parse_args()
    agency, queue = StockAgency(options), SimpleQueue()
    try:
        agency.open(options.from_beginning)
    except KafkaException as error:
        sys.exit(f"the broker at {options.bootstrap} does not answer: {error.args[0].str()}")
    threading.Thread(target=_lines, args=(queue,), daemon=True).start()
    _say({"ready": options.agency})
    while True:
        try:
            line = queue.get_nowait()
            if line is None:
                return
            _say(agency.send(json.loads(line)))
        except Empty:
            for answer in agency.receive(0.01):
                _say(answer)
        except (ValueError, KeyError) as error:
            _say({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main()
