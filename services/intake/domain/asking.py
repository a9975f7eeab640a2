"""Asking the gate (関門への依頼): the request that goes with a recorded fact when another agency is to learn of it."""

from __future__ import annotations

from contracts.envelope import DisclosureRequested
from contracts.shared import Basis, DataCategory, FunctionName, PartCode, Purpose
from kernel.decider import Context


def ask(
    context: Context, ordinal: int, event: type, recipient: str, purpose: Purpose, basis: Basis = Basis.C,
    wanted: tuple[DataCategory, ...] = (),
) -> DisclosureRequested:
    """Ask whether the ``ordinal``-th event (from 0, of type ``event``) of this decision may go to ``recipient``.

    Names the sealed parts of the input by their codes: the gate decides on these alone.
    """
    return DisclosureRequested(
        event_id=context.event_id(ordinal),
        event_type=event.__name__,
        recipient=recipient,
        agency=context.agency,
        function=FunctionName(context.function.upper()),
        purpose=purpose,
        basis=basis,
        parts=tuple(PartCode(person=part.person, category=DataCategory(part.category), essential=part.essential) for part in context.parts),
        wanted=wanted,
    )
