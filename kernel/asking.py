"""Asking the gate (関門への依頼): the request that goes with a recorded event when another agency is to learn of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.catalogue import BY_CLASS
from contracts.envelope import DisclosureRequested
from contracts.shared import Basis, DataCategory, FunctionName, PartCode, Purpose
from kernel.decider import Context

_CLAIMABLE = (Basis.C, Basis.V)


def ask(
    context: Context, function: FunctionName, ordinal: int, event: type, recipient: str, purpose: Purpose, basis: Basis = Basis.C, *,
    segment: str | None = None, wanted: tuple[DataCategory, ...] = (),
) -> DisclosureRequested:
    """Ask whether the ``ordinal``-th event (from 0, of type ``event``) of this decision may go to ``recipient``.

    The sealed parts that the event carries, and the persons whom its body names, are told by their codes; the gate decides on these alone.
    For its own event, where a consent or danger would be the ground (``basis`` C or V), an agency may claim another basis and purpose; the gate tests it.
    """
    kind = BY_CLASS[event]
    if basis in _CLAIMABLE and not wanted and event.__name__ == context.message_type and context.source == context.agency:
        purpose, basis = Purpose(context.purpose or purpose), Basis(context.basis or basis)
    return DisclosureRequested(
        event_id=context.event_id(ordinal), event_type=event.__name__, recipient=recipient, agency=context.agency, function=function,
        purpose=purpose, basis=basis, segment=segment, parts=_codes(context) if kind.personal else (), wanted=wanted,
        persons=context.persons if kind.persons else (), authored=context.authored,
    )


def tell(
    context: Context, function: FunctionName, ordinal: int, event: type, agencies: Iterable[str], purpose: Purpose, basis: Basis,
) -> Iterator[DisclosureRequested]:
    """Ask that each of ``agencies`` be told, once, of the ``ordinal``-th event of this decision: a fact without personal data (basis K or B0).

    Passed over are nobody (an empty id) and whoever has just reported it; who reported something else from which it follows is told too.
    """
    reporter = context.agency if context.source == context.agency else ""
    for agency in dict.fromkeys(agencies):
        if agency not in ("", reporter):
            yield ask(context, function, ordinal, event, agency, purpose, basis)


def _codes(context: Context) -> tuple[PartCode, ...]:
    return tuple([
        PartCode(person=part.person, category=DataCategory(part.category), essential=part.essential) for part in context.parts
    ])
