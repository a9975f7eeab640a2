"""The rules by which one basis alone supports a release: one small named function each, refusals by reason code.

Numbers R1-R17 are those of domain.md §4.2; "rule n" those of consent.md §2.
"""

from __future__ import annotations

from collections.abc import Callable

from contracts.envelope import DisclosureRequested
from contracts.record import Record
from contracts.shared import AgencyKind, Basis, DataCategory, PartCode
from services.consent.domain.model import CaseFile, Consent, Refusal, Registry, Verdict
from services.consent.domain.pack import PolicyPack
from services.consent.domain.reasons import Reason

_C = Basis.C
_NOTHING: frozenset[DataCategory] = frozenset()
Withheld = tuple[PartCode, Reason]


class Question(Record, frozen=True, kw_only=True):
    """Everything a rule may look at: the request, the case, the town's facts, the pack of the day, the day."""

    request: DisclosureRequested
    case: CaseFile
    registry: Registry
    pack: PolicyPack
    day: int

    @property
    def recipient_kind(self) -> AgencyKind:
        """Kind of the recipient; UNMAPPED when it is not registered."""
        agency = self.registry.agencies.get(self.request.recipient)
        return AgencyKind.UNMAPPED if agency is None else agency.kind


def consent_of_the_person(question: Question) -> Verdict:
    """C 本人同意: person, purpose, recipient and time must all match one consent of that very person (R2, R4, rules 8-14)."""
    parts = question.request.parts
    if not parts:
        return _consent_without_parts(question)
    answers = {person: _covering(question, person) for person in dict.fromkeys([part.person for part in parts])}
    judged = [(part, _part_reason(question, part, answers[part.person])) for part in parts]
    released = tuple([part for part, reason in judged if reason is None])
    withheld = tuple([entry for entry in judged if entry[1] is not None])
    used = tuple(sorted({answers[part.person].id for part in released}))
    return Verdict(basis=_C, rule="R2", released=released, withheld=withheld, reasons=_reasons(withheld), consents=used)


def _reasons(withheld: tuple[Withheld, ...]) -> tuple[Reason, ...]:
    """Each reason once, in the order of the parts."""
    return tuple(dict.fromkeys([reason for _, reason in withheld])) if withheld else ()


def _consent_without_parts(question: Question) -> Verdict:
    """An event about a case but without sealed parts still says that the recipient is concerned with it: some consent must cover that."""
    answers = [_covering(question, person) for person in sorted(question.case.consents)]
    given = [answer for answer in answers if isinstance(answer, Consent)]
    if given:
        return Verdict(basis=Basis.C, rule="R2", consents=(given[0].id,))
    reasons = tuple(answer for answer in answers[:1] if isinstance(answer, Reason))
    return Verdict(basis=Basis.NONE, rule="R1", reasons=reasons or (Reason.NO_CONSENT,))


def _covering(question: Question, person: str) -> Consent | Reason:
    """The consent of ``person`` that covers most of the person's parts (rule 10: whole from one consent), or why there is none."""
    named = question.case.named.get((person, question.request.recipient), ())
    matching = [consent for consent in named if _miss(question, consent) is None]
    if len(matching) > 1:
        wanted = [part for part in question.request.parts if part.person == person]
        return max(matching, key=lambda consent: (sum([_covers(question, consent, part) for part in wanted]), consent.id))
    return matching[0] if matching else _nearest_miss(question, person)


def _nearest_miss(question: Question, person: str) -> Reason:
    misses = [_miss(question, consent) for consent in question.case.consents.get(person, ())]
    if misses:
        return max((miss for miss in misses if miss is not None), key=_NEARNESS.index)
    return Reason.PERSON_REFUSED if person in question.case.refusals else Reason.NO_CONSENT


_NEARNESS = (
    Reason.PURPOSE_NOT_CONSENTED, Reason.RECIPIENT_NOT_NAMED, Reason.CONSENT_NOT_YET, Reason.CONSENT_EXPIRED, Reason.CONSENT_WITHDRAWN,
)
"""How near a consent came; the nearest miss is the reason told."""


def _miss(question: Question, consent: Consent) -> Reason | None:
    request = question.request
    if consent.purpose not in question.pack.purposes.get(request.purpose, ()):
        return Reason.PURPOSE_NOT_CONSENTED
    if request.recipient not in consent.recipients:
        return Reason.RECIPIENT_NOT_NAMED
    if consent.withdrawn:
        return Reason.CONSENT_WITHDRAWN
    if question.day < consent.first_day:
        return Reason.CONSENT_NOT_YET
    return Reason.CONSENT_EXPIRED if question.day > consent.last_day else None


def _covers(question: Question, consent: Consent, part: PartCode) -> bool:
    return not consent.categories.isdisjoint(question.pack.categories.get(part.category, _NOTHING))


def _part_reason(question: Question, part: PartCode, answer: Consent | Reason) -> Reason | None:
    refusals = question.case.refusals.get(part.person)
    if refusals and any(_refuses(question, refusal, part) for refusal in refusals):
        return Reason.PERSON_REFUSED
    if type(answer) is Reason:
        return answer
    return None if _covers(question, answer, part) else Reason.CATEGORY_NOT_CONSENTED


def _refuses(question: Question, refusal: Refusal, part: PartCode) -> bool:
    """Rule 11: a refusal beats every consent whatever the dates, until a consent names it in ``supersedes``."""
    return (
        refusal.purpose in question.pack.purposes.get(question.request.purpose, ())
        and (not refusal.recipients or question.request.recipient in refusal.recipients)
        and (not refusal.categories or not refusal.categories.isdisjoint(question.pack.categories.get(part.category, _NOTHING)))
    )


def no_personal_data(question: Question) -> Verdict:
    """B0 個人情報なし: the type is one of those that carry none, and no part is sealed."""
    rule = question.pack.bases[Basis.B0]
    reason = Reason.TYPE_NOT_COVERED if question.request.parts or question.request.event_type not in rule.types else None
    return _whole(question, Basis.B0, "B0", reason)


def support_conference(question: Question) -> Verdict:
    """M 支援会議: the 106-6 conference segment is open, both sides are listed, the items were asked for (R9, rule 18)."""
    segment = question.case.segments.get(question.request.segment or "")
    reason = None
    if segment is None:
        reason = Reason.SEGMENT_UNKNOWN
    elif segment.basis is not question.pack.bases[Basis.M].conference:
        reason = Reason.SEGMENT_NOT_STATUTORY
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
    household = question.case.persons
    return any(
        question.request.recipient in flag.blocked and question.day <= flag.last_day
        and (flag.person in household or any(part.person == flag.person for part in question.request.parts))
        for flag in question.registry.flags
    )
