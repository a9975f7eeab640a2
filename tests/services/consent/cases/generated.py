"""Made-up cases (one question a line): consents, refusals and withdrawals of two persons, a flag, a death; the same for the same seed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import yaml

from cli.consent import decisions
from services.consent.domain import pack
from services.consent.domain.pack import PolicyPack

PERSONS, AGENCIES = ("a" * 32, "b" * 32), ("coordinator", "poverty", "workshop")
KINDS = dict(zip(AGENCIES, ("COORDINATOR", "POVERTY", "WORKSHOP"), strict=True))
PURPOSES = ("COORDINATION",) * 4 + ("OUTREACH", "PARTICIPATION")
CATEGORIES = ("BASIC", "HEALTH", "LAB", "DIAGNOSIS", "ADDRESS")
PARENT = {"LAB": "HEALTH", "DIAGNOSIS": "HEALTH"}
AT = 1_778_382_000_000
"""2026-05-10T12:00 in Japan."""
DAY = 86_400_000

Case = dict[str, Any]
OPENNESS = {"ERROR": 0, "DENY": 0, "HOLD": 1, "REDACT": 2, "PERMIT": 3}


def policy() -> PolicyPack:
    """The national pack with a tree of categories, on every day that is asked about."""
    table = yaml.safe_load(Path("policies/national-2.yaml").read_text("utf-8"))
    return pack.read(table | {"effective_from": date(2023, 4, 1), "categories": PARENT, "vocabulary": {"categories": ["DIAGNOSIS", "LAB"]}}, "generated")


PACK = policy()


def answers(cases: Iterable[Case]) -> list[dict[str, Any]]:
    """What the gate says to each."""
    found = (json.loads(answer) for answer, _ in decisions((json.dumps(case).encode() for case in cases), PACK))
    return [{"outcome": "ERROR", "released": [], "withheld": [], **answer} if "error" in answer else answer for answer in found]


def grant(random: Random, number: int, **changes: Any) -> Case:
    """One consent; now and then with dates of the data, or something left out."""
    categories = random.sample(CATEGORIES, random.randint(1, 4))
    form: Case = {
        "type": "ConsentGranted", "at": AT - random.randint(20, 30) * DAY, "consent": f"c{number}", "person": random.choice(PERSONS),
        "purpose": random.choice(PURPOSES), "categories": categories, "recipients": random.sample(AGENCIES, random.randint(1, 3)),
        "valid_from": random.choice(("2026-04-01",) * 5 + ("2026-06-01",)), "valid_to": random.choice(("2027-03-31",) * 5 + ("2026-05-09",)),
        "medium": "PAPER", "signed_on": "2026-04-01",
    }
    if random.random() < 0.15:
        form["authored_from"] = random.choice(("2025-01-01", "2026-05-01"))
    if random.random() < 0.1 and len(categories) > 1 and "HEALTH" not in categories:
        form["exclusions"] = [{"recipient": "", "category": categories[0]}]
    return {**form, **changes}


def refusal(random: Random, number: int) -> Case:
    """A no, to something or to everything."""
    return {
        "type": "ConsentRefused", "at": AT - random.randint(20, 30) * DAY, "consent": f"r{number}", "person": random.choice(PERSONS),
        "purpose": random.choice(PURPOSES), "categories": random.sample(CATEGORIES, random.randint(0, 2)),
        "recipients": random.sample(AGENCIES, random.randint(0, 1)),
    }


def flag(person: str, agency: str) -> Case:
    """A protection flag."""
    return {"type": "ProtectionFlagSet", "at": AT - DAY, "flag": "f", "person": person, "blocked_agencies": [agency], "until": "2027-03-31"}


def withdrawal(consents: Iterable[Case], at: int = AT - 2) -> Iterator[Case]:
    """Takes back each of these consents."""
    for each in consents:
        yield {"type": "ConsentWithdrawn", "at": at, "person": each["person"], "consents": [each["consent"]]}


def parts(random: Random) -> list[Case]:
    """Up to four sealed parts, each person and category once."""
    pairs = random.sample([(person, category) for person in PERSONS for category in CATEGORIES], random.choice((0, 1, 1, 2, 3, 4)))
    return [{"person": person, "category": category, "essential": random.random() < 0.15} for person, category in pairs]


def case(random: Random, number: int) -> Case:
    """One question."""
    said = [grant(random, each) for each in range(random.choice((0, 1, 1, 2, 3, 4)))]
    said += [refusal(random, each) for each in range(random.choice((0, 0, 0, 1)))]
    after = [each for each in said if each["type"] == "ConsentGranted" and random.random() < 0.15]
    town = [flag(PERSONS[0], "poverty")] if random.random() < 0.1 else []
    town += [{"type": "SubjectDied", "at": AT - DAY, "person": PERSONS[1], "died_on": "2026-05-08", "household_remains": True}] if random.random() < 0.05 else []
    to = random.choice(AGENCIES)
    return {
        "id": number, "at": AT, "facts": [*said, *withdrawal(after), *town],
        "request": {
            "from": "elder", "to": to, "to_kind": KINDS[to], "purpose": random.choice(PURPOSES), "basis": "C",
            "event_type": random.choice(("CoordinationReferred", "AssessmentRecorded")), "authored": random.choice(("2026-05-10",) * 5 + ("2026-03-01",)),
            "parts": parts(random), "persons": [random.choice(PERSONS)] if random.random() < 0.2 else [],
        },
    }


def cases(count: int, seed: int = 20260510) -> list[Case]:
    """So many questions."""
    random = Random(seed)
    return [case(random, number) for number in range(count)]
