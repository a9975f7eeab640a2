"""The rules by which one basis alone supports a release: one small named function each, refusals by reason code.

Numbers R1-R17 are those of domain.md §4.2; "rule n" those of consent.md §2.
"""

from __future__ import annotations

from collections.abc import Callable

from contracts.catalogue import CATALOGUE
from contracts.shared import Basis, DataCategory
from services.consent.domain.consented import consent_of_the_person
from services.consent.domain.question import Question, Verdict
from services.consent.domain.reasons import Reason

_B0 = Basis.B0
_UNASKED = frozenset((Basis.V, Basis.L))


def no_personal_data(question: Question) -> Verdict:
    """B0 個人情報なし: the type is one of those that carry none, and no part is sealed."""
    rule = question.pack.bases[_B0]
    request = question.request
    reason = Reason.TYPE_NOT_COVERED if request.parts or request.persons or request.event_type not in rule.types else None
    return _whole(question, _B0, "B0", reason)


def within_the_task(question: Question) -> Verdict:
    """K 委託・利用目的内: codes alone, about a case, to an agency that knows of the case; about what is no case, as if no basis were needed."""
    request, case, rule = question.request, question.case, question.pack.bases[Basis.K]
    if not case.agencies and not case.persons and request.event_type in question.pack.bases[_B0].types:
        return no_personal_data(question)  # a resource, a place, a project: nobody has a part in it, nobody is named
    reason = None
    if request.event_type in rule.named_types:
        heard = all(case.received_from(person, request.recipient) for person in request.persons)
        reason = Reason.PERSON_NAMED if request.parts or not heard else None
    elif request.event_type not in rule.types:
        reason = Reason.TYPE_NOT_COVERED
    elif request.parts or request.persons:
        reason = Reason.PERSON_NAMED
    elif not _knows_of_the_case(question):
        reason = Reason.NOT_A_PARTY
    return _whole(question, Basis.K, "K", reason)


def _knows_of_the_case(question: Question) -> bool:
    """Whether the recipient has a part in the case, has received something of it, or is told of what it asked for itself."""
    recipient = question.request.recipient
    return recipient in question.case.agencies or recipient == question.request.agency or question.case.aftercare.reached(recipient)


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
    Basis.K: within_the_task,
    Basis.M: support_conference,
    Basis.V: danger_to_life,
}
"""The bases that can be tested today; the pack must list them too."""


def of_the_living(question: Question, verdict: Verdict) -> Verdict:
    """R14: the law on personal data covers the living; what is of a dead person waits for the municipality. Only removes; V and L go on."""
    dead = question.registry.dead
    if not dead or verdict.basis in _UNASKED or not verdict.released and (verdict.withheld or verdict.reasons):
        return verdict
    request = question.request
    consents = () if request.persons or request.parts else map(question.case.consent, verdict.consents)
    if not dead.isdisjoint(request.persons) or any(consent is not None and consent.person in dead for consent in consents):
        taken = verdict.released
    else:
        taken = tuple([part for part in verdict.released if part.person in dead])
        if not taken:
            return verdict
    return Verdict(
        basis=verdict.basis, rule="R14", consents=verdict.consents,
        released=tuple([part for part in verdict.released if part not in taken]),
        withheld=verdict.withheld + tuple([(part, Reason.SUBJECT_DIED) for part in taken]),
        reasons=tuple(dict.fromkeys((*verdict.reasons, Reason.SUBJECT_DIED))),
    )


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
    """Whether a flag keeps the recipient away from anybody of the case; from everybody, while the gate does not know who belongs to it.

    What is no case, as a sitting or a place, has no household, and never will.
    """
    standing = question.registry.flags
    flags = standing and [flag for flag in standing if question.request.recipient in flag.blocked and question.day <= flag.last_day]
    if not flags:
        return False
    household = question.case.persons.union(question.request.persons, (part.person for part in question.request.parts))
    if not household:
        known = CATALOGUE.get(question.request.event_type)
        return known is None or known.key == "case"
    return any(flag.person in household for flag in flags)
