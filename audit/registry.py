"""The registry's log (登録簿の記録の点検): which agencies were ever registered, and what every switch of the rules said."""

from __future__ import annotations

from audit import values
from audit.findings import Code
from audit.seen import Seen
from contracts.catalogue import BY_CLASS
from contracts.registry import AgencyRegistered, DeadlinesSet
from kernel.failures import PoisonError
from kernel.records import Record

WRITER = "registry"
_REGISTERED, _DEADLINES = (BY_CLASS[kind].full_name.encode() for kind in (AgencyRegistered, DeadlinesSet))


class RegistryReading:
    """Reads the registry's log. It has one partition and no ``seq``: each fact has an id of its own."""

    def __init__(self, topic: str) -> None:
        self.seen = Seen(topic, WRITER, 0)

    def read(self, record: Record) -> None:
        """Take the next record into account."""
        seen, head = self.seen, dict(record.headers)
        seen.records += 1
        identity = head.get("ce_id", b"")
        try:
            value = values.read(record.value)
        except PoisonError as error:
            seen.found(record.offset, Code.UNREADABLE, record.key, error.code.value)
            return
        if head.get("ce_type") != value.kind or not identity or not record.key:
            seen.found(record.offset, Code.UNREADABLE, record.key, "HEADER_INVALID")
        elif head.get("ce_source") != WRITER.encode():
            seen.found(record.offset, Code.FOREIGN_WRITER, record.key)
        elif (known := seen.digest(identity)) is not None:
            code = Code.DUPLICATE if known == value.digest else Code.ID_CONFLICT
            seen.found(record.offset, code, record.key, f"the first lies at {seen.offset(identity)}")
        else:
            seen.keep(identity, record.offset, value.digest)
            seen.facts.append((identity, record.offset, value.kind == _DEADLINES))
            if value.kind == _REGISTERED:
                seen.agencies.append(value.body["agency"])

    def end(self) -> Seen:
        """What is kept, once the last record was read."""
        return self.seen
