"""Telling (連絡): who learns by codes alone (basis K) of what coordination has recorded; see ``kernel.asking.tell``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.envelope import DisclosureRequested
from contracts.shared import Basis, FunctionName, Purpose
from kernel.asking import tell
from kernel.decider import Context


def told(context: Context, ordinal: int, event: type, agencies: Iterable[str]) -> Iterator[DisclosureRequested]:
    """Ask for each of these agencies once that it be told of the ``ordinal``-th event."""
    return tell(context, FunctionName.COORDINATION, ordinal, event, agencies, Purpose.COORDINATION, Basis.K)
