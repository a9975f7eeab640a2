"""The small town of the gate's tests: agencies, a mother and a son, the national pack."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import yaml

from contracts.consent import ConsentGranted, ConsentRequested
from contracts.envelope import DisclosureRequested
from contracts.registry import AgencyRegistered, PolicyActivated
from contracts.shared import AgencyKind, Basis, ConsentMedium, DataCategory, Deadline, FunctionName, PartCode, Purpose
from kernel.days import DAY_MS
from kernel.decider import fold
from services.consent.domain import pack as packs
from services.consent.domain import registry
from services.consent.domain.gate import gate

MOTHER, SON = "a" * 32, "b" * 32
CONSENT = "c" * 32
PACK = packs.read(yaml.safe_load(Path("policies/national-2.yaml").read_text("utf-8")) | {"effective_from": date(2023, 4, 1)}, "hash")
"""As it is, on every day that the tests speak of."""
GATE = gate({"hash": replace(PACK, deadlines={})})
"""As the pack says, without deadlines of its own."""
DAYS = 14
PACKS = {"hash": replace(PACK, confirmation_ms=DAYS * DAY_MS, deadlines={Deadline.STOP_NOTICE_ANSWER: DAYS, Deadline.RIGHTS_ANSWER: 30})}
TIMED = gate(PACKS)
"""With deadlines for whoever is to answer."""
KINDS = {
    "elder": AgencyKind.ELDER, "coordinator": AgencyKind.COORDINATOR, "outreach": AgencyKind.OUTREACH, "workshop": AgencyKind.WORKSHOP,
    "child": AgencyKind.CHILD, "poverty": AgencyKind.POVERTY, "tax": AgencyKind.TAX, "police": AgencyKind.POLICE,
    "municipality": AgencyKind.MUNICIPALITY, "environment": AgencyKind.ENVIRONMENT,
}
TOWN = fold(
    registry.DECIDER,
    (
        *(AgencyRegistered(agency=name, kind=kind, name=name, emergency_right=name == "outreach") for name, kind in KINDS.items()),
        PolicyActivated(pack="national", hash="hash"),
    ),
)


ASKED = ConsentRequested(
    consent="a0" * 16, person=MOTHER, purpose=Purpose.COORDINATION, categories=(DataCategory.BASIC, DataCategory.ECONOMIC),
    recipients=("coordinator", "poverty"),
)
"""The mother is asked about the coordinator and the poverty desk."""


def part(category: DataCategory, person: str = MOTHER, essential: bool = False) -> PartCode:
    """The code of one sealed part."""
    return PartCode(person=person, category=category, essential=essential)


def request(*parts: PartCode, **changes: object) -> DisclosureRequested:
    """A referral from the elder centre to the coordinator, unless changed."""
    values = {
        "event_id": "event-1", "event_type": "CoordinationReferred", "recipient": "coordinator", "agency": "elder",
        "function": FunctionName.COORDINATION, "purpose": Purpose.COORDINATION, "basis": Basis.C, "parts": parts,
    }
    return DisclosureRequested(**{**values, **changes})


def consent(*categories: DataCategory, **changes: object) -> ConsentGranted:
    """The mother's paper consent for the coordinator and coordination, unless changed."""
    values = {
        "consent": CONSENT, "person": MOTHER, "purpose": Purpose.COORDINATION, "categories": categories, "recipients": ("coordinator",),
        "valid_from": date(2026, 4, 1), "valid_to": date(2027, 3, 31), "medium": ConsentMedium.PAPER, "signed_on": date(2026, 4, 1),
    }
    return ConsentGranted(**{**values, **changes})
