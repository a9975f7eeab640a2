"""C 本人同意: the rules by which consents of the very persons support a release; refusals by reason code.

Runs for almost every disclosure, so enum members that it needs are bound once: reading one from its class costs 0.1 µs on Python 3.11.
"""

from __future__ import annotations

from contracts.shared import Basis, DataCategory, PartCode
from services.consent.domain import uses
from services.consent.domain.model import Consent, Excluded, LeftOut
from services.consent.domain.question import Question, Verdict, Withheld
from services.consent.domain.reasons import Reason
from services.consent.domain.refusals import meets, refused

_C = Basis.C
_REFUSED, _EXCLUDED, _UNMAPPED, _UNLABELLED = Reason.PERSON_REFUSED, Reason.EXCLUDED, Reason.UNMAPPED, Reason.UNLABELLED
_OTHER_CATEGORY = Reason.CATEGORY_NOT_CONSENTED
_NOTHING: frozenset[DataCategory] = frozenset()


def consent_of_the_person(question: Question) -> Verdict:
    """C 本人同意: person, purpose, recipient and time must all match one consent of that very person (R2, R4, rules 8-14)."""
    parts = question.request.parts
    if not parts:
        return _consent_without_parts(question)
    answers: dict[str, Consent | Reason] = {}
    closed = _body_closed(question, answers)
    released, withheld, used = [], [], set()
    lines, denied = question.pack.categories, question.case.refusals or question.case.excluded
    for part in parts:
        if (answer := answers.get(part.person)) is None:
            answer = answers[part.person] = _covering(question, part.person)
        if not denied and type(answer) is Consent and not answer.categories.isdisjoint(lines.get(part.category, _NOTHING)):
            reason = closed
        else:
            reason = _part_reason(question, part, answer) or closed
        if reason is None:
            released.append(part)
            used.add(answer.id)
        else:
            withheld.append((part, reason))
    return Verdict(
        basis=_C, rule="R2", released=tuple(released), withheld=tuple(withheld), reasons=_reasons(withheld), consents=tuple(sorted(used)),
    )


def _reasons(withheld: list[Withheld]) -> tuple[Reason, ...]:
    """Each reason once, in the order of the parts."""
    return tuple(dict.fromkeys([reason for _, reason in withheld])) if withheld else ()


def _body_closed(question: Question, answers: dict[str, Consent | Reason]) -> Reason | None:
    """Why the body itself may not go: it speaks of a person who has not consented to that, or has said no to the recipient altogether."""
    refusals, excluded = question.case.refusals, question.case.excluded
    for person in question.request.persons:
        if excluded and _left_out_altogether(question, excluded.get(person, _NONE_LEFT_OUT)):
            return _EXCLUDED
        if refusals and refused(question, person, None):
            return _REFUSED
        answers[person] = answer = _covering(question, person)
        if type(answer) is Reason:
            return answer
    return None


def _consent_without_parts(question: Question) -> Verdict:
    """An event without sealed parts still says that the recipient is concerned with the case: everybody whom it names must consent.

    Where it names nobody, some consent of the case must cover it.
    """
    persons = question.request.persons or question.case.household()
    if question.case.refusals and any(refused(question, person, None) for person in persons):
        return Verdict(basis=Basis.NONE, rule="R1", reasons=(_REFUSED,))
    if any(_left_out_altogether(question, question.case.excluded.get(person, _NONE_LEFT_OUT)) for person in persons):
        return Verdict(basis=Basis.NONE, rule="R1", reasons=(_EXCLUDED,))
    answers = [_covering(question, person) for person in persons]
    given = [answer.id for answer in answers if isinstance(answer, Consent)]
    if given and (len(given) == len(persons) or not question.request.persons):
        return Verdict(basis=Basis.C, rule="R2", consents=tuple(sorted(given)) if question.request.persons else tuple(given[:1]))
    misses = tuple(dict.fromkeys([answer for answer in answers if isinstance(answer, Reason)]))
    return Verdict(basis=Basis.NONE, rule="R1", reasons=misses or (_nearest_miss(question, ""),))


def _covering(question: Question, person: str) -> Consent | Reason:
    """The consent of ``person`` that covers most of the person's parts (rule 10: whole from one consent), or why there is none."""
    named, purposes, day = question.case.named.get((person, question.request.recipient), ()), question.purposes, question.day
    authored = question.authored
    matching = [
        each for each in named
        if each.purpose in purposes and each.first_day <= day <= each.last_day
        and (not each.dated if authored is None else each.first_written <= authored <= each.last_written)
        and (not each.use_limit or _left(question, each))
    ]
    if not matching:
        return _nearest_miss(question, person)
    return matching[0] if len(matching) == 1 else _fullest(question, person, matching)


def _left(question: Question, consent: Consent) -> bool:
    return uses.left(consent, question.day, question.identity, question.case)


def _fullest(question: Question, person: str, consents: list[Consent]) -> Consent:
    """The consent that covers most; among equals the one with the highest id."""
    same, highest = consents[0].categories, consents[0]
    for each in consents:
        if each.categories != same:
            break
        if each.id > highest.id:
            highest = each
    else:
        return highest
    lines = question.pack.categories
    wanted = [lines.get(part.category, _NOTHING) for part in question.request.parts if part.person == person]
    covered = [(len([line for line in wanted if not consent.categories.isdisjoint(line)]), consent.id) for consent in consents]
    return consents[covered.index(max(covered))]


def _nearest_miss(question: Question, person: str) -> Reason:
    if not question.purposes:
        return _UNMAPPED if question.request.purpose else Reason.PURPOSE_MISSING
    misses = [_miss(question, consent) for consent in question.case.consents.get(person, ()) if not consent.successor]
    if misses:
        return max((miss for miss in misses if miss is not None), key=_NEARNESS.index)
    return Reason.NO_CONSENT


_OTHER_PURPOSE, _NOT_NAMED, _NOT_YET = Reason.PURPOSE_NOT_CONSENTED, Reason.RECIPIENT_NOT_NAMED, Reason.CONSENT_NOT_YET
_EXPIRED, _WITHDRAWN, _OTHER_DATES, _USED_UP = Reason.CONSENT_EXPIRED, Reason.CONSENT_WITHDRAWN, Reason.OTHER_DATES, Reason.USED_UP
_INVALIDATED, _LAPSED, _UNCONFIRMED, _PAUSED = Reason.CONSENT_INVALIDATED, Reason.CONSENT_LAPSED, Reason.CONSENT_UNCONFIRMED, Reason.CONSENT_PAUSED
_NEARNESS = (
    _OTHER_PURPOSE, _NOT_NAMED, _INVALIDATED, _LAPSED, _EXPIRED, _OTHER_DATES, _USED_UP, _UNCONFIRMED, _PAUSED, _WITHDRAWN, _NOT_YET,
)
"""How near a consent came; the nearest miss is the reason told. A yes that has not begun is later than what was withdrawn."""


def _miss(question: Question, consent: Consent) -> Reason | None:
    if consent.purpose not in question.purposes:
        return _OTHER_PURPOSE
    if question.request.recipient not in consent.recipients:
        return _NOT_NAMED
    if consent.withdrawn:
        return consent.barred or _WITHDRAWN
    if question.day > consent.last_day:
        return _EXPIRED
    if consent.barred is not None:
        return consent.barred
    if question.day < consent.first_day:
        return _NOT_YET
    if not consent.speaks_of(question.authored):
        return _OTHER_DATES
    return _USED_UP if consent.use_limit and not _left(question, consent) else None


def _part_reason(question: Question, part: PartCode, answer: Consent | Reason) -> Reason | None:
    refusals, excluded = question.case.refusals, question.case.excluded
    if refusals and refused(question, part.person, part.category):
        return _REFUSED
    if excluded and any(_excludes(question, each, part) for each in excluded.get(part.person, ())):
        return _EXCLUDED
    if not part.category or not part.person:
        return _UNLABELLED
    if type(answer) is Reason:
        return answer
    line = question.pack.categories.get(part.category)
    if line is None:
        return _UNMAPPED
    return _other_category(question, part) if answer.categories.isdisjoint(line) else None


def _other_category(question: Question, part: PartCode) -> Reason:
    """Not consented to; or consented to, and taken back, which another consent does not undo."""
    if (part.person, question.request.recipient) not in question.case.taken_back:
        return _OTHER_CATEGORY
    consents = [each for each in question.case.consents.get(part.person, ()) if question.request.recipient in each.recipients]
    meeting = [each for each in consents if not each.successor and any(meets(question, category, part.category) for category in each.categories)]
    misses = [_miss(question, each) for each in meeting]
    return _WITHDRAWN if _WITHDRAWN in misses and _NOT_YET not in misses else _OTHER_CATEGORY


def _excludes(question: Question, exclusion: LeftOut, part: PartCode) -> bool:
    return _concerned(question, exclusion) and (exclusion.category == _EVERYTHING or meets(question, exclusion.category, part.category))


def _concerned(question: Question, exclusion: LeftOut) -> bool:
    """Whether this recipient, author, day and item are meant; what is not stated may be what is left out (rule 9)."""
    request, written = question.request, question.authored
    return (
        exclusion.recipient in ("", request.recipient) and (not exclusion.author or request.agency in ("", exclusion.author))
        and (not exclusion.item or request.event_id in ("", exclusion.item))
        and (written is None or exclusion.first_written <= written <= exclusion.last_written)
    )


def _left_out_altogether(question: Question, excluded: Excluded) -> bool:
    """Whether the recipient is to learn nothing at all, or nothing that this author wrote, of these days, or of this item."""
    return any(each.category == _EVERYTHING and _concerned(question, each) for each in excluded)


_EVERYTHING = DataCategory.UNMAPPED
_NONE_LEFT_OUT: Excluded = frozenset()
