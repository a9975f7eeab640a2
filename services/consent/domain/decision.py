"""One decision: may this event, in these parts, go to this recipient, now? Pure; the same question gets the same verdict for ever."""

from __future__ import annotations

from functools import lru_cache

from contracts.consent import DisclosureDecided
from contracts.envelope import DisclosureRequested
from contracts.shared import Basis, Outcome, Purpose, WithheldPart
from kernel.days import ordinal_in_japan
from services.consent.domain.casefile import CaseFile
from services.consent.domain.consented import consent_of_the_person
from services.consent.domain.ended import gone
from services.consent.domain.model import UNASKED
from services.consent.domain.pack import PolicyPack
from services.consent.domain.policies import BASES, not_available
from services.consent.domain.protection import of_the_living, protect
from services.consent.domain.question import Question, Verdict
from services.consent.domain.reasons import OPENED_BY, SENTENCES, Reason
from services.consent.domain.registry import Registry
from services.consent.domain.use_stopped import of_the_stopped

PERMIT, REDACT, HOLD, DENY = Outcome.PERMIT, Outcome.REDACT, Outcome.HOLD, Outcome.DENY
"""Bound once: reading a member from its Enum costs 0.1 µs on Python 3.11, and a decision has 10 µs."""
_OPENNESS = {DENY: 0, HOLD: 1, REDACT: 2, PERMIT: 3}
_ASKABLE = frozenset({
    Reason.NO_CONSENT, Reason.CONSENT_NOT_YET, Reason.CONSENT_EXPIRED, Reason.PURPOSE_NOT_CONSENTED, Reason.RECIPIENT_NOT_NAMED,
    Reason.CATEGORY_NOT_CONSENTED, Reason.OTHER_DATES, Reason.USED_UP, Reason.CONSENT_UNCONFIRMED, Reason.CONSENT_PAUSED, Reason.CONSENT_LAPSED,
    Reason.CONSENT_INVALIDATED,
})
"""Reasons that another consent, or a word on this one, would remove: the person may be asked."""
_DIED, _FOR_A_HUMAN = Reason.SUBJECT_DIED, frozenset((Reason.UNMAPPED, Reason.SEGMENT_NOT_STATUTORY))
_NO_PURPOSE: frozenset[Purpose] = frozenset()
_ALONE = frozenset((Basis.B0, Basis.C, Basis.V, Basis.L))
"""No consent is looked for beside them; V and L come by the urgent lane, out of turn with what the person says."""
_NONE, _CONSENT = Basis.NONE, Basis.C
_FINAL = frozenset({Reason.PERSON_REFUSED, Reason.CONSENT_WITHDRAWN, Reason.EXCLUDED, Reason.UNLABELLED, Reason.PURPOSE_MISSING, Reason.USE_STOPPED})
"""Reasons after which nothing is held and nobody is asked again: the person has said no, or nobody could say to what it would be a yes."""


def judge(
    request: DisclosureRequested, request_id: str, position: str, case: CaseFile, registry: Registry, pack: PolicyPack | None, at: int,
) -> DisclosureDecided:
    """The verdict on ``request`` at ``at`` (milliseconds UTC), ready to be recorded. ``pack`` None = not known here: HOLD (R16)."""
    if pack is None:
        return _recorded(request, request_id, position, HOLD, _unknown_policy(request), "", at, None, ())
    purposes = pack.purposes.get(request.purpose, _NO_PURPOSE)
    question = Question(request=request, case=case, registry=registry, pack=pack, day=ordinal_in_japan(at), purposes=purposes, identity=request_id,
                        authored=None if request.authored is None else request.authored.toordinal())
    outcome, verdict = _most_open(question)
    deadline = at + pack.hold_ms if outcome is HOLD else None
    obligations = pack.obligations if not case.keep_until else (*pack.obligations, *_kept_until(case, verdict.consents))
    return _recorded(request, request_id, position, outcome, verdict, pack.hash, at, deadline, obligations)


def _kept_until(case: CaseFile, consents: tuple[str, ...]) -> tuple[str, ...]:
    """How long the recipient may keep it: the strictest of the consents that it rests on."""
    days = [case.keep_until[consent] for consent in consents if consent in case.keep_until]
    return (f"KEEP_UNTIL:{min(days).isoformat()}",) if days else ()


def _most_open(question: Question) -> tuple[Outcome, Verdict]:
    """Each basis on its own, the most open wins; then protection flags, which only remove (rules 8 and 15)."""
    if question.registry.ended and (reason := gone(question.request, question.registry)):
        return DENY, _nothing(question, reason)
    if question.request.recipient not in question.registry.agencies:
        return DENY, _nothing(question, Reason.RECIPIENT_UNKNOWN)
    if question.request.wanted:
        return DENY, _nothing(question, Reason.NO_BASIS)  # a look-up must not tell whether there is a case
    claimed = question.request.basis
    tested = _test(question, _CONSENT if claimed is _NONE else claimed)
    first = _judged(question, _limited(question, tested if tested.basis is _CONSENT else _labelled(tested)))
    if first[0] is PERMIT or claimed is _NONE or claimed in _ALONE:
        return first
    second = _judged(question, _limited(question, consent_of_the_person(question)))
    if Reason.UNMAPPED in second[1].reasons and second[0] is HOLD:
        return first  # what is claimed on another basis is not held for want of a code
    if Reason.SEGMENT_NOT_STATUTORY in first[1].reasons and not _FINAL.isdisjoint(second[1].reasons):
        return second  # what waits for a consent ends with the person's no
    return second if _OPENNESS[second[0]] > _OPENNESS[first[0]] else first


def _limited(question: Question, verdict: Verdict) -> Verdict:
    """What whoever has had the use stopped, whoever is dead and whoever is protected leave of it."""
    return protect(question, of_the_living(question, of_the_stopped(question, verdict)))


def _labelled(verdict: Verdict) -> Verdict:
    """Without the parts of which nobody says whose or what they are: the most sensitive there is, on any basis (rule 14)."""
    unlabelled = [part for part in verdict.released if not part.category or not part.person]
    if not unlabelled:
        return verdict
    return verdict.changed(
        released=tuple([part for part in verdict.released if part not in unlabelled]),
        withheld=verdict.withheld + tuple([(part, Reason.UNLABELLED) for part in unlabelled]),
        reasons=tuple(dict.fromkeys((*verdict.reasons, Reason.UNLABELLED))),
    )


def _test(question: Question, basis: Basis) -> Verdict:
    listed = basis in question.pack.bases and basis in BASES
    return BASES[basis](question) if listed else not_available(question)


def _nothing(question: Question, reason: Reason) -> Verdict:
    return Verdict(basis=Basis.NONE, rule="R1", withheld=tuple([(part, reason) for part in question.request.parts]), reasons=(reason,))


def _judged(question: Question, verdict: Verdict) -> tuple[Outcome, Verdict]:
    outcome = _outcome(question, verdict)
    if verdict.released and (outcome is HOLD or outcome is DENY):
        held = Verdict(basis=verdict.basis, rule="R2", withheld=verdict.withheld, consents=verdict.consents,
                       reasons=(Reason.ESSENTIAL_WITHHELD, *verdict.reasons))
        return outcome, held
    return outcome, verdict


def _outcome(question: Question, verdict: Verdict) -> Outcome:
    """What is claimed out of turn (V, L) never waits: its sender learns at once that another way is needed."""
    if verdict.released and not verdict.withheld:
        return PERMIT
    if verdict.released:
        missing = [reason for part, reason in verdict.withheld if part.essential]
        return REDACT if not missing else HOLD if _FINAL.isdisjoint(missing) and question.request.basis not in UNASKED else DENY
    if not verdict.reasons and not verdict.withheld:
        return PERMIT
    return HOLD if _may_wait(question, verdict) else DENY


def _may_wait(question: Question, verdict: Verdict) -> bool:
    """What a consent is missing for waits where the pack lets this type wait for this kind of recipient and nobody has said no (rule 8, R10).

    What is of a dead person and would else be given always waits (R14), unless a protection flag keeps it back too.
    """
    if _DIED in verdict.reasons:
        return Reason.PROTECTED not in verdict.reasons and _FINAL.isdisjoint(verdict.reasons)
    if not _FOR_A_HUMAN.isdisjoint(verdict.reasons):  # a human must say what it is (rule 13); R10
        return _FINAL.isdisjoint(verdict.reasons)
    kinds = question.pack.holdable.get(question.request.event_type, ())
    return question.recipient_kind in kinds and not _ASKABLE.isdisjoint(verdict.reasons) and _FINAL.isdisjoint(verdict.reasons)


def _unknown_policy(request: DisclosureRequested) -> Verdict:
    withheld = tuple([(part, Reason.POLICY_UNKNOWN) for part in request.parts])
    return Verdict(basis=Basis.NONE, rule="R16", withheld=withheld, reasons=(Reason.POLICY_UNKNOWN,))


def _recorded(
    request: DisclosureRequested, request_id: str, position: str, outcome: Outcome, verdict: Verdict,
    policy: str, at: int, deadline: int | None, obligations: tuple[str, ...],
) -> DisclosureDecided:
    given = outcome is PERMIT or outcome is REDACT
    return DisclosureDecided(
        request_id=request_id, event_id=request.event_id, event_type=request.event_type, position=position,
        recipient=request.recipient, agency=request.agency, function=request.function, purpose=request.purpose,
        outcome=outcome, rule=verdict.rule, basis=verdict.basis if given else _NONE,
        consents=verdict.consents if given else (), segment=request.segment,
        released=verdict.released,
        withheld=tuple([WithheldPart(person=part.person, category=part.category, reason=reason) for part, reason in verdict.withheld]),
        reasons=verdict.reasons,
        releases_when=() if given else _opened_by(verdict.reasons),
        obligations=obligations + verdict.obligations if given else (),
        sentence=_sentence(verdict.reasons),
        policy=policy, at=at, deadline=deadline,
    )


@lru_cache(maxsize=1_024)
def _opened_by(reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    """What would let the same request through; after a no nothing is pressed."""
    return tuple(dict.fromkeys([code for reason in reasons for code in OPENED_BY.get(reason, ())])) if _FINAL.isdisjoint(reasons) else ()


@lru_cache(maxsize=1_024)
def _sentence(reasons: tuple[Reason, ...]) -> str:
    """What the sender is told; few combinations of reasons come again and again."""
    return "".join([SENTENCES[reason] for reason in reasons])
