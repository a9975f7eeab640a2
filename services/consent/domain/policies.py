"""The rules by which one basis alone supports a release: one small named function each, refusals by reason code.

Numbers R1-R17 are those of domain.md §4.2; "rule n" those of consent.md §2.
"""

from __future__ import annotations

from collections.abc import Callable

from contracts.shared import Basis, FunctionName
from services.consent.domain.conference import closed_meeting
from services.consent.domain.consented import consent_of_the_person
from services.consent.domain.gateways import by_a_way
from services.consent.domain.question import Question, Verdict
from services.consent.domain.reasons import Reason

_B0 = Basis.B0


def no_personal_data(question: Question) -> Verdict:
    """B0 個人情報なし: the type is one of those that carry none, and no part is sealed."""
    rule = question.pack.bases[_B0]
    request = question.request
    reason = Reason.TYPE_NOT_COVERED if request.parts or request.persons or request.event_type not in rule.types else None
    return _whole(question, _B0, "B0", reason)


def within_the_task(question: Question) -> Verdict:
    """K 委託・利用目的内: codes alone, about a case, to an agency that knows of the case; about what is no case, as if no basis were needed.

    What carries more goes between the municipality and its contractor, by one of the ways of the entry.
    """
    request, case, rule = question.request, question.case, question.pack.bases[Basis.K]
    if request.parts and any(request.event_type in way.types for way in rule.ways.values()):
        return by_a_way(question)
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
    """Whether the recipient has a part in the case, has received something of it, or is told of what it asked for itself.

    Of what became of a release the gate also tells whoever gave it: a notice of danger needs no part in the case.
    """
    recipient, aftercare = question.request.recipient, question.case.aftercare
    if recipient in question.case.agencies or recipient == question.request.agency or aftercare.reached(recipient):
        return True
    return question.request.function is FunctionName.CONSENT and aftercare.gave(recipient)


def _whole(question: Question, basis: Basis, rule: str, reason: Reason | None) -> Verdict:
    """The verdict of a basis that holds for the whole request or, for ``reason``, not at all."""
    parts = question.request.parts
    if reason is None:
        return Verdict(basis=basis, rule=rule, released=parts)
    return Verdict(basis=basis, rule=rule, withheld=tuple([(part, reason) for part in parts]), reasons=(reason,))


def not_available(question: Question) -> Verdict:
    """A basis for which the pack has no preconditions to test supports nothing (rule 17)."""
    return _whole(question, question.request.basis, "R1", Reason.BASIS_NOT_AVAILABLE)


BASES: dict[Basis, Callable[[Question], Verdict]] = {
    Basis.B0: no_personal_data,
    Basis.C: consent_of_the_person,
    Basis.K: within_the_task,
    Basis.M: closed_meeting,
    Basis.G: by_a_way,
    Basis.L: by_a_way,
    Basis.V: by_a_way,
    Basis.W: by_a_way,
    Basis.P: by_a_way,
}
"""The bases that can be tested; the pack must list them too."""
