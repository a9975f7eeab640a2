"""Ledgers (提供記録の組立て): a person's ledger from records that somebody else has kept, as the columns of a table or as those of the gate's log.

``domain/named.py`` says which records that must be; nothing here knows where they were kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kernel import serde
from services.consent.domain.findings import Logged
from services.consent.domain.ledger import Ledger
from services.consent.domain.pack import PolicyPack


class Kept(NamedTuple):
    """What a ledger needs of one record of the gate's log, the columns that must be kept of it."""

    case: str
    """Its key."""
    at: int
    """``ce_recordedtime``: when the message that it answers came in, milliseconds UTC."""
    agency: str
    """``ce_agency``, empty where there is none."""
    value: bytes
    """The event as it is framed in the log, or encoded anew by ``serde.encode`` without its sealed parts: it holds codes only."""


def folded(person: str, packs: Mapping[str, PolicyPack], kept: Iterable[Kept]) -> Ledger:
    """The ledger of a person; of each case its records come in their order, see ``domain/named.py``. Raises PoisonError where one is no event of ours."""
    found = Ledger(person, packs)
    for case, at, agency, value in kept:
        event = serde.unwrapped(serde.decode(value))
        found.read(Logged(place=0, key=case, seq=0, id="", cause=("", ""), digest="", at=at, agency=agency, position="", event=event))
    return found
