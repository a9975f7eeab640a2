"""Telling (関わる機関への連絡): a fact of codes alone goes to agencies that have a part in the case (basis K); the gate still decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.envelope import DisclosureRequested
from contracts.shared import Basis, FunctionName, Purpose
from kernel.asking import ask
from kernel.decider import Context


def tell(context: Context, ordinal: int, event: type, agencies: Iterable[str]) -> Iterator[DisclosureRequested]:
    """Ask that each of ``agencies`` be told the ``ordinal``-th event of this decision; whoever has just reported it knows it already."""
    sender = context.agency if context.source == context.agency else ""
    for agency in sorted(set(agencies) - {sender}):
        yield ask(context, FunctionName.CONSULTATION, ordinal, event, agency, Purpose.NOTICE, Basis.K)
