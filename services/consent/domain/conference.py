"""M 支援会議 and the other closed meetings by law, each with its own list: nothing flows from one to another (R9, consent.md rule 18)."""

from __future__ import annotations

from contracts.shared import Basis, DataCategory, PartCode
from services.consent.domain.entries import Way
from services.consent.domain.gateways import missing
from services.consent.domain.model import Segment
from services.consent.domain.question import Question, Verdict
from services.consent.domain.reasons import Reason

_M = Basis.M
_NOTHING: frozenset[DataCategory] = frozenset()


def closed_meeting(question: Question) -> Verdict:
    """A segment of this case by such a law is open, both sides are listed in it, and the items were asked for in it."""
    segment = question.case.segments.get(question.request.segment or "")
    way = None if segment is None else question.pack.bases[_M].conferences.get(segment.basis)
    reason = _closed(question, segment, way)
    if reason is not None or segment is None or way is None:
        parts = question.request.parts
        return Verdict(basis=_M, rule="R10" if reason is Reason.SEGMENT_NOT_STATUTORY else "R9", withheld=tuple([(part, reason) for part in parts]), reasons=(reason,))
    kept = [(part, reason) for part in question.request.parts if (reason := _kept(question, segment, way, part)) is not None]
    released = tuple([part for part in question.request.parts if _kept(question, segment, way, part) is None])
    return Verdict(
        basis=_M, rule="R9", released=released, withheld=tuple(kept), reasons=tuple(dict.fromkeys([reason for _, reason in kept])),
        obligations=way.obligations,
    )


def _closed(question: Question, segment: Segment | None, way: Way | None) -> Reason | None:
    """Why nothing at all may be said."""
    if segment is None:
        return Reason.SEGMENT_UNKNOWN
    if way is None:  # 重層的支援会議: whoever is on its list waits for the person's consent, or for a 支援会議 (R10)
        return Reason.SEGMENT_NOT_STATUTORY if question.request.recipient in segment.members else Reason.NOT_LISTED
    convener = question.registry.agencies.get(segment.convener)
    if convener is None or not convener.ours or convener.kind not in way.conveners:
        return Reason.CONVENER_KIND
    if question.request.recipient not in segment.members or question.request.agency not in segment.members:
        return Reason.NOT_LISTED
    return Reason.SEGMENT_CLOSED if not segment.open else missing(question, way)[1]


def _kept(question: Question, segment: Segment, way: Way, part: PartCode) -> Reason | None:
    """Along the tree, as everywhere: what was asked for, or what the ceiling allows, holds what is below it."""
    line = question.pack.categories.get(part.category, _NOTHING)
    if segment.asked.isdisjoint(line):
        return Reason.NOT_ASKED
    return Reason.OVER_CEILING if way.ceiling is not None and way.ceiling.isdisjoint(line) else None
