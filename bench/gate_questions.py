"""Questions to the gate (関門) about one case with twenty consents: it permits, redacts, denies."""

from __future__ import annotations

from datetime import date

from bench.questions import Question, question
from cli.registry import policy_hash, registered
from contracts.consent import ConsentGranted
from contracts.envelope import DisclosureRequested
from contracts.registry import PolicyActivated
from contracts.shared import Basis, ConsentMedium, DataCategory, FunctionName, Outcome, PartCode, Purpose
from deploy.local.town import agencies
from kernel.decider import fold
from services.consent import packs
from services.consent.domain import registry
from services.consent.domain.gate import gate

GATE = gate(packs.load())
TOWN = fold(registry.DECIDER, (*map(registered, agencies()), PolicyActivated(pack="national-2", hash=policy_hash("national-2"))))
PERSONS = tuple(letter * 32 for letter in "abcd")
"""A household of four; each has given five consents."""
_MOTHER, _SON = PERSONS[:2]
_PURPOSES = (Purpose.COORDINATION, Purpose.PARTICIPATION, Purpose.COMMUNITY, Purpose.CONSULTATION, Purpose.COORDINATION)
_RECIPIENTS = (("coordinator", "poverty"), ("workshop",), ("community",), ("elder", "disability", "coordinator"), ("coordinator", "child"))
_CATEGORIES = (DataCategory.BASIC, DataCategory.ECONOMIC)


def questions() -> list[Question]:
    """For each outcome that consents can give; the longest one is about two persons."""
    both = tuple(PartCode(person=_MOTHER, category=category) for category in _CATEGORIES)
    health = PartCode(person=_MOTHER, category=DataCategory.HEALTH)
    sons = PartCode(person=_SON, category=DataCategory.HEALTH)
    return [
        _asked("coordinator", both, Outcome.PERMIT),
        _asked("coordinator", (*both, health), Outcome.REDACT),
        _asked("coordinator", (*both, health, sons), Outcome.REDACT),
        _asked("tax", both, Outcome.DENY),
    ]


def consents() -> tuple[ConsentGranted, ...]:
    """Twenty consents: four persons, five each, of several purposes and recipients."""
    return tuple(
        ConsentGranted(
            consent=f"{index}{number}".rjust(32, "0"), person=person, purpose=purpose, categories=_CATEGORIES, recipients=recipients,
            valid_from=date(2026, 4, 1), valid_to=date(2027, 3, 31), medium=ConsentMedium.PAPER,
        )
        for index, person in enumerate(PERSONS)
        for number, (purpose, recipients) in enumerate(zip(_PURPOSES, _RECIPIENTS, strict=True))
    )


def _asked(recipient: str, parts: tuple[PartCode, ...], expected: Outcome) -> Question:
    request = DisclosureRequested(
        event_id="0c0ffee0-0000-8000-8000-000000000002", event_type="RolesAssigned", recipient=recipient, agency="elder",
        function=FunctionName.COORDINATION, purpose=Purpose.COORDINATION, basis=Basis.C, parts=parts, persons=(_MOTHER,),
    )
    found = question(f"gate: {expected}, 20 consents, {len(parts)} parts", GATE, consents(), request, agency="elder", shared=TOWN)
    outcome = found.answer()[1].outcome
    assert outcome is expected, f"the question was meant to give {expected}, not {outcome}"
    return found
