"""Departure (機関の終了): from that fact's place in the order on, what is under way or waits for the agency is decided anew in every case.

It is a member of no conference segment any more, though it be registered again. Consents that name it stay recorded.
"""

from __future__ import annotations

from functools import reduce

from contracts.coordination import SegmentNoted
from services.consent.domain import anew
from services.consent.domain.anew import Verdict
from services.consent.domain.casefile import CaseFile
from services.consent.domain.model import Segment
from services.consent.domain.rules import Rules


def of(case: CaseFile, agency: str, rules: Rules) -> tuple[SegmentNoted | Verdict, ...]:
    """What the end of an agency gives in a case: its open segments without it, new verdicts on what is under way, then on what waits."""
    left = segments_without(case, agency)
    return (*left, *anew.everything(reduce(CaseFile.segment_noted, left, case), rules))


def segments_without(case: CaseFile, agency: str) -> tuple[SegmentNoted, ...]:
    """The open segments of a case that it was a member of, without it."""
    return tuple(_without(segment, agency) for segment in case.segments.values() if segment.open and agency in segment.members)


def _without(segment: Segment, agency: str) -> SegmentNoted:
    return SegmentNoted(
        sitting=segment.sitting, segment=segment.id, basis=segment.basis, members=tuple(sorted(segment.members - {agency})), present=(),
        open=True, convener=segment.convener,
    )
