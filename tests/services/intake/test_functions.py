"""Consultation and outreach as functions over a memory log: parts, repetition, batching; each promise in a sentence."""

from __future__ import annotations

from contracts.envelope import CaseAnnounced, MessageRefused, PartGiven, PartNoted, Tick
from contracts.shared import CasePart, RefusalCode
from kernel import serde
from kernel.memory import MemoryRecord
from kernel.properties import Said, check
from services.intake.app import CONSULTATION, OUTREACH
from tests.services.intake import test_consultation as desk
from tests.services.intake import test_outreach as visits

CASE, OTHER = "c" * 32, "d" * 32


def events(log: list[MemoryRecord], key: str = CASE) -> list[object]:
    """The events of one case, in order."""
    return [serde.unwrapped(serde.decode(record.value)) for record in log if record.key == key.encode()]


def test_consultation_is_a_sound_function() -> None:
    """A full course beside a second case and strangers: same bytes, no matter how often, in what batches, after which restart."""
    log = check(CONSULTATION, [
        Said(desk.SIGNAL, CASE, "elder"), Said(desk.RECEIVED, CASE, "elder"), Said(desk.SCREENED, CASE, "elder"),
        Said(desk.SIGNAL, OTHER, "outreach"), Said(desk.LINKED, CASE, "elder"), Said(desk.SCREENED, CASE, "tax"),
        Said(desk.QUESTION, CASE, "tax"), Said(desk.EMERGENCY, OTHER, "municipality"),
    ])
    refused = [event for event in events(log) if isinstance(event, MessageRefused)]

    assert PartNoted(agency="elder", part=CasePart.OPENED, case=True) in events(log)
    assert [("tax", RefusalCode.CASE_NOT_FOUND)] == [(event.agency, event.code) for event in refused]


def test_a_case_that_is_not_there_looks_like_one_that_is_not_yours() -> None:
    """The refusals of a stranger differ in nothing but the number that it asked about."""
    known = check(CONSULTATION, [Said(desk.RECEIVED, CASE, "elder"), Said(desk.SCREENED, CASE, "disability")])
    unknown = check(CONSULTATION, [Said(desk.RECEIVED, OTHER, "elder"), Said(desk.SCREENED, CASE, "disability")])
    assert events(known)[-1] == events(unknown)[-1]


def test_outreach_is_a_sound_function() -> None:
    """The announced opener works its way from a signal to a link; the agency linked to has a part from then on; a missed visit is noted once."""
    log = check(OUTREACH, [
        Said(CaseAnnounced(agency="outreach"), CASE, "outreach", source="intake"), Said(visits.VERIFIED, CASE, "outreach"),
        Said(visits.KNOCKED, CASE, "outreach"), Said(visits.MET, CASE, "outreach"), Said(visits.STEP_AND_NEXT, CASE, "outreach"),
        Said(Tick(), "tick", "", "tsunagu.intake", visits.SET.due), Said(visits.ACCEPTED, CASE, "outreach"),
        Said(visits.KNOCKED, CASE, "participation"), Said(visits.KNOCKED, CASE, "tax"),
    ])
    assert PartGiven(agency="participation", part=CasePart.LINKED) in events(log)
    assert visits.MISSED in events(log)
    assert visits.DONE not in events(log)
    assert [RefusalCode.CASE_NOT_FOUND] == [event.code for event in events(log) if isinstance(event, MessageRefused)]
