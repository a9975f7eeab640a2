"""Who must be kept from harm whatever the basis (守り): the dead (R14) and whoever is under 支援措置 (R8). These rules only ever remove."""

from __future__ import annotations

from contracts.catalogue import CATALOGUE
from contracts.fields import FIELDS, Holds
from contracts.shared import Basis
from services.consent.domain.model import UNASKED
from services.consent.domain.question import Question, Verdict
from services.consent.domain.reasons import Reason

_ADDRESSEE = "to_agency"
"""Who is named there is told nothing but its own name."""


def _names_an_agency(kind: type) -> bool:
    """Whether the body says who else is concerned: a host, whoever is in charge, whoever has a plan or a role in it."""
    return any(
        rule.holds is Holds.AGENCY and rule.field != _ADDRESSEE or rule.of is not None and _names_an_agency(rule.of) for rule in FIELDS.get(kind, ())
    )


NAMING = frozenset(name for name, each in CATALOGUE.items() if _names_an_agency(each.cls))
"""Types of which a blocked agency learns nothing at all: their body would tell it where to look (R8: host place, agency in charge)."""


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
    whole, protected = question.request.event_type in NAMING, question.pack.protected
    taken = tuple([(part, Reason.PROTECTED) for part in verdict.released if whole or part.category in protected])
    if not taken:
        return verdict
    return verdict.changed(
        rule="R8",
        released=() if whole else tuple([part for part in verdict.released if part.category not in protected]),
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
