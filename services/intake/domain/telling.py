"""Telling (関わる機関への連絡): a fact of codes alone goes to agencies that have a part in the case (basis K); the gate still decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.envelope import DisclosureRequested
from contracts.shared import Basis, FunctionName, Purpose
from kernel import asking
from kernel.decider import Context


def tell(context: Context, ordinal: int, event: type, agencies: Iterable[str]) -> Iterator[DisclosureRequested]:
    """Ask that each of ``agencies`` be told the ``ordinal``-th event of this decision; whoever has just reported it knows it already."""
    return asking.tell(context, FunctionName.CONSULTATION, ordinal, event, sorted(set(agencies)), Purpose.NOTICE, Basis.K)
