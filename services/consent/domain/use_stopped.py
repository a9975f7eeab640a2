"""Stop of use (利用停止): what a person has had stopped goes nowhere, whatever the basis; V, L and P apart (R12). This rule only ever removes."""

from __future__ import annotations

from contracts.shared import Basis, DataCategory, PartCode
from services.consent.domain.model import UNASKED
from services.consent.domain.question import Question, Verdict
from services.consent.domain.reasons import Reason

EXEMPT = UNASKED | {Basis.P}
"""Bases that go on: danger, what a law commands, and what goes to the very person."""
_C, _STOPPED = Basis.C, Reason.USE_STOPPED
_OWN_WORDS = frozenset((Reason.PERSON_REFUSED, Reason.EXCLUDED, Reason.UNLABELLED))
"""What is withheld for these stays withheld for these."""
_NOTHING: frozenset[DataCategory] = frozenset()


def of_the_stopped(question: Question, verdict: Verdict) -> Verdict:
    """R12. A consent of the person counts again when it was given after the decision: those before it ended with it."""
    stopped = question.case.aftercare.stopped
    if not stopped or verdict.basis in EXEMPT:
        return verdict
    request, fresh = question.request, verdict.basis is _C
    body = not fresh and not stopped.keys().isdisjoint(request.persons)
    if body and not request.parts and not verdict.reasons:
        return verdict.changed(rule="R12", reasons=(_STOPPED,))
    taken = [] if fresh else [part for part in verdict.released if body or _is_stopped(question, part)]
    kept_back = [
        (part, _STOPPED if reason not in _OWN_WORDS and _is_stopped(question, part) else reason) for part, reason in verdict.withheld
    ]
    if not taken and tuple(kept_back) == verdict.withheld:
        return verdict
    withheld = (*kept_back, *((part, _STOPPED) for part in taken))
    return verdict.changed(
        rule="R12", released=tuple([part for part in verdict.released if part not in taken]), withheld=withheld,
        reasons=tuple(dict.fromkeys([reason for _, reason in withheld])),
    )


def _is_stopped(question: Question, part: PartCode) -> bool:
    """What the decision has left in use, or anything above it in the tree, goes on."""
    left = question.case.aftercare.stopped.get(part.person)
    return left is not None and left.isdisjoint(question.pack.categories.get(part.category, _NOTHING))
