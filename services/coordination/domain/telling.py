"""Telling (連絡): who learns by codes alone (basis K) of what coordination has recorded; never the agency that said it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.envelope import DisclosureRequested
from contracts.shared import Basis, FunctionName, Purpose
from kernel.asking import ask
from kernel.decider import Context


def told(context: Context, ordinal: int, event: type, agencies: Iterable[str]) -> Iterator[DisclosureRequested]:
    """Ask for each of these agencies once that it be told of the ``ordinal``-th event; nobody (empty) is passed over."""
    for agency in dict.fromkeys(agencies):
        if agency and agency != context.agency:
            yield ask(context, FunctionName.COORDINATION, ordinal, event, agency, Purpose.COORDINATION, Basis.K)
