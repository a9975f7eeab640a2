"""Findings (点検の結果): what does not fit in the logs, and where: codes and ids only, never a personal text."""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct

_ID = re.compile(r"[A-Za-z0-9._:/#-]{1,160}")


class Code(StrEnum):
    """What is wrong with a record, or with the log at its place."""

    __hash__ = str.__hash__

    UNREADABLE = "UNREADABLE"
    """Headers or value are none of ours."""
    FOREIGN_WRITER = "FOREIGN_WRITER"
    """It says that somebody else has written it than whoever alone may write there."""
    MISPLACED = "MISPLACED"
    """Its key belongs into another partition."""
    SEQUENCE = "SEQUENCE"
    """Before it something of this key is missing, or it stands in the wrong place."""
    ID_UNTRUE = "ID_UNTRUE"
    """Its id is not the one that its cause and its place among what that cause gave must have."""
    ID_CONFLICT = "ID_CONFLICT"
    """The same id with other bytes."""
    DUPLICATE = "DUPLICATE"
    """The same id with the same bytes once more: every reader passes it over. Told and counted, no finding."""
    CAUSE_MISSING = "CAUSE_MISSING"
    """It answers something that should be in a log and is not."""
    CAUSE_CHANGED = "CAUSE_CHANGED"
    """What was answered had other bytes than lie here; ``detail``: where the answer lies."""
    SENDER_UNKNOWN = "SENDER_UNKNOWN"
    """It answers somebody who was never registered."""
    FACT_MISSING = "FACT_MISSING"
    """A fact of the whole town that a partition has never had, though it has had a later one; ``detail``: which partition."""
    VERDICT_MISSING = "VERDICT_MISSING"
    REQUEST_MISSING = "REQUEST_MISSING"
    """A verdict on nothing that was asked."""
    VERDICT_UNCALLED = "VERDICT_UNCALLED"
    """A second verdict in one answer, or one on what was refused or released before."""
    RELEASE_UNGRANTED = "RELEASE_UNGRANTED"
    """The courier says, or an inbox shows, that something was released which no verdict grants."""


class Finding(Struct, frozen=True, kw_only=True):
    """One finding and its place."""

    topic: str
    partition: int
    offset: int
    code: Code
    case: str = ""
    detail: str = ""

    @property
    def harmless(self) -> bool:
        """Whether it is told but nothing is wrong."""
        return self.code is Code.DUPLICATE


def named(key: bytes | None) -> str:
    """A key as it may be told: what does not look like an id could be anything, and is left out."""
    text = (key or b"").decode("ascii", "replace")
    return text if _ID.fullmatch(text) else ""
