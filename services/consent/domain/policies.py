"""The rules by which one basis alone supports a release: one small named function each, refusals by reason code.

Numbers R1-R17 are those of domain.md §4.2; "rule n" those of consent.md §2.
"""

from __future__ import annotations

from collections.abc import Callable

from contracts.shared import Basis, DataCategory
from services.consent.domain.consented import consent_of_the_person
from services.consent.domain.question import Question, Verdict
from services.consent.domain.reasons import Reason

_B0 = Basis.B0


def no_personal_data(question: Question) -> Verdict:
    """B0 個人情報なし: the type is one of those that carry none, and no part is sealed."""
    rule = question.pack.bases[_B0]
    reason = Reason.TYPE_NOT_COVERED if question.request.parts or question.request.event_type not in rule.types else None
    return _whole(question, _B0, "B0", reason)


def support_conference(question: Question) -> Verdict:
    """M 支援会議: the 106-6 conference segment is open, both sides are listed, the items were asked for (R9, rule 18)."""
    segment, rule = question.case.segments.get(question.request.segment or ""), question.pack.bases[Basis.M]
    reason = None
    if segment is None:
        reason = Reason.SEGMENT_UNKNOWN
    elif segment.basis is not rule.conference:
        reason = Reason.SEGMENT_NOT_STATUTORY
    elif question.kind_of(segment.convener) not in rule.conveners:
        reason = Reason.CONVENER_KIND
    elif question.request.recipient not in segment.members or question.request.agency not in segment.members:
        reason = Reason.NOT_LISTED
    elif not segment.open:
        reason = Reason.SEGMENT_CLOSED
    asked = frozenset() if segment is None else segment.asked
    return _whole(question, Basis.M, "R9", reason, asked, Reason.NOT_ASKED)


def danger_to_life(question: Question) -> Verdict:
    """V 生命・身体・財産: a registered right, a fitting recipient, and no more than the least that helps (rule 19)."""
    rule = question.pack.bases[Basis.V]
    sender = question.registry.agencies.get(question.request.agency)
    reason = None
    if sender is None or not sender.emergency_right:
        reason = Reason.NO_EMERGENCY_RIGHT
    elif question.request.event_type not in rule.types:
        reason = Reason.TYPE_NOT_COVERED
    elif question.recipient_kind not in rule.recipient_kinds:
        reason = Reason.RECIPIENT_KIND
    return _whole(question, Basis.V, "V", reason, rule.ceiling, Reason.OVER_CEILING)


def _whole(
    question: Question, basis: Basis, rule: str, reason: Reason | None,
    ceiling: frozenset[DataCategory] | None = None, over: Reason = Reason.OVER_CEILING,
) -> Verdict:
    """The verdict of a basis that holds for the whole request or, for ``reason``, not at all; parts above the ceiling are withheld."""
    parts = question.request.parts
    if reason is not None:
        return Verdict(basis=basis, rule=rule, withheld=tuple([(part, reason) for part in parts]), reasons=(reason,))
    released = tuple([part for part in parts if ceiling is None or part.category in ceiling])
    withheld = tuple([(part, over) for part in parts if ceiling is not None and part.category not in ceiling])
    return Verdict(basis=basis, rule=rule, released=released, withheld=withheld, reasons=(over,) if withheld else ())


def not_available(question: Question) -> Verdict:
    """A basis for which the pack has no preconditions to test supports nothing (rule 17)."""
    return _whole(question, question.request.basis, "R1", Reason.BASIS_NOT_AVAILABLE)


BASES: dict[Basis, Callable[[Question], Verdict]] = {
    Basis.B0: no_personal_data,
    Basis.C: consent_of_the_person,
    Basis.M: support_conference,
    Basis.V: danger_to_life,
}
"""The bases that can be tested today; the pack must list them too."""


def protect(question: Question, verdict: Verdict) -> Verdict:
    """R8 支援措置, applied last and only ever removing: a blocked agency learns nothing of where anybody of the household is (rule 15)."""
    if not _blocked(question) or verdict.basis in question.pack.protection_exempt_bases and question.recipient_kind in question.pack.protection_exempt_kinds:
        return verdict
    if not verdict.released and not verdict.withheld and verdict.basis is not Basis.B0:
        return Verdict(basis=verdict.basis, rule="R8", reasons=(Reason.PROTECTED,))
    taken = tuple([(part, Reason.PROTECTED) for part in verdict.released if part.category in question.pack.protected])
    if not taken:
        return verdict
    return Verdict(
        basis=verdict.basis, rule="R8", consents=verdict.consents,
        released=tuple([part for part in verdict.released if part.category not in question.pack.protected]),
        withheld=verdict.withheld + taken, reasons=tuple(dict.fromkeys((*verdict.reasons, Reason.PROTECTED))),
    )


def _blocked(question: Question) -> bool:
    """Whether a flag keeps the recipient away from anybody of the case; from everybody, while the gate does not know who belongs to it."""
    standing = question.registry.flags
    flags = standing and [flag for flag in standing if question.request.recipient in flag.blocked and question.day <= flag.last_day]
    if not flags:
        return False
    household = question.case.persons.union(question.request.persons, (part.person for part in question.request.parts))
    return not household or any(flag.person in household for flag in flags)
