"""S17: what cannot be read or must not be sent (受け付けられない入力): broken records, wrong senders, wrong values. Each sender is told what to do."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

from cli.agency.message import Draft, draft
from cli.day import cast
from cli.day.player import Day, pseudonym
from cli.day.rows import permit, recorded, refused
from contracts.community import PlaceOpened, PracticeAreaRegistered
from contracts.consent import ConsentGranted
from contracts.consultation import CaseClosed, ConsultationReceived, LinkedToAgency, SignalReceived
from contracts.coordination import ConferenceConvened
from contracts.envelope import MessageRefused
from contracts.shared import (
    Channel,
    ClosingReason,
    ConsentMedium,
    DataCategory,
    Field,
    LinkReason,
    PlaceKind,
    PracticeKind,
    Purpose,
    RefusalCode,
    VisitorRelation,
)
from tests.scenarios.stories.in_vain import say_in_vain

TITLE = "受け付けられない入力：読めないもの、送れないもの、合わない値"
BASIC = DataCategory.BASIC


def play(day: Day) -> None:
    """The whole story."""
    case, person = pseudonym(), pseudonym()
    _unreadable(day, person)
    _impossible_times(day, person)
    _wrong_publisher(day)
    _wrong_values(day, case, person)
    _public_texts(day)
    _nobody_or_not_yours(day, case)
    _begun_under_a_case(day)


def _consultation(person: str) -> ConsultationReceived:
    return ConsultationReceived(person=person, field=Field.ELDER, visitor_relation=VisitorRelation.SELF, name="𠮷沢 トメ")


def _unreadable(day: Day, person: str) -> None:
    """Seven records that are no event of ours, in one burst, and a good one among them, which is taken in."""
    good = draft("elder", _consultation(person), pseudonym())
    signal = draft("elder", SignalReceived(person=person, channel=Channel.RESIDENT, area_code="990019-03"), pseudonym())
    broken = {
        RefusalCode.EMPTY: _again(good, value=b""),
        RefusalCode.UNDECODABLE: _again(good, value=good.value[:9]),
        RefusalCode.TRAILING_BYTES: _again(good, value=good.value + b"\x00"),
        RefusalCode.HEADER_MISSING: _again(good, headers=[pair for pair in good.headers if pair[0] != "ce_time"]),
        RefusalCode.HEADER_INVALID: _again(good, headers=_with(good, "ce_time", b"kinou")),
        RefusalCode.TYPE_MISMATCH: _again(good, headers=_with(good, "ce_type", dict(signal.headers)["ce_type"])),
        RefusalCode.KEY_MISMATCH: _again(good, key=pseudonym().encode()),
    }
    records = list(broken.values())
    sent_at = day.post("elder", *records[:4], good, *records[4:])
    for code, each in broken.items():
        day.follow("elder", each.id, "ConsultationReceived", sent_at, refused(code))
    day.follow("elder", good.id, "ConsultationReceived", sent_at, recorded())
    day.recount("elder", _consultation(person), good.key.decode())


def _impossible_times(day: Day, person: str) -> None:
    """There was no 29 February in 2025, and no day has a twenty-fifth hour; a person's name is no case id."""
    good = draft("elder", _consultation(person), pseudonym())
    for time in (b"2025-02-29T09:00:00+09:00", b"2025-03-01T24:30:00+09:00"):
        each = _again(good, headers=_with(good, "ce_time", time))
        day.follow("elder", each.id, "ConsultationReceived", day.post("elder", each), refused(RefusalCode.HEADER_INVALID))
    named = _again(good, key="𠮷沢 トメ".encode(), headers=_with(good, "ce_subject", "𠮷沢 トメ".encode()))
    day.follow("elder", named.id, "ConsultationReceived", day.post("elder", named), refused(RefusalCode.HEADER_INVALID))


def _again(good: Draft, **changes: object) -> Draft:
    """The good record under an id of its own, broken in one place."""
    found = replace(good, **changes)
    identity = str(uuid.uuid4())
    return replace(found, id=identity, headers=_with(found, "ce_id", identity.encode()))


def _with(record: Draft, name: str, value: bytes) -> list[tuple[str, bytes]]:
    return [(each, value if each == name else before) for each, before in record.headers]


def _wrong_publisher(day: Day) -> None:
    """An elder centre opens no place, and no agency states what our functions alone write."""
    place = PlaceOpened(name="えんがわ", kind=PlaceKind.SALON, programmes=(), open_to_all=True, partners=())
    say_in_vain(day, "elder", place, pseudonym(), RefusalCode.NOT_PUBLISHABLE, stranger=True)
    refusal = MessageRefused(agency="elder", message_id="", message_type="", code=RefusalCode.WRONG_STATE, sentence="")
    say_in_vain(day, "community", refusal, pseudonym(), RefusalCode.NOT_PUBLISHABLE, stranger=True)


def _wrong_values(day: Day, case: str, person: str) -> None:
    """An agency that is not there, a fact about nobody, a choice that nobody made, a text without end, a period that ends before it begins."""
    day.say("elder", _consultation(person), case)
    link = LinkedToAgency(person=person, to_agency="poverty", purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT)
    say_in_vain(day, "elder", link.changed(to_agency="moved-away"), case, RefusalCode.RECIPIENT_UNKNOWN)
    about_nobody = (cast.item("", DataCategory.HEALTH, "condition", "誰のことか書かれていない。"),)
    say_in_vain(day, "elder", link.changed(items=about_nobody), case, RefusalCode.UNLABELLED)
    unsorted = (cast.item(person, DataCategory.UNMAPPED, "condition", "区分が選ばれていない。"),)
    say_in_vain(day, "elder", link.changed(items=unsorted), case, RefusalCode.UNLABELLED)
    say_in_vain(day, "elder", _consultation(person).changed(field=Field.UNMAPPED), case, RefusalCode.UNKNOWN_CHOICE)
    say_in_vain(day, "elder", _consultation(person).changed(wish="長" * 10_001), case, RefusalCode.TOO_MANY)
    signal = SignalReceived(person=person, channel=Channel.RESIDENT, area_code="桜町")
    say_in_vain(day, "elder", signal, case, RefusalCode.VALUE_INVALID)
    today = day.stage.today
    say_in_vain(day, "elder", ConsentGranted(
        consent=pseudonym(), person=person, purpose=Purpose.CONSULTATION, categories=(BASIC,), recipients=("poverty",),
        valid_from=today, valid_to=today - timedelta(days=1), medium=ConsentMedium.PAPER,
    ), case, RefusalCode.PERIOD_INVALID)


def _public_texts(day: Day) -> None:
    """What anybody may read names no telephone; a corporate number has its check digit; a place without its standard is none."""
    place = PlaceOpened(name="ひだまり", kind=PlaceKind.SALON, programmes=(), open_to_all=True, partners=())
    phone = place.changed(name="ひだまり（電話〇九〇‐〇〇〇〇‐一二三四）")
    say_in_vain(day, "community", phone, pseudonym(), RefusalCode.PERSONAL_DATA)
    group = PracticeAreaRegistered(name="木もれ日の会", kind=PracticeKind.REGION_GROUP, corporate_number="6990019000017", selection_year=2021)
    say_in_vain(day, "environment", group, pseudonym(), RefusalCode.CHECK_DIGIT)


def _nobody_or_not_yours(day: Day, case: str) -> None:
    """A case of others and one that never was are refused alike: the answer tells nobody which it is."""
    link = LinkedToAgency(person=pseudonym(), to_agency="poverty", purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT)
    rows = [say_in_vain(day, "disability", link, each, RefusalCode.CASE_NOT_FOUND, stranger=True) for each in (case, pseudonym())]
    first, second = (day.view.refusals("disability", row.event_id)[-1].event.changed(message_id="") for row in rows)
    if first != second:
        rows[1].fault = "the same answer as for a case of others"


def _begun_under_a_case(day: Day) -> None:
    """Nothing else begins under the id of a case, not by whoever has noticed it either; and no conference is closed as a case is."""
    case, sitting, today = pseudonym(), pseudonym(), day.stage.today
    day.say("municipality", SignalReceived(person=pseudonym(), channel=Channel.MEETING, area_code="990019-03"), case)
    conference = ConferenceConvened(held_on=today, invited=("elder",))
    day.stage.until(lambda: day.view.has_part("municipality", case, "coordination"))
    say_in_vain(day, "municipality", conference, case, RefusalCode.WRONG_STATE)
    day.say("municipality", conference, sitting, permit("elder"))
    say_in_vain(day, "municipality", CaseClosed(reason=ClosingReason.SETTLED), sitting, RefusalCode.WRONG_STATE)
