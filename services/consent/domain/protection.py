"""Who must be kept from harm whatever the basis (守り): the dead (R14) and whoever is under 支援措置 (R8). These rules only ever remove."""

from __future__ import annotations

from contracts.catalogue import CATALOGUE
from contracts.shared import Basis
from services.consent.domain.model import UNASKED
from services.consent.domain.question import Question, Verdict
from services.consent.domain.reasons import Reason


def of_the_living(question: Question, verdict: Verdict) -> Verdict:
    """R14: the law on personal data covers the living; what is of a dead person waits for the municipality. Only removes; V and L go on."""
    dead = question.registry.dead
    if not dead or verdict.basis in UNASKED or not verdict.released and (verdict.withheld or verdict.reasons):
        return verdict
    request = question.request
    consents = () if request.persons or request.parts else map(question.case.consent, verdict.consents)
    if not dead.isdisjoint(request.persons) or any(consent is not None and consent.person in dead for consent in consents):
        taken = verdict.released
    else:
        taken = tuple([part for part in verdict.released if part.person in dead])
        if not taken:
            return verdict
    return verdict.changed(
        rule="R14",
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
    return verdict.changed(
        rule="R8",
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
        kind = CATALOGUE.get(question.request.event_type)
        return kind is None or kind.key == "case"
    return any(flag.person in household for flag in flags)
