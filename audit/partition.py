"""One partition of a log (ログの点検): read in its order, header by header, and what is kept of it to hold it against the other logs.

What counts is said by the reading rule of every reader (``kernel.reading``). Some 300 bytes of memory for each record.
"""

from __future__ import annotations

from audit import ids
from audit.findings import Code
from audit.seen import APART, Seen, Want
from audit.values import Value, read
from audit.verdicts import Verdicts
from contracts.catalogue import BY_CLASS
from contracts.envelope import DisclosureRequested, MessageNoted, MessageRefused
from contracts.shared import RefusalCode
from kernel.envelope import OURS
from kernel.failures import PoisonError
from kernel.partitioner import partition_of
from kernel.reading import Reading
from kernel.records import Record

GATE = "consent"
_ASKED = BY_CLASS[DisclosureRequested].full_name.encode()
_REFUSED = BY_CLASS[MessageRefused].full_name.encode()
_EVERYWHERE = frozenset(kind.full_name.encode() for kind in BY_CLASS.values() if kind.broadcast or kind.cls in (MessageNoted, MessageRefused))
"""What may lie in another partition than its key's: a fact of the whole town, and what was answered to one."""
_OURS = OURS.encode()
_COURIER, _INTAKE, _REGISTRY = _OURS + b"courier", _OURS + b"intake", b"registry"
_MOST = 1_000
"""So many events of one answer are looked for behind a hole."""
Head = dict[str, bytes]
Cause = tuple[bytes, bytes]
"""Source and id of what was answered."""


class _Key:
    """One key: its last ``seq``, what was answered last (also as the origin of ids), and how many events that has left."""

    __slots__ = ("away", "cause", "count", "origin", "seq")

    def __init__(self, away: bool) -> None:
        self.seq, self.cause, self.origin, self.count, self.away = 0, (b"", b""), b"", 0, away

    def begin(self, cause: Cause, origin: bytes) -> None:
        """Another message is answered."""
        self.cause, self.origin, self.count = cause, origin, 0


class LogReading:
    """Reads one partition of a function's log. ``partitions``: how many the log has."""

    def __init__(self, topic: str, function: str, number: int, partitions: int) -> None:
        self.seen = Seen(topic, function, number)
        self._partitions, self._function = partitions, function.encode()
        self._source = _OURS + self._function
        self._reading, self._verdicts = Reading(), Verdicts(self.seen.gate, self.seen.found)
        self._keys: dict[bytes, _Key] = {}
        self._gate = function == GATE

    def read(self, record: Record) -> None:
        """Take the next record into account."""
        seen, headers, key = self.seen, record.headers, record.key
        seen.records += 1
        head = dict(headers)
        try:
            identity, source, cause = head["ce_id"], head["ce_source"], (head["ce_causationsource"], head["ce_causationid"])
            seq = int(head["ce_seq"])
            if len(head) != len(headers) or not (key and identity and cause[0] and cause[1]) or head["ce_subject"] != key:
                raise PoisonError(RefusalCode.HEADER_INVALID)
            value = read(record.value)
            if value.kind != head["ce_type"]:
                raise PoisonError(RefusalCode.TYPE_MISMATCH)
        except PoisonError as error:
            self._unreadable(record, head, error.code)
            return
        except (KeyError, TypeError, ValueError):
            self._unreadable(record, head, RefusalCode.HEADER_INVALID)
            return
        if source != self._source:
            seen.found(record.offset, Code.FOREIGN_WRITER, key)
        elif self._reading.takes(record, key, seq, cause):  # type: ignore[arg-type]  # any hashable will do
            self._counts(record, key, head, cause, seq, value)
        else:
            self._passed(record, identity, value, seq)

    def end(self) -> Seen:
        """What is kept, once the last record was read."""
        self._verdicts.end()
        return self.seen

    def _counts(self, record: Record, key: bytes, head: Head, cause: Cause, seq: int, value: Value) -> None:
        """What counts; a hole before it, and an id that is not its own, are noted."""
        seen, identity = self.seen, head["ce_id"]
        entry = self._keys.get(key)
        if entry is None:
            entry = self._keys[key] = _Key(partition_of(key, self._partitions) != record.partition)
        if entry.away and value.kind not in _EVERYWHERE:
            seen.found(record.offset, Code.MISPLACED, key)
        begins = cause != entry.cause
        if begins:
            entry.begin(cause, ids.origin(self._function, *cause, key))
        if seq != entry.seq + 1:
            seen.found(record.offset, Code.SEQUENCE, key, f"seq {seq} follows {entry.seq}")
            entry.count = _behind(entry, identity, seq - entry.seq - 1)
        elif ids.derived(entry.origin, entry.count) != identity:
            seen.found(record.offset, Code.ID_UNTRUE, key, f"it would be event {entry.count} of its cause")
        entry.seq = seq
        entry.count += 1
        seen.keep(identity, record.offset, value.digest)
        if begins:
            self._answers(record, head, cause, value)
        if self._gate:
            self._verdicts.read(record, identity, cause[1], value)
        elif value.kind == _ASKED:
            seen.asked[identity] = (record.offset, record.timestamp, key)

    def _passed(self, record: Record, identity: bytes, value: Value, seq: int) -> None:
        """What counts for nothing: a repeat is harmless, anything else under an id that was there, or that comes too late, is not."""
        seen, key = self.seen, record.key or b""
        known, last = seen.digest(identity), self._keys[key].seq if key in self._keys else 0
        if known is not None and known != value.digest:
            seen.found(record.offset, Code.ID_CONFLICT, key, f"the first lies at {seen.offset(identity)}")
        elif known is None or seq > last:
            seen.found(record.offset, Code.SEQUENCE, key, f"seq {seq} after {last} answers again what was answered" if seq > last else f"seq {seq} after {last}")
        else:
            seen.found(record.offset, Code.DUPLICATE, key, f"the first lies at {seen.offset(identity)}")

    def _answers(self, record: Record, head: Head, cause: Cause, value: Value) -> None:
        """What it answers: a message of ours is looked for in the log it came from; one from outside is only noted."""
        seen, (source, identity) = self.seen, cause
        identity, _, about = identity.partition(b"#")
        if self._gate:
            at = head.get("ce_recordedtime") or b""
            seen.until = max(seen.until, int(at) if at.isdigit() else 0)
        if not source.startswith(_OURS) and source != _REGISTRY:
            seen.outside.setdefault(source + APART + identity, record.offset)
        elif self._gate and source == _COURIER:
            self._verdicts.delivered(record, identity, value)
        else:
            digest = head.get("ce_inputdigest") or b"" if about[:5] in (b"", b"swept") else b""  # what was refused for its id had other bytes
            opened = _opened(head, value) if source == _INTAKE else b""
            seen.wants.append(Want(source.removeprefix(_OURS), identity, digest, record.offset, record.key or b"", value.kind, opened))

    def _unreadable(self, record: Record, head: Head, code: RefusalCode) -> None:
        """Whatever can be told of it; its place among the events of its key is taken, or the next one would be told as well."""
        key, seq = record.key, head.get("ce_seq") or b""
        self.seen.found(record.offset, Code.UNREADABLE, key, code.value)
        entry, cause = self._keys.get(key or b""), (head.get("ce_causationsource") or b"", head.get("ce_causationid") or b"")
        if entry is not None and seq.isdigit() and int(seq) == entry.seq + 1:
            if cause != entry.cause:
                entry.begin(cause, ids.origin(self._function, *cause, key or b""))
            entry.seq += 1
            entry.count += 1


def _behind(entry: _Key, identity: bytes, hole: int) -> int:
    """Which event of its cause it is, behind a hole."""
    places = range(entry.count, entry.count + min(hole, _MOST) + 1)
    return next((place for place in places if ids.derived(entry.origin, place) == identity), entry.count)


def _opened(head: Head, value: Value) -> bytes:
    """Which agency's message has made the front door speak, as source and id; where it has refused one, as source and coordinates."""
    said = value.body["coordinates"].encode() if value.kind == _REFUSED else head.get("ce_correlationid") or b""
    return (head.get("ce_agency") or b"") + APART + said
