"""Step 14: what comes in broken, forged or out of place is refused with a code; its neighbours in the outbox are delivered."""

from __future__ import annotations

import uuid
from dataclasses import replace

from cli.agency.message import Draft, draft
from cli.day.firewood import PARTNERS, session
from cli.day.player import Day
from cli.day.rows import permit, refused
from contracts.community import SupplyOffered
from contracts.consultation import ConsultationScreened
from contracts.shared import RefusalCode, ScreeningOutcome, Urgency

OVERSIZE = 300_000
"""Characters; above the front door's limit of 256 KiB, below the broker's of 1 MiB."""
UNKNOWN_SCHEMA = 4_000_000_000


def refused_each(day: Day, case: str, place: str) -> None:
    """Four broken records with a good one among them; then an id used twice; then an agency without a part in the case."""
    good = draft("community", session(day), place)
    broken = {
        RefusalCode.IDENTITY_MISMATCH: _as(good, headers=[
            (name, b"elder" if name == "ce_source" else value) for name, value in good.headers
        ]),
        RefusalCode.BAD_MAGIC: _as(good, value="これはイベントではありません".encode()),
        RefusalCode.UNKNOWN_SCHEMA: _as(good, value=b"\x00" + UNKNOWN_SCHEMA.to_bytes(4, "big") + good.value[5:]),
        RefusalCode.TOO_LARGE: _oversize(day, place),
    }
    sent_at = day.post("community", *list(broken.values())[:2], good, *list(broken.values())[2:])
    for code, each in broken.items():
        kind = "SupplyOffered" if code is RefusalCode.TOO_LARGE else "SessionHeld"
        day.follow("community", each.id, kind, sent_at, refused(code))
    day.follow("community", good.id, "SessionHeld", sent_at, *(permit(partner) for partner in PARTNERS if partner != "community"))
    day.recount("community", session(day), place)
    day.say("community", session(day, guests=10), place, refused(RefusalCode.ID_CONFLICT), id=good.id)
    screened = ConsultationScreened(outcome=ScreeningOutcome.INFO_ONLY, urgency=Urgency.LOW)
    day.say("disability", screened, case, refused(RefusalCode.CASE_NOT_FOUND), stranger=True)


def _as(good: Draft, **changes: object) -> Draft:
    """The good record under an id of its own, broken in one place."""
    identity = str(uuid.uuid4())
    found = replace(good, **changes)
    return replace(found, id=identity, headers=[
        (name, identity.encode() if name == "ce_id" else value) for name, value in found.headers
    ])


def _oversize(day: Day, place: str) -> Draft:
    return draft("community", SupplyOffered(
        item="大根" * (OVERSIZE // 2), quantity_grams=1, available_on=day.stage.today, partners=PARTNERS,
    ), place)
