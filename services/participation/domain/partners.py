"""Partners (連携先): who learns of a fact of the community, and who takes part from then on. No fact here names a person, so each may go out (B0)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.envelope import DisclosureRequested, PartGiven
from contracts.shared import Basis, CasePart, FunctionName, Purpose
from kernel.asking import tell
from kernel.decider import Context

Agencies = tuple[str, ...]
"""Agency ids, each once, in the order in which they were named."""


def others(context: Context, *agencies: str) -> Agencies:
    """Each agency once, in its order, without the sender."""
    return tuple(agency for agency in dict.fromkeys(agencies) if agency != context.agency)


def joined(agencies: Agencies, more: Iterable[str]) -> Agencies:
    """Who takes part when ``more`` do so too: nobody leaves."""
    return tuple(dict.fromkeys((*agencies, *more)))


def told(context: Context, fact: type, agencies: Agencies, purpose: Purpose = Purpose.COMMUNITY) -> Iterator[DisclosureRequested]:
    """Ask the gate, once for each agency but the sender, to let the ``fact`` go out that stands first in the decision."""
    return tell(context, FunctionName.COMMUNITY, 0, fact, agencies, purpose, Basis.B0)


def listed(context: Context, agencies: Agencies) -> Iterator[PartGiven]:
    """Whoever is named may speak about the matter from here on (名簿の機関)."""
    return (PartGiven(agency=agency, part=CasePart.LISTED) for agency in others(context, *agencies))
