"""Reads (閲覧の記録): what is said of each read of personal data before its text is handed out; no durable record, no reading.

The visitors' book of the consent service hands it to the gate, which records it in the order of the case; the person finds it in the own ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from contracts import FINGERPRINTS
from contracts.consent import PersonalDataRead
from contracts.shared import PartCode, ReaderRole, ReadReason
from kernel import serde
from kernel.decider import derive_id
from kernel.envelope import OURS, Envelope
from kernel.records import Outgoing, keyed
from kernel.topics import Topics

ACCOUNT = "reporting"
SENDER = "api"
"""The account that may tell of a reading."""
SOURCE = OURS + ACCOUNT


@dataclass(frozen=True, slots=True)
class Read:
    """What one request has read in one case, ready to be sent."""

    key: str
    """The case."""
    fact: PersonalDataRead

    @property
    def id(self) -> str:
        """The same for the same request, case and content: sending it twice is sending it once."""
        return derive_id(ACCOUNT, ACCOUNT, sha256(serde.encode(self.fact)).hexdigest(), self.key, 0)

    def outgoing(self, topics: Topics, partitions: int, time: str) -> Outgoing:
        """As a record for ``kernel.sender.Sender.send``, which returns once the broker has it; ``time``: now, RFC 3339."""
        kind = serde.type_of(self.fact)
        headers = Envelope(
            id=self.id, source=SOURCE, type=kind.full_name, subject=self.key, time=time, municipality=topics.municipality,
            dataschema=f"{kind.full_name}:{FINGERPRINTS[kind.schema_id]}",
        ).headers()
        return keyed(topics.reads, partitions, self.key.encode(), serde.encode(self.fact), headers)


def read_event(
    case: str, request: str, *, reader: str, role: ReaderRole, actor: str, resource: str, reason: ReadReason,
    parts: Iterable[PartCode] = (), persons: Iterable[str] = (), events: Iterable[str] = (),
) -> Read:
    """What to send for one case before anything of it is shown; a request that shows several cases gives one for each, under the same ``request``.

    ``request``: the id of the API request, new for each. ``reader``: an agency's id or an office of ours; ``actor``: the public id of the token, no
    secret and no name. ``parts``: person and category of each text that will be opened; ``persons``: those of whom something else is shown (a ledger,
    a state); ``events``: ids of the recorded events that will be opened: without them the ledger keeps back rather more. Raises ValueError where
    it would say nothing of anybody.
    """
    seen = sorted({(part.person, part.category) for part in parts})
    named = sorted(set(persons))
    if not seen and not named:
        raise ValueError("nobody's data are read")
    return Read(case, PersonalDataRead(
        read=request, reader=reader, role=role, actor=actor, resource=resource, reason=reason,
        parts=tuple([PartCode(person=person, category=category) for person, category in seen]), persons=tuple(named), events=tuple(sorted(set(events))),
    ))
