"""Slips of the pen and of the machine, one by one: numbers, days, choices, schemas; and the rare characters that are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts import PUBLISHED
from contracts.catalogue import CATALOGUE
from contracts.envelope import SealedEvent
from contracts.fields import FIELDS, Holds
from contracts.outreach import ContactAttempted, SignalDismissed
from contracts.shared import ContactMethod, ContactResult, DismissalReason, RefusalCode
from kernel import serde
from kernel.sealing import open_part, put_together
from services.intake.domain.front_door import Admitted, Rejected, examine
from tests import publishable
from tests.publishable import Place
from tests.services.intake.outbox import RECEIVED, TOPICS, Town, record
from tests.services.intake.test_who_may_say_what import TOWN

DISMISSED = SignalDismissed(reason=DismissalReason.NO_NEED)
FLAG = CATALOGUE["ProtectionFlagSet"]
FORMED = [place for place in publishable.places(Holds.PERSONAL) if place.rule.form == "date"]
MUNICIPALITIES = [
    *publishable.places(Holds.MUNICIPALITY_CODE), *(place for place in publishable.places(Holds.PERSONAL) if place.rule.form == "municipality_code"),
]
PERIODS = [(kind, rule) for kind in publishable.KINDS for rule in FIELDS[kind.cls] if rule.not_before]
PLAIN = [place for place in publishable.places(Holds.PERSONAL) if not (place.rule.pattern or place.rule.form)]
RARE = {
    "ideographic variant (IVS)": "葛\U000e0100城 辻\U000e0101 邉\U000e0104",
    "standardised variant": "\u8fbb\ufe00 ☎\ufe0e",
    "beyond the first plane": "𠮷 𠀋 𡈽 𩸽 𪚲",
    "compatibility ideographs": "\ufa11 \ufa19 \ufa10 \ufa1b",
    "decomposed, not composed": "か\u3099 は\u309a e\u0301",
    "hentaigana": "\U0001b002 \U0001b11e",
    "private use (外字)": "\ue000 \U000f0000",
    "joined": "👨‍👩‍👧 ｶﾞ",
    "right to left": "שלום مرحبا",
    "lines and tabs": "一行目\r\n\t二行目\n",
}
"""Texts that a name or a note may hold."""


def judged(event: Any, value: bytes | None = None, at: int | None = None) -> Admitted | Rejected:
    """What the door says to a publisher of the event, or of other bytes in its place."""
    owner = serde.type_of(event).publishers[0].lower()
    sent = record(event, owner=owner, value=value)
    return examine(sent if at is None else replace(sent, timestamp=at), owner, TOWN)


def refusal(event: Any, value: bytes | None = None, at: int | None = None) -> RefusalCode | None:
    """The code of the refusal, None where there is none."""
    found = judged(event, value, at)
    return found.error.code if isinstance(found, Rejected) else None


@pytest.mark.parametrize("place", MUNICIPALITIES, ids=str)
def test_of_ten_last_digits_of_a_municipality_one_is_right(place: Place) -> None:
    """全国地方公共団体コード: 13101 is Chiyoda, whose check digit is 6."""
    codes = {digit: refusal(publishable.planted(place, f"13101{digit}")) for digit in range(10)}
    assert {digit: None if digit == 6 else RefusalCode.CHECK_DIGIT for digit in range(10)} == codes


@pytest.mark.parametrize("place", publishable.places(Holds.CORPORATE_NUMBER), ids=str)
def test_of_nine_first_digits_of_a_corporate_number_one_is_right(place: Place) -> None:
    """法人番号: a slip in any of its digits but 0 for 9 is found."""
    right = "7000012050002"
    codes = {digit: refusal(publishable.planted(place, f"{digit}{right[1:]}")) for digit in range(1, 10)}
    slips = [right[:at] + str((int(right[at]) + 1) % 9) + right[at + 1:] for at in range(1, 13)]

    assert {digit: None if digit == 7 else RefusalCode.CHECK_DIGIT for digit in range(1, 10)} == codes
    assert {RefusalCode.CHECK_DIGIT} == {refusal(publishable.planted(place, slip)) for slip in slips}


@pytest.mark.parametrize("place", [*MUNICIPALITIES, *publishable.places(Holds.CORPORATE_NUMBER)], ids=str)
@pytest.mark.parametrize("text", ["", "13101", "1310166", "１３１０１６", "13101x", "131016\n", "0000012050002", "700001205000", "髙橋"])
def test_what_is_no_number_at_all_is_told_as_such(place: Place, text: str) -> None:
    """Too short, too long, full width, other characters."""
    assert RefusalCode.VALUE_INVALID is refusal(publishable.planted(place, text))


@pytest.mark.parametrize("place", FORMED, ids=str)
@pytest.mark.parametrize(
    ("day", "exists"),
    [
        ("2026-02-30", False), ("2026-02-29", False), ("2024-02-29", True), ("2000-02-29", True), ("1900-02-29", False), ("1926-12-25", True),
        ("2026-04-31", False), ("2026-13-01", False), ("2026-00-10", False), ("2026-2-3", False), ("20260203", False),
        ("2026-W05-1", False),
        ("２０２６-02-03", False), ("昭和51年2月3日", False), ("2026-02-03T00:00", False), ("", False),
    ],
)
def test_a_birthday_is_a_day_of_the_calendar(place: Place, day: str, exists: bool) -> None:
    """As ISO 8601 writes it; leap days where there is one."""
    assert (None if exists else RefusalCode.VALUE_INVALID) is refusal(publishable.planted(place, day))


@pytest.mark.parametrize(("kind", "rule"), PERIODS, ids=str)
def test_nothing_ends_before_it_begins(kind: Any, rule: Any) -> None:
    """The day before is refused, the same day is not."""
    event = kind.cls.from_avro({**publishable.record_of(kind), rule.not_before: (first := date(2099, 5, 1)), rule.field: first})
    assert refusal(event) is None
    assert RefusalCode.PERIOD_INVALID is refusal(event.changed(**{rule.field: first - timedelta(days=1)}))


@pytest.mark.parametrize(
    ("at", "open_"), [("2026-05-29T00:00:00.000", True), ("2026-05-29T23:59:59.999", True), ("2026-05-30T00:00:00.000", False)],
)
def test_a_last_day_lasts_until_midnight_in_japan(at: str, open_: bool) -> None:
    """The last millisecond of the 29th counts, the first of the 30th does not; in London it is still afternoon."""
    moment = round(datetime.fromisoformat(f"{at}+09:00").astimezone(UTC).timestamp() * 1000)
    event = FLAG.cls.from_avro({**publishable.record_of(FLAG), "until": date(2026, 5, 29)})
    assert (None if open_ else RefusalCode.PERIOD_INVALID) is refusal(event, at=moment)


@pytest.mark.parametrize("place", publishable.places(Holds.STATED), ids=str)
def test_a_choice_that_is_not_made_is_told(place: Place) -> None:
    """UNMAPPED stands for an empty choice, and for one that a newer schema has and this one reads as its default."""
    found = judged(publishable.planted(place, "UNMAPPED"))
    assert isinstance(found, Rejected)
    assert (RefusalCode.UNKNOWN_CHOICE, place.where) == (found.error.code, found.error.where)


@pytest.mark.parametrize(
    "index",
    [
        b"\x0a", b"\xc6\x01", b"\xfe\xff\xff\xff\x0f", b"\x0b",
    ],
    ids=["one too far", "99", "the largest", "before the first"],
)
def test_a_symbol_that_the_schema_does_not_have_cannot_be_read(index: bytes) -> None:
    """On the wire a choice is a number: under the id of a schema there is none beyond its symbols."""
    framed = serde.encode(DISMISSED)[:5]
    assert b"\x04" == serde.encode(DISMISSED)[5:]
    assert RefusalCode.UNDECODABLE is refusal(DISMISSED, framed + index)


@pytest.mark.parametrize("number", [0, 1, 1000, max(PUBLISHED) + 1, 2**31])
def test_a_schema_that_is_not_published_cannot_be_read(number: int) -> None:
    """A newer schema has a newer id: it is told as unknown, and nothing is guessed from its bytes."""
    assert RefusalCode.UNKNOWN_SCHEMA is refusal(DISMISSED, b"\x00" + number.to_bytes(4, "big") + serde.encode(DISMISSED)[5:])


def test_an_older_schema_is_read_by_the_newest() -> None:
    """An agency need not change its system on the day that we do."""
    event = ContactAttempted(method=ContactMethod.LETTER, result=ContactResult.NO_ANSWER)
    (older,) = (number for number, entry in PUBLISHED.items() if (entry["name"], entry["version"]) == ("tsunagu.outreach.ContactAttempted", 1))
    found = judged(event, b"\x00" + older.to_bytes(4, "big") + serde.encode(event)[5:])
    assert isinstance(found, Admitted)
    assert event == found.event


@pytest.mark.parametrize("place", publishable.places(Holds.CODE), ids=str)
@pytest.mark.parametrize("text", ["高橋花子", "takahashi hanako", "９９００１９-０１", "990019-01\u200b", "a@example.jp"])
def test_a_free_code_is_no_place_for_a_name(place: Place, text: str) -> None:
    """In neither script, nor for an address; nor for anything that cannot be seen."""
    assert RefusalCode.VALUE_INVALID is refusal(publishable.planted(place, text))


def test_no_code_takes_a_telephone_number() -> None:
    """With hyphens or dots between its digits, or without."""
    numbers = ("090-1234-5678", "09012345678", "0312.345.678", "0998-52-1234")
    assert [] == [(str(place), text) for place in publishable.places(Holds.CODE) for text in numbers if refusal(publishable.planted(place, text)) is None]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """A town with its front door at work."""
    found = Town()
    yield found
    found.close()


@pytest.mark.parametrize("text", RARE.values(), ids=RARE)
def test_rare_characters_come_out_as_they_went_in(town: Town, text: str) -> None:
    """Through door, sealing and opening, code point by code point: nothing is normalised, replaced or refused."""
    event = RECEIVED.changed(name=text, wish=text * 100, items=(RECEIVED.items[0].changed(text=text, code=text),))
    before = len(town.seen(TOPICS.inbox("consultation")))
    town.put(record(event))
    sealed = serde.decode(town.seen(TOPICS.inbox("consultation"))[before].value)

    assert isinstance(sealed, SealedEvent)
    assert event == put_together(sealed, [open_part(sealed, part, town.keys.key(part.person)) for part in sealed.parts])
    assert not town.seen(TOPICS.dead_letters("intake"))


@pytest.mark.parametrize("place", PLAIN, ids=str)
def test_rare_characters_are_welcome_in_every_personal_text(place: Place) -> None:
    """In every type."""
    assert {None} == {refusal(publishable.planted(place, text)) for text in RARE.values()}
