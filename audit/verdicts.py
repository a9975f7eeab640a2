"""Verdicts (判断の点検): in one partition of the gate's log, one verdict that counts for each request, and for each release a verdict that granted it.

Of several verdicts on one request the last counts (decision 0011): one follows another while a release waits or is under way, never after a refusal or a receipt.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field

from audit.findings import Code
from audit.values import Value
from contracts.catalogue import BY_CLASS
from contracts.consent import DisclosureDecided, DisclosureReleased
from contracts.envelope import DisclosureRequested, MessageRefused
from contracts.shared import FunctionName, Outcome
from kernel.decider import derive_id
from kernel.envelope import OURS
from kernel.records import Record
from services.consent.courier import NAME as COURIER
from services.consent.courier import TOLD
from services.consent.domain.model import GIVEN

_REQUESTED, _DECIDED, _RELEASED, _REFUSED = (
    BY_CLASS[kind].full_name.encode() for kind in (DisclosureRequested, DisclosureDecided, DisclosureReleased, MessageRefused)
)
_TOLD = frozenset(BY_CLASS[kind].full_name.encode() for kind in TOLD)
_GATE = OURS + "consent"
_ASKED, _OPEN, _OVER = "", "open", "over"
"""What a request is: without a verdict · held, or a release that is under way · refused, or delivered."""
Found = Callable[[int, Code, bytes | None, str], None]


class Verdict(Struct, frozen=True, array_like=True, gc=False):
    """What the inboxes and the receipts are held against."""

    request: str
    granted: bool
    recipient: str
    agency: str


class Gate(Struct):
    """What the gate has decided and told, by the ids of its events."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    """Whom it has told of itself."""


class Verdicts:
    """Reads what counts in one partition of the gate's log."""

    def __init__(self, gate: Gate, found: Found) -> None:
        self._gate, self._found = gate, found
        self._pending: dict[bytes, tuple[int, str]] = {}
        self._requests: dict[str, str] = {}

    def read(self, record: Record, identity: bytes, cause: bytes, value: Value) -> None:
        """Take the next record into account. ``cause``: the id of the message that it answers."""
        key, kind, body = record.key or b"", value.kind, value.body
        pending = self._pending.pop(key, None) if self._pending else None
        if pending and (kind != _DECIDED or body["request_id"] != pending[1]):
            self._found(pending[0], Code.VERDICT_MISSING, key, pending[1])
        if kind == _REQUESTED:
            own = body["function"] == FunctionName.CONSENT  # asked and decided in one go: the request has no message of its own
            request = _text(identity if own else cause)
            self._pending[key] = (record.offset, request)
            self._requests[request] = _ASKED
        elif kind == _DECIDED:
            self._decided(record, _text(identity), body)
        elif kind in _TOLD:
            self._gate.told[_text(identity)] = body["recipient"]
        elif kind == _REFUSED:
            self._gate.told[_text(identity)] = body["agency"]

    def end(self) -> None:
        """What is missing when nothing more comes."""
        for key, (offset, request) in self._pending.items():
            self._found(offset, Code.VERDICT_MISSING, key, request)

    def delivered(self, record: Record, cause: bytes, value: Value) -> None:
        """What the courier says of a release: that it was granted, by a verdict before it."""
        if value.kind != _RELEASED:
            return
        key, body = record.key or b"", value.body
        verdict = self._gate.verdicts.get(body["verdict_id"])
        if verdict is None or not verdict.granted or (verdict.request, verdict.recipient) != (body["request_id"], body["recipient"]):
            self._found(record.offset, Code.RELEASE_UNGRANTED, key, f"verdict {body['verdict_id']}")
        elif derive_id(COURIER, _GATE, body["verdict_id"], _text(key), 1) != _text(cause):
            self._found(record.offset, Code.ID_UNTRUE, key, "the receipt is not that of its verdict")
        else:
            self._requests[verdict.request] = _OVER

    def _decided(self, record: Record, identity: str, body: dict) -> None:
        request, outcome = body["request_id"], body["outcome"]
        before = self._requests.get(request)
        if before is None:
            self._found(record.offset, Code.REQUEST_MISSING, record.key, request)
        elif before == _OVER:
            self._found(record.offset, Code.VERDICT_UNCALLED, record.key, request)
        self._requests[request] = _OPEN if outcome in GIVEN or outcome == Outcome.HOLD else _OVER
        self._gate.verdicts[identity] = Verdict(request, outcome in GIVEN, body["recipient"], body["agency"])


def _text(value: bytes) -> str:
    return value.decode(errors="replace")
