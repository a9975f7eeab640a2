"""Inboxes (受信箱の点検): whatever lies in an agency's inbox was granted to it, or told to it, by the gate. Only headers and bytes are looked at.

Inboxes are transient: what is not there any more is not checked. What was opened is not compared with anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from audit import values
from audit.findings import Code, Finding, named
from audit.seen import Seen
from audit.verdicts import Gate, Verdict
from contracts.catalogue import BY_CLASS
from contracts.consent import DisclosureDecided
from kernel.decider import derive_id
from kernel.envelope import OURS
from kernel.failures import PoisonError
from kernel.records import Record
from services.consent.courier import NAME as COURIER

_COURIER, _GATE = (OURS + COURIER).encode(), (OURS + "consent").encode()
_DECIDED = BY_CLASS[DisclosureDecided].full_name.encode()


class InboxReading:
    """Reads one partition of one agency's inbox, once the gate's log was read."""

    def __init__(self, topic: str, agency: str, number: int, seen: Iterable[Seen]) -> None:
        self.topic, self.agency, self.number = topic, agency, number
        self.records = 0
        self.findings: list[Finding] = []
        self._gate = [each for each in seen if each.function == "consent"]
        self._verdicts: Mapping[str, Verdict] = {}
        self._verdicts, self._told = _together(each.gate for each in self._gate)
        self._known: dict[bytes, bytes] = {}

    def read(self, record: Record) -> None:
        """Take the next record into account."""
        self.records += 1
        head = dict(record.headers)
        try:
            value = values.read(record.value)
        except PoisonError as error:
            self._found(record, Code.UNREADABLE, error.code.value)
            return
        identity, source = head.get("ce_id", b""), head.get("ce_source", b"")
        if not identity or head.get("ce_type") != value.kind or len(head) != len(record.headers):
            self._found(record, Code.UNREADABLE, "HEADER_INVALID")
        elif source == _COURIER:
            self._released(record, identity, (head.get("ce_causationid") or b"").decode("ascii", "replace"))
        elif source == _GATE:
            self._notice(record, identity, value)
        else:
            self._found(record, Code.FOREIGN_WRITER)
            return
        known = self._known.setdefault(identity, value.digest)
        if known is not value.digest:
            self._found(record, Code.DUPLICATE if known == value.digest else Code.ID_CONFLICT)

    def _released(self, record: Record, identity: bytes, cause: str) -> None:
        """A copy of an event, with the parts that a verdict has released."""
        verdict = self._verdicts.get(cause)
        if verdict is None or not verdict.granted or verdict.recipient != self.agency:
            self._found(record, Code.RELEASE_UNGRANTED, f"verdict {named(cause.encode())}")
        elif derive_id(COURIER, OURS + "consent", cause, self.agency, 0).encode() != identity:
            self._found(record, Code.ID_UNTRUE, "the copy is not that of its verdict")

    def _notice(self, record: Record, identity: bytes, value: values.Value) -> None:
        """An event of the gate's own, as it lies in its log."""
        home = next((each for each in self._gate if identity in each.ids), None)
        text = identity.decode("ascii", "replace")
        if home is None:
            self._found(record, Code.CAUSE_MISSING, f"consent {named(identity)}")
        elif home.digest(identity) != value.digest:
            self._found(record, Code.CAUSE_CHANGED, f"{home.topic}/{home.partition}/{home.offset(identity)}")
        elif self.agency != (self._verdicts[text].agency if value.kind == _DECIDED else self._told.get(text)):
            self._found(record, Code.RELEASE_UNGRANTED, "it was told to somebody else")

    def _found(self, record: Record, code: Code, detail: str = "") -> None:
        self.findings.append(
            Finding(topic=self.topic, partition=self.number, offset=record.offset, code=code, case=named(record.key), detail=detail),
        )


def _together(gates: Iterable[Gate]) -> tuple[dict[str, Verdict], dict[str, str]]:
    verdicts: dict[str, Verdict] = {}
    told: dict[str, str] = {}
    for gate in gates:
        verdicts.update(gate.verdicts)
        told.update(gate.told)
    return verdicts, told
