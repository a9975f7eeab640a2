"""Lawful ways (提供できる場合) of the bases G, K, L, P, V and W: entries of the policy pack, tested against logged facts (consent.md rule 17).

The sender claims a basis, the gate looks for a way of it whose every test holds. If there is none, the reason names the test that the way
that came nearest has failed: what is missing.
"""

from __future__ import annotations

from collections.abc import Callable

from contracts.shared import DataCategory, PartCode
from services.consent.domain.entries import Way
from services.consent.domain.preconditions import OF_PERSON, OF_REQUEST
from services.consent.domain.question import Question, Verdict
from services.consent.domain.reasons import Reason

_NOTHING: frozenset[DataCategory] = frozenset()
_NOBODY = ""
ALSO = "+"
"""Between the ways that a rule names."""


def sender_kind(question: Question, way: Way) -> Reason | None:
    """Not everybody may claim it."""
    allowed = not way.sender_kinds or question.kind_of(question.request.agency) in way.sender_kinds
    return None if allowed else Reason.SENDER_KIND


def recipient_kind(question: Question, way: Way) -> Reason | None:
    """It leads to certain kinds of agency."""
    return None if not way.recipient_kinds or question.recipient_kind in way.recipient_kinds else Reason.RECIPIENT_KIND


def event_type(question: Question, way: Way) -> Reason | None:
    """It is open to certain types of event."""
    return None if not way.types or question.request.event_type in way.types else Reason.TYPE_NOT_COVERED


def purpose(question: Question, way: Way) -> Reason | None:
    """For certain purposes and what is below them; a request without purpose has none of them (rule 9)."""
    return None if not way.purposes or not way.purposes.isdisjoint(question.purposes) else Reason.PURPOSE_NOT_COVERED


def facts(question: Question, way: Way) -> Reason | None:
    """What it requires of the request as a whole, and of each person whom the body names; of nobody, where nobody is named at all (rule 9)."""
    persons = question.request.persons or (() if question.request.parts else (_NOBODY,))
    for required in way.requires:
        if required in OF_REQUEST and (reason := OF_REQUEST[required](question)):
            return reason
        for person in persons if required in OF_PERSON else ():
            if reason := OF_PERSON[required](question, person, None):
                return reason
    return None


TESTS: tuple[Callable[[Question, Way], Reason | None], ...] = (sender_kind, recipient_kind, event_type, purpose, facts)
"""In the order in which a way comes nearer."""


def by_a_way(question: Question) -> Verdict:
    """The way of the claimed basis that opens most; whole from one (rule 10). The verdict's rule names it where the basis has others.

    Whether the abused is a child or old is in no code: where several ways open the very same, none is preferred and the rule names them all.
    """
    basis = question.request.basis
    entry = question.pack.bases[basis]
    alone = len(entry.ways) == 1 and not entry.types
    found: list[Verdict] = []
    missed, nearest = Reason.BASIS_NOT_AVAILABLE, -1
    for name, way in entry.ways.items():
        step, reason = missing(question, way)
        if reason is None:
            found.append(opened(question, way, basis.value if alone else f"{basis}/{name}"))
        elif step > nearest:
            missed, nearest = reason, step
    if len(found) == 1:
        return found[0]
    if found:
        most = max(found, key=_opens).released
        return _same([each for each in found if each.released == most])
    withheld = tuple([(part, missed) for part in question.request.parts])
    return Verdict(basis=basis, rule=basis.value, withheld=withheld, reasons=(missed,))


def _opens(verdict: Verdict) -> int:
    return len(verdict.released)


def _same(verdicts: list[Verdict]) -> Verdict:
    """One verdict for ways that open the same: it rests on each of them, and the recipient owes what any of them asks for."""
    first = verdicts[0]
    if len(verdicts) == 1:
        return first
    names = ALSO.join([first.rule, *(each.rule.partition("/")[2] for each in verdicts[1:])])
    return first.changed(rule=names, obligations=tuple(dict.fromkeys([duty for each in verdicts for duty in each.obligations])))


def missing(question: Question, way: Way) -> tuple[int, Reason | None]:
    """The first test that a way does not stand, with its place among the tests."""
    for step, test in enumerate(TESTS):
        if reason := test(question, way):
            return step, reason
    return len(TESTS), None


def opened(question: Question, way: Way, rule: str) -> Verdict:
    """What a way opens, part by part: no more than its ceiling, of no other persons than it is for."""
    released, withheld = [], []
    for part in question.request.parts:
        reason = _kept(question, way, part)
        if reason is None:
            released.append(part)
        else:
            withheld.append((part, reason))
    reasons = tuple(dict.fromkeys([reason for _, reason in withheld]))
    return Verdict(
        basis=question.request.basis, rule=rule, released=tuple(released), withheld=tuple(withheld), reasons=reasons, obligations=way.obligations,
    )


def _kept(question: Question, way: Way, part: PartCode) -> Reason | None:
    if way.ceiling is not None and way.ceiling.isdisjoint(question.pack.categories.get(part.category, _NOTHING)):
        return Reason.REPORTER_SECRET if part.category is DataCategory.REPORTER else Reason.OVER_CEILING
    for required in way.requires:
        if required in OF_PERSON and (reason := OF_PERSON[required](question, part.person, part.category)):
            return reason
    return None
