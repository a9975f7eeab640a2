"""The front door's rules: what an agency may send, row by row of what it may get wrong; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.community import SessionHeld
from contracts.consent import ProtectionFlagSet
from contracts.consultation import ConsultationScreened, LinkedToAgency, SignalReceived
from contracts.coordination import PlanShared, RolesAssigned, SegmentOpened
from contracts.envelope import CaseAnnounced, PartGiven, SealedEvent
from contracts.shared import (
    AgencyKind,
    Channel,
    ConferenceBasis,
    DataCategory,
    LinkReason,
    PersonalItem,
    Purpose,
    RefusalCode,
    Role,
    ScreeningOutcome,
    SupportTask,
    Urgency,
)
from kernel import serde
from services.intake.domain.front_door import MAX_BYTES, Admitted, Listed, Rejected, examine
from tests.services.intake.outbox import CASE, ID, LISTED, MOTHER, RECEIVED, SON, TIME, record

FRAMED = serde.encode(RECEIVED)
SCREENED = ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.LOW)
LINKED = LinkedToAgency(person=MOTHER, to_agency="coordinator", purpose=Purpose.COORDINATION, reason=LinkReason.FOLLOW_UP)
OPENED = SegmentOpened(
    segment="d" * 32, basis=ConferenceBasis.SWA106_6, cases=(CASE,), members=("elder",), present=("municipality",),
)
ROLES = RolesAssigned(person=MOTHER, roles=(Role(agency="elder", task=SupportTask.LEAD, due=date(2026, 6, 1)),))
SHARED = PlanShared(
    person=MOTHER, plan="e" * 32, version=1, recipients=("elder",), period_from=date(2026, 5, 1), period_to=date(2026, 6, 1),
)
FLAG = ProtectionFlagSet(flag="f" * 32, person=MOTHER, blocked_agencies=("tax",), until=date(2027, 5, 1))


def admitted(found: Admitted | Rejected) -> Admitted:
    """What must have been admitted."""
    assert isinstance(found, Admitted), found
    return found


def code(found: Admitted | Rejected) -> RefusalCode:
    """Why it was rejected."""
    assert isinstance(found, Rejected), found
    return found.error.code


def test_a_good_record_is_admitted() -> None:
    """Owner, id, case and time travel on; personal fields are taken out of the body, by person and category."""
    found = admitted(examine(record(), "elder", LISTED))

    assert ("elder", "elder", ID, CASE, TIME) == (
        found.envelope.source, found.envelope.agency, found.envelope.id, found.envelope.subject, found.envelope.time,
    )
    assert RECEIVED.changed(name=None, wish=None, items=()) == found.event
    assert {(MOTHER, DataCategory.BASIC), (MOTHER, DataCategory.LIFE_HISTORY), (SON, DataCategory.HEALTH)} == {
        (part.person, part.category) for part in found.parts
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", RefusalCode.EMPTY),
        (b"\x01" + FRAMED[1:], RefusalCode.BAD_MAGIC),
        (b"\x00\x00\x00", RefusalCode.BAD_MAGIC),
        ("これはイベントではありません".encode(), RefusalCode.BAD_MAGIC),
        (b"\x00\xee\x6b\x28\x00" + FRAMED[5:], RefusalCode.UNKNOWN_SCHEMA),
        (FRAMED[:-1], RefusalCode.UNDECODABLE),
        (FRAMED[:6], RefusalCode.UNDECODABLE),
        (FRAMED + b"\x00", RefusalCode.TRAILING_BYTES),
        (FRAMED[:5] + b"\xfe\xff\xff\xff\x0f", RefusalCode.UNDECODABLE),
        (FRAMED[:5] + b"\x06\xff\xff\xff" + FRAMED[5:], RefusalCode.UNDECODABLE),
        (FRAMED + b"\x00" * (MAX_BYTES + 1 - len(FRAMED)), RefusalCode.TOO_LARGE),
    ],
)
def test_broken_bytes_are_named(value: bytes, expected: RefusalCode) -> None:
    """Empty, wrong magic byte, unknown schema, truncated, trailing, a length without bytes, no text, too long: each has its code."""
    assert expected is code(examine(record(value=value), "elder", LISTED))


def test_a_record_without_a_value_is_empty() -> None:
    """A tombstone says nothing."""
    good = record()
    tombstone = type(good)(good.topic, 0, 0, good.timestamp, good.key, None, good.headers)
    assert RefusalCode.EMPTY is code(examine(tombstone, "elder", LISTED))


@pytest.mark.parametrize("length", [MAX_BYTES, MAX_BYTES + 1])
def test_the_limit_is_exact(length: int) -> None:
    """262 144 bytes pass, one more does not."""
    long = RECEIVED.items[0].changed(text="長" * 9_600)
    event = RECEIVED.changed(items=(long,) * 9, wish="")
    missing = length - len(serde.encode(event)) - 1
    event = event.changed(wish="x" * missing)  # of a text from 64 to 8191 bytes the length takes two bytes, of an empty one one
    assert length == len(serde.encode(event))
    assert isinstance(examine(record(event), "elder", LISTED), Admitted if length == MAX_BYTES else Rejected)


@pytest.mark.parametrize("name", ["ce_id", "ce_source", "ce_type", "ce_time", "ce_subject"])
def test_every_attribute_is_needed(name: str) -> None:
    """A record without one of the five is not read as if it were there."""
    assert RefusalCode.HEADER_MISSING is code(examine(record(without=name), "elder", LISTED))


@pytest.mark.parametrize(
    "claims",
    [
        {"id": "1"}, {"id": ID.upper()}, {"id": ID + "0"}, {"id": "田中さんの件"},
        {"time": "yesterday"}, {"time": "2026-05-01"}, {"time": "2026-05-01T09:30:00"}, {"time": "2026-13-01T09:30:00Z"},
        {"time": "2026-02-29T09:30:00Z"}, {"time": "2026-05-01T24:00:00Z"}, {"time": "2026-05-01 09:30:00Z"},
    ],
)
def test_id_and_time_have_their_form(claims: dict[str, str]) -> None:
    """An id is a UUID, a time is of RFC 3339, a day is in the calendar."""
    assert RefusalCode.HEADER_INVALID is code(examine(record(**claims), "elder", LISTED))


@pytest.mark.parametrize("time", ["1900-01-01T00:00:00Z", "2199-12-31T23:59:60.123+09:00", "2028-02-29T00:00:00-05:00"])
def test_any_day_of_the_calendar_may_be_claimed(time: str) -> None:
    """Nothing is decided by the claimed time, so a skewed clock harms nobody."""
    assert time == admitted(examine(record(time=time), "elder", LISTED)).envelope.time


@pytest.mark.parametrize(
    "extra",
    [(("ce_id", b"x"),), (("ce_specversion", b"0.3"),), (("ce_correlationid", b"\xff\xfe"),), (("ce_actor", b"a" * 10),) * 70],
)
def test_headers_are_well_formed(extra: Any) -> None:
    """Twice the same, another version, no text, a flood: not guessed at."""
    assert RefusalCode.HEADER_INVALID is code(examine(record(extra=extra), "elder", LISTED))


@pytest.mark.parametrize("claims", [{"source": "coordinator"}, {"source": "consent"}, {"source": "elder", "agency": "coordinator"}])
def test_nobody_speaks_for_another(claims: dict[str, str]) -> None:
    """The outbox says who wrote; a header that says otherwise is spoofed."""
    assert RefusalCode.IDENTITY_MISMATCH is code(examine(record(**claims), "elder", LISTED))


def test_the_type_is_that_of_the_body() -> None:
    """A header cannot make one fact look like another."""
    assert RefusalCode.TYPE_MISMATCH is code(examine(record(type="tsunagu.consultation.SignalReceived"), "elder", LISTED))


@pytest.mark.parametrize("key", [None, b"", b"\xff\xfe", b"d" * 32])
def test_the_key_is_the_subject(key: bytes | None) -> None:
    """No key, no text, another case: the order of a case rests on its key."""
    assert RefusalCode.KEY_MISMATCH is code(examine(record(key=key), "elder", LISTED))


@pytest.mark.parametrize("subject", ["C" * 32, "c" * 31, "c" * 33, "田中花子", "case-1"])
def test_a_subject_is_a_pseudonym(subject: str) -> None:
    """32 lower-case hex digits, so that no name can stand in a key."""
    assert RefusalCode.HEADER_INVALID is code(examine(record(key=subject), "elder", LISTED))


@pytest.mark.parametrize("event", [CaseAnnounced(agency="elder"), PartGiven(agency="elder", part="LINKED"),
                                   SealedEvent(body=b"", origin_source="", origin_id="", origin_type="")])
def test_internal_types_are_not_published(event: Any) -> None:
    """What only our functions write cannot come from outside."""
    assert RefusalCode.NOT_PUBLISHABLE is code(examine(record(event), "elder", LISTED))


@pytest.mark.parametrize(("owner", "kinds"), [("tax", LISTED), ("elder", {}), ("elder", {"elder": Listed(kind=AgencyKind.UNMAPPED)})])
def test_a_kind_of_agency_publishes_what_is_its_own(owner: str, kinds: dict[str, Listed]) -> None:
    """The tax office receives no consultations, and an agency that nobody registered publishes nothing."""
    assert RefusalCode.NOT_PUBLISHABLE is code(examine(record(owner=owner), owner, kinds))


def test_signals_are_open_to_every_agency() -> None:
    """Whoever notices somebody may say so, the tax office too."""
    signal = SignalReceived(person=MOTHER, channel=Channel.OTHER_FIELD, area_code="990019-01")
    admitted(examine(record(signal, owner="tax"), "tax", LISTED))


@pytest.mark.parametrize(
    ("owner", "event", "fields"),
    [
        ("elder", LINKED, {"to_agency": "nobody"}),
        ("municipality", OPENED, {"members": ("elder", "nobody")}),
        ("municipality", OPENED, {"present": ("nobody",)}),
        ("coordinator", ROLES, {"roles": (Role(agency="nobody", task=SupportTask.LEAD, due=date(2026, 6, 1)),)}),
        ("coordinator", SHARED, {"recipients": ("elder", "")}),
        ("municipality", FLAG, {"blocked_agencies": ("nobody",)}),
    ],
)
def test_agencies_that_are_named_are_registered(owner: str, event: Any, fields: dict[str, Any]) -> None:
    """A slip of the pen is told at once, in single fields, lists and nested records alike."""
    admitted(examine(record(event, owner=owner), owner, LISTED))
    assert RefusalCode.RECIPIENT_UNKNOWN is code(examine(record(event.changed(**fields), owner=owner), owner, LISTED))


@pytest.mark.parametrize(
    ("owner", "event", "fields", "expected"),
    [
        ("elder", RECEIVED, {"person": "髙橋"}, RefusalCode.UNLABELLED),
        ("elder", RECEIVED, {"person": "髙橋", "name": None, "wish": None}, RefusalCode.UNLABELLED),
        ("elder", RECEIVED, {"items": (RECEIVED.items[0].changed(person="son"),)}, RefusalCode.UNLABELLED),
        ("municipality", OPENED, {"cases": (CASE, "case-2")}, RefusalCode.VALUE_INVALID),
        ("municipality", OPENED, {"segment": "第一区分"}, RefusalCode.VALUE_INVALID),
        ("coordinator", SHARED, {"plan": "髙橋さんのプラン"}, RefusalCode.VALUE_INVALID),
        ("municipality", FLAG, {"flag": ""}, RefusalCode.VALUE_INVALID),
    ],
)
def test_persons_and_things_are_named_by_pseudonyms(owner: str, event: Any, fields: dict[str, Any], expected: RefusalCode) -> None:
    """Nobody's name fits into an id."""
    assert expected is code(examine(record(event.changed(**fields), owner=owner), owner, LISTED))


@pytest.mark.parametrize(
    "item",
    [
        PersonalItem(person="", category=DataCategory.HEALTH, code="a", text="b"),
        PersonalItem(person=SON, category=DataCategory.UNMAPPED, code="a", text="b"),
    ],
)
def test_every_personal_item_says_whose_and_of_which_category(item: PersonalItem) -> None:
    """What nobody has labelled cannot be released to anybody, so it is not taken in."""
    assert RefusalCode.UNLABELLED is code(examine(record(RECEIVED.changed(items=(item,))), "elder", LISTED))


def test_a_reporter_has_a_pseudonym() -> None:
    """Who reported is a person of his own, sealed under his own key."""
    signal = SignalReceived(person=MOTHER, channel=Channel.RESIDENT, area_code="990019-01", reporter="隣の人")
    assert RefusalCode.UNLABELLED is code(examine(record(signal), "elder", LISTED))
    admitted(examine(record(signal.changed(reporter_person=SON)), "elder", LISTED))


def test_only_known_attributes_travel_on() -> None:
    """Whatever else stands in the headers, a name perhaps, is left at the door; sequence and position are ours to give."""
    found = admitted(examine(record(
        extra=(("ce_actor", "田中".encode()), ("position", b"log/0/1")), correlation_id="髙橋さんの件", causation_id="x", traceparent="y",
        seq="7", dataschema="z", municipality="131016",
    ), "elder", LISTED)).envelope

    assert ("", "", "", 0, "", "", "") == (
        found.correlation_id, found.causation_id, found.traceparent, found.seq, found.position, found.dataschema, found.municipality,
    )


def test_the_kind_of_the_sender_is_that_of_the_registry() -> None:
    """Whatever it claims itself: behind the door the municipality may do what others may not."""
    found = examine(record(agency_kind="MUNICIPALITY"), "elder", LISTED)
    assert isinstance(found, Admitted)
    assert "ELDER" == found.envelope.agency_kind


def test_a_well_formed_trace_travels_on() -> None:
    """What is a pseudonym by its form connects the agency's system with ours."""
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    found = admitted(examine(record(correlation_id=ID, traceparent=trace), "elder", LISTED)).envelope
    assert (ID, trace) == (found.correlation_id, found.traceparent)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, (ID, "ConsultationReceived")),
        ({"id": "田中花子"}, ("", "ConsultationReceived")),
        ({"type": "田中花子"}, (ID, "")),
        ({"type": "tsunagu.consultation.ConsultationScreened"}, (ID, "ConsultationScreened")),
    ],
)
def test_a_rejection_names_only_what_is_well_formed(claims: dict[str, str], expected: tuple[str, str]) -> None:
    """The sender recognises its message; what it wrote into the wrong place goes no further."""
    found = examine(record(value=b"?", **claims), "elder", LISTED)
    assert isinstance(found, Rejected)
    assert expected == (found.message_id, found.message_type)


@pytest.mark.parametrize("event", [RECEIVED, SCREENED, LINKED])
def test_the_same_record_is_judged_alike_every_time(event: Any) -> None:
    """Same input, same answer."""
    assert examine(record(event), "elder", LISTED) == examine(record(event), "elder", LISTED)


def test_counts_without_persons_are_admitted() -> None:
    """What carries no personal data has nothing to seal."""
    assert () == admitted(examine(record(SessionHeld(held_on=date(2026, 5, 1), attendance=()), owner="community"), "community", LISTED)).parts


@pytest.mark.parametrize("basis", ["C", "K", "G", "L", "V", "W", "M", "P", "B0"])
def test_a_claimed_basis_and_purpose_travel_on(basis: str) -> None:
    """Rule 17: the sender claims, the gate tests. Without a claim there is none."""
    found = admitted(examine(record(basis=basis, purpose="STATUTORY_WORK"), "elder", LISTED)).envelope

    assert (basis, "STATUTORY_WORK") == (found.basis, found.purpose)
    nothing = admitted(examine(record(), "elder", LISTED)).envelope
    assert ("", "") == (nothing.basis, nothing.purpose)


@pytest.mark.parametrize("claim", [{"basis": "X"}, {"basis": "c"}, {"basis": "NONE"}, {"purpose": "TRAINING"}, {"purpose": "UNMAPPED"}, {"purpose": "相談"}])
def test_a_claim_is_a_code_that_there_is(claim: dict[str, str]) -> None:
    """Nothing is guessed; what says nothing is no claim."""
    assert RefusalCode.HEADER_INVALID is code(examine(record(**claim), "elder", LISTED))


def test_a_claim_says_nothing_else_than_the_event_itself() -> None:
    """A link for coordination is not claimed for statutory work; the basis of a conference segment is another thing."""
    assert RefusalCode.HEADER_INVALID is code(examine(record(LINKED, purpose="STATUTORY_WORK"), "elder", LISTED))
    admitted(examine(record(LINKED, purpose="COORDINATION", basis="G"), "elder", LISTED))
    admitted(examine(record(OPENED, owner="coordinator", basis="M"), "coordinator", LISTED))
