"""Closing (突き合わせ): the logs held against each other. Every cause is where it should be, as it was when it was answered; every request came to the gate.

Only what was read whole can say that something is missing: of logs that were left out nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct, field

from audit import ids
from audit.findings import Code, Finding, named
from audit.partition import GATE
from audit.registry import WRITER as REGISTRY
from audit.seen import APART, Seen, Want
from contracts.catalogue import BY_CLASS
from contracts.consent import ConsentExpired, ConsentLapsed, DisclosureDecided, PersonalDataRead, UseExpired
from contracts.envelope import DeadlineMissed
from contracts.topics import SUPPORT_FUNCTIONS

INTAKE, REPORTING = "intake", "reporting"
_INTAKE = INTAKE.encode()
PATIENCE_MS = 600_000
"""A request that is not answered is missing once the gate has answered what came in so much later."""
_OF_TIME = frozenset(BY_CLASS[kind].full_name.encode() for kind in (DeadlineMissed, ConsentExpired, ConsentLapsed, UseExpired, DisclosureDecided))
"""With these begins what a function tells when time has passed; that it was told so stands in no log."""
_READ = BY_CLASS[PersonalDataRead].full_name.encode()
"""A read is a fact from its beginning: our reporting service tells it to the gate by a topic that is no log."""
_REFUSED_COORDINATES = b"/"


class Closed(Struct):
    """What came of it."""

    findings: list[Finding] = field(default_factory=list)
    waiting: int = 0
    """Requests that were on their way to the gate."""
    of_time: int = 0
    """Answers to the passing of time: what called for them stands in no log."""
    unread: int = 0
    """Answers to what should lie in a log that was not read."""


class Closing:
    """Holds the partitions against each other. ``whole``: functions whose logs were read whole. ``case``: only its findings."""

    def __init__(self, seen: Sequence[Seen], whole: Collection[str], after: Mapping[str, Collection[bytes]], case: str = "") -> None:
        """``after``: ids of what each log has taken in since its end was fixed: nothing of it is judged, but it may be what was answered."""
        self._seen, self._whole, self._after, self._case = seen, whole, after, case.encode()
        self._logs: dict[str, list[Seen]] = {}
        for each in seen:
            self._logs.setdefault(each.function, []).append(each)
        self._agencies = {agency.encode() for each in seen for agency in each.agencies}
        self._outside: set[bytes] = set().union(*(each.outside for each in seen))
        self.closed = Closed()

    def close(self) -> Closed:
        """Everything that does not close."""
        for each in self._seen:
            for want in each.wants:
                if self._case and want.key != self._case:
                    continue
                if want.writer == _INTAKE:
                    self._opened(each, want)
                else:
                    self._wanted(each, want)
            if REGISTRY in self._whole:
                self._senders(each)
            if REGISTRY in self._whole and each.function in (GATE, *SUPPORT_FUNCTIONS):
                self._facts(each)
        if GATE in self._whole:
            self._requests()
        return self.closed

    def _wanted(self, seen: Seen, want: Want) -> None:
        writer = want.writer.decode("ascii", "replace")
        for home in self._logs.get(writer, ()):
            if want.id not in home.ids:
                continue
            if want.digest and home.digest(want.id).hex().encode() != want.digest:
                place = f"{seen.topic}/{seen.partition}/{want.offset}"
                self.closed.findings.append(Finding(
                    topic=home.topic, partition=home.partition, offset=home.offset(want.id), code=Code.CAUSE_CHANGED, case=named(want.key), detail=place,
                ))
            return
        if writer == REPORTING and seen.function == GATE and want.kind == _READ:
            return
        elif writer == seen.function and want.kind in _OF_TIME:
            self.closed.of_time += 1
        elif want.id in self._after.get(writer, ()):
            return
        elif writer not in self._whole:
            self.closed.unread += 1
        else:
            self._found(seen, want.offset, Code.CAUSE_MISSING, want.key, f"{writer} {named(want.id)}")

    def _opened(self, seen: Seen, want: Want) -> None:
        """The front door announces a case, or refuses a message: an agency's message stands behind it."""
        source, _, identity = want.opened.partition(APART)
        if _REFUSED_COORDINATES in identity:
            if _announced(source, identity, source) != want.id:
                self._found(seen, want.offset, Code.CAUSE_MISSING, want.key, "intake")
        elif _announced(source, identity, want.key) != want.id:
            self.closed.unread += 1  # an agency has given its message a correlation of its own
        elif want.opened not in self._outside and want.opened not in self._after.get(INTAKE, ()):
            if self._everything():
                self._found(seen, want.offset, Code.CAUSE_MISSING, want.key, f"intake {named(identity)}")
            else:
                self.closed.unread += 1

    def _everything(self) -> bool:
        return {"consultation", "outreach"} <= set(self._whole)

    def _senders(self, seen: Seen) -> None:
        for said, offset in seen.outside.items():
            source, _, identity = said.partition(APART)
            if source not in self._agencies and not (seen.function == REPORTING and source == REPORTING.encode()):
                self._found(seen, offset, Code.SENDER_UNKNOWN, source, named(identity))

    def _facts(self, seen: Seen) -> None:
        """Every partition has every fact of the town, up to the last one that it has: they come in one order."""
        (registry,) = self._logs[REGISTRY]
        told = [(identity, offset) for identity, offset, terms in registry.facts if terms == (seen.function != GATE)]
        had = {want.id for want in seen.wants if want.writer == REGISTRY.encode()}
        last = max((number for number, (identity, _) in enumerate(told) if identity in had), default=-1)
        for identity, offset in told[:max(last, 0)]:
            if identity not in had:
                self._found(registry, offset, Code.FACT_MISSING, b"", f"{seen.topic}/{seen.partition}")

    def _requests(self) -> None:
        """Whatever was to go across a boundary has come to the gate."""
        gate = {each.partition: each for each in self._logs[GATE]}
        answered = {number: {want.id for want in each.wants} for number, each in gate.items()}
        for each in self._seen:
            for identity, (offset, at, key) in each.asked.items():
                number = each.partition
                if identity in answered.get(number, ()):
                    continue
                if identity in self._after.get(GATE, ()) or number not in gate or gate[number].until <= at + PATIENCE_MS:
                    self.closed.waiting += 1
                else:
                    self._found(each, offset, Code.VERDICT_MISSING, key, named(identity))

    def _found(self, seen: Seen, offset: int, code: Code, key: bytes, detail: str) -> None:
        self.closed.findings.append(
            Finding(topic=seen.topic, partition=seen.partition, offset=offset, code=code, case=named(key), detail=detail),
        )


@lru_cache(maxsize=65_536)
def _announced(source: bytes, identity: bytes, key: bytes) -> bytes:
    """The id under which the front door announces or refuses what an agency has sent."""
    return ids.derived(ids.origin(_INTAKE, source, identity, key), 0)
