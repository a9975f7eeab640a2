"""The chain of versions (rule 6): each version has the hash of the one before it, and whoever holds the consent can compute it."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from typing import Any

from contracts.consent import ConsentExtended, ConsentGranted, ConsentNarrowed, ConsentRefused
from contracts.shared import ConsentMedium, DataCategory, Exclusion, Grantor, Purpose, RefusalCode
from kernel.testing import Given, given
from services.consent.domain import chain
from tests.services.consent.town import CONSENT, GATE, MOTHER, TOWN, consent

BASIC, HEALTH = DataCategory.BASIC, DataCategory.HEALTH
NEXT = "e" * 32
FIRST = consent(BASIC, HEALTH)
FIRST_FIELDS = {
    "consent": CONSENT, "person": MOTHER, "purpose": "COORDINATION", "categories": ["BASIC", "HEALTH"], "recipients": ["coordinator"],
    "valid_from": "2026-04-01", "valid_to": "2027-03-31", "medium": "PAPER", "signed_on": "2026-04-01",
}
"""The same as an agency writes it, without what it leaves to its default."""


def hashed(fields: dict[str, Any]) -> str:
    """As an agency computes it, in any language."""
    return sha256(json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def case(*events: Any) -> Given:
    """A case in which these facts are recorded."""
    return given(GATE, *events, shared=TOWN)


def test_rule_6_an_agency_computes_the_hash_from_what_it_has_sent():
    """Canonical JSON of the fields that say something: nothing of it depends on the schema's version or on the wire."""
    assert hashed(FIRST_FIELDS) == chain.of_grant(FIRST).hex() == case(FIRST).state.consent(CONSENT).digest.hex()
    full = FIRST.changed(witnessed=True, given_by=Grantor.GUARDIAN, keep_until=date(2028, 3, 31), exclusions=(Exclusion(category=HEALTH),), use_limit=3)
    said = {"witnessed": True, "given_by": "GUARDIAN", "keep_until": "2028-03-31", "exclusions": [{"category": "HEALTH"}], "use_limit": 3}
    assert hashed({**FIRST_FIELDS, **said}) == chain.of_grant(full).hex()


def test_rule_6_every_field_changes_the_hash():
    """One of them alone."""
    changes = (
        {"consent": NEXT}, {"purpose": Purpose.PARTICIPATION}, {"categories": (BASIC,)}, {"recipients": ("poverty",)}, {"valid_to": date(2027, 3, 30)},
        {"medium": ConsentMedium.ORAL}, {"supersedes": (NEXT,)}, {"notice_hash": "0" * 64}, {"signed_on": date(2026, 3, 1)}, {"previous_hash": "0" * 64},
    )

    assert len(changes) + 1 == len({chain.of_grant(FIRST), *(chain.of_grant(FIRST.changed(**each)) for each in changes)})


def test_rule_6_a_consent_that_names_the_hash_of_what_it_replaces_is_recorded():
    """Or none, as before."""
    for previous in (hashed(FIRST_FIELDS), ""):
        second = consent(BASIC, consent=NEXT, supersedes=(CONSENT,), previous_hash=previous)
        case(FIRST).when(second).then(second)


def test_rule_6_a_hash_that_is_not_that_of_the_latest_version_is_refused():
    """Another form was meant, or somebody has changed it; a refusal has no versions."""
    second = consent(BASIC, consent=NEXT, supersedes=(CONSENT,), previous_hash="0" * 64)
    no = ConsentRefused(consent=CONSENT, person=MOTHER, purpose=Purpose.COORDINATION)

    case(FIRST).when(second).then_refused(RefusalCode.PREVIOUS_HASH)
    case(no).when(second).then_refused(RefusalCode.PREVIOUS_HASH)
    case(FIRST).when(second.changed(supersedes=())).then_refused(RefusalCode.PREVIOUS_HASH)
    case(FIRST, consent(BASIC, consent="1" * 32)).when(second.changed(supersedes=(CONSENT, "1" * 32))).then_refused(RefusalCode.PREVIOUS_HASH)


def test_rule_6_narrowing_and_extending_make_a_new_version():
    """Its hash binds the one before it and what was said; a replacement names the latest."""
    narrowed = ConsentNarrowed(consent=CONSENT, person=MOTHER, categories=(BASIC,), recipients=("coordinator",))
    extended = ConsentExtended(consent=CONSENT, person=MOTHER, valid_to=date(2027, 4, 30))
    second = hashed({
        "previous": hashed(FIRST_FIELDS), "type": "ConsentNarrowed", "consent": CONSENT, "person": MOTHER, "categories": ["BASIC"], "recipients": ["coordinator"],
    })
    third = hashed({"previous": second, "type": "ConsentExtended", "consent": CONSENT, "person": MOTHER, "valid_to": "2027-04-30"})
    after = case(FIRST, narrowed, extended)

    assert third == after.state.consent(CONSENT).digest.hex()
    replacing = consent(BASIC, consent=NEXT, supersedes=(CONSENT,), previous_hash=third)
    after.when(replacing).then(ConsentGranted)
    after.when(replacing.changed(previous_hash=second)).then_refused(RefusalCode.PREVIOUS_HASH)
