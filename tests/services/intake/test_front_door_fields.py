"""What stands in the fields: each may hold what its schema declares, anything else is refused with a code that does not repeat it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from contracts.catalogue import CATALOGUE
from contracts.community import PlaceOpened, SessionHeld
from contracts.consent import ConsentGranted
from contracts.coordination import PlanShared, SegmentOpened
from contracts.fields import Holds
from contracts.shared import AgeBand, AgeCount, AgencyKind, PersonalItem, PlaceKind, RefusalCode
from kernel import serde
from kernel.telltales import tells_of_somebody
from services.intake.domain.front_door import Admitted, Listed, Rejected, examine
from tests import publishable
from tests.publishable import Place
from tests.services.intake.outbox import CASE, ID, KINDS, LISTED, RECEIVED, TOPICS, Town, record

OWNERS = {**LISTED, **{kind.lower(): Listed(kind=AgencyKind(kind)) for each in publishable.KINDS for kind in each.publishers}}
"""An agency of every kind."""
CLEAR = publishable.places(*(publishable.TEXTS - {Holds.PERSONAL}))
PERSONAL = [place for place in publishable.places(Holds.PERSONAL) if not (place.rule.pattern or place.rule.form)]
PUBLIC = publishable.places(Holds.PUBLIC_TEXT)
CODED = [place for place in CLEAR if place not in PUBLIC]
CODE_OF = {
    Holds.PERSON: RefusalCode.UNLABELLED, Holds.ID: RefusalCode.VALUE_INVALID, Holds.AGENCY: RefusalCode.RECIPIENT_UNKNOWN,
    Holds.CODE: RefusalCode.VALUE_INVALID,
}
PLACE = PlaceOpened(name="えんがわ食堂", kind=PlaceKind.SALON, programmes=(), open_to_all=True, partners=("elder",))
NAME, MAIL, PHONE = "髙橋 𠮷江", "kiyo@example.jp", "０９０－１２３４－５６７８"


def judged(event: Any) -> Admitted | Rejected:
    """What the door says to an event of an agency that may publish it."""
    owner = serde.type_of(event).publishers[0].lower()
    return examine(record(event, owner=owner), owner, OWNERS)


def refusal(event: Any) -> tuple[RefusalCode, str]:
    """Code and place of a refusal."""
    found = judged(event)
    assert isinstance(found, Rejected), found
    return found.error.code, found.error.where


@pytest.mark.parametrize("kind", publishable.KINDS, ids=lambda kind: kind.name)
def test_a_well_formed_event_of_every_type_is_admitted(kind: Any) -> None:
    """With a value in every field and a member in every list."""
    assert isinstance(judged(kind.cls.from_avro(publishable.record_of(kind))), Admitted)


@pytest.mark.parametrize("place", CODED, ids=str)
@pytest.mark.parametrize("text", [NAME, MAIL, PHONE, "", "a" * 31 + "\n", "elder\n"])
def test_no_name_fits_where_a_code_is_expected(place: Place, text: str) -> None:
    """Pseudonyms, agencies and coded texts take their own form and nothing else."""
    if text or place.rule.holds is not Holds.CODE:
        assert (CODE_OF[place.rule.holds], place.where) == refusal(publishable.planted(place, text))


@pytest.mark.parametrize("place", PUBLIC, ids=str)
@pytest.mark.parametrize("text", [MAIL, PHONE, "たかはし（" + MAIL + "）"])
def test_no_address_of_a_person_stands_in_a_public_text(place: Place, text: str) -> None:
    """What plainly leads to somebody is refused wherever anybody may read."""
    assert (RefusalCode.PERSONAL_DATA, place.where) == refusal(publishable.planted(place, text))


@pytest.mark.parametrize("place", PUBLIC, ids=str)
@pytest.mark.parametrize(
    ("text", "code"),
    [("長" * 2_001, RefusalCode.TOO_MANY), ("二行\nある", RefusalCode.VALUE_INVALID), ("\x00", RefusalCode.VALUE_INVALID),
     ("見え\u200bない", RefusalCode.VALUE_INVALID), ("逆\u202eさ", RefusalCode.VALUE_INVALID)],
)
def test_a_public_text_is_one_short_line(place: Place, text: str, code: RefusalCode) -> None:
    """At most 100 characters, all of them to be seen."""
    assert (code, place.where) == refusal(publishable.planted(place, text))


@pytest.mark.parametrize("place", PUBLIC, ids=str)
@pytest.mark.parametrize("text", ["", "長" * 100, "髙砂木工　薪づくりの仕事場", "辻\U000e0100の家 №3"])
def test_names_of_places_and_things_are_admitted(place: Place, text: str) -> None:
    """Rare characters and a full-width space too."""
    assert isinstance(judged(publishable.planted(place, text)), Admitted)


@pytest.mark.parametrize(
    "text",
    [
        "taro.yamada+a@example.co.jp", "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "連絡先:090-1234-5678", "０９０１２３４５６７８", "03(1234)5678", "(03)1234-5678",
        "0998 52 1234", "〇九〇ー一二三四ー五六七八", "090−1234−5678", "+81 90 1234 5678", "電話 52-1234", "ＴＥＬ：23-4567", "℡52-1234", "0120-123-456",
        "123456789012", "1234-5678-9012", "１２３４ ５６７８ ９０１２", "〒100-0001 つなぐ町1丁目2番3号", "100-0001 つなぐ町1-2-3", "一〇〇ー〇〇〇一 桜台三丁目七番地",
    ],
)
def test_what_plainly_leads_to_somebody_is_seen(text: str) -> None:
    """E-mail, telephone in the forms of Japan, twelve digits, post code with a block: half or full width, in kanji too."""
    assert tells_of_somebody(text)
    assert tells_of_somebody(f"高橋さん {text} まで")


@pytest.mark.parametrize(
    "text",
    [
        "えんがわ食堂", "間引き大根と規格外のさつまいも", "桜台三丁目集会所", "令和8年4月1日から30日まで", "2026-04-01～2026-04-30", "2026/04/01-2026/04/30",
        "07.04.01-07.04.30", "午前10:00〜12:30", "第2・第4土曜", "薪 500束 1,200円", "ISO14001の里山", "0円食堂", "100-0001", "4901234567894",
        "10kg×20袋", "@えんがわ", "コーヒー豆ー0.5kg",
    ],
)
def test_ordinary_names_and_dates_are_no_address(text: str) -> None:
    """Dates, prices, quantities, a post code alone and an article number tell of nobody."""
    assert not tells_of_somebody(text)


@pytest.mark.parametrize("place", PERSONAL, ids=str)
@pytest.mark.parametrize(
    ("text", "code"), [("長" * 10_001, RefusalCode.TOO_MANY), ("a\x00b", RefusalCode.VALUE_INVALID), ("\x85", RefusalCode.VALUE_INVALID)],
)
def test_a_personal_text_is_a_text(place: Place, text: str, code: RefusalCode) -> None:
    """At most 10 000 characters, none of them a control character: those grow when sealed, and nobody types them."""
    assert (code, place.where) == refusal(publishable.planted(place, text))


@pytest.mark.parametrize("place", PERSONAL, ids=str)
@pytest.mark.parametrize("text", [NAME, MAIL, PHONE, "", "一行目\r\n\t二行目\n", "長" * 10_000])
def test_anything_may_be_said_where_it_is_sealed(place: Place, text: str) -> None:
    """Names, numbers, several lines: it leaves the door in a sealed part only."""
    found = judged(publishable.planted(place, text))
    assert isinstance(found, Admitted)
    assert not text or text not in repr(found.event)


@pytest.mark.parametrize("place", publishable.places(Holds.NUMBER), ids=str)
def test_numbers_keep_their_bounds(place: Place) -> None:
    """From the least to the most that the schema names; no count is below nothing."""
    least, most = place.rule.minimum, place.rule.maximum
    assert 0 <= least < most
    assert all(isinstance(judged(publishable.planted(place, number)), Admitted) for number in (least, most))
    assert {(RefusalCode.VALUE_INVALID, place.where)} == {refusal(publishable.planted(place, number)) for number in (least - 1, most + 1, -(2**31))}


@pytest.mark.parametrize("place", publishable.places(Holds.DATE), ids=str)
def test_days_lie_in_the_years_that_people_live_in(place: Place) -> None:
    """From 1900 to 2100; year 1 and year 9999 are slips of the pen."""
    assert {(RefusalCode.VALUE_INVALID, place.where)} == {
        refusal(publishable.planted(place, day)) for day in (date(1, 1, 1), date(1899, 12, 31), date(2101, 1, 1), date(9999, 12, 31))
    }


def test_the_first_and_the_last_day_are_admitted() -> None:
    """Both ends count."""
    assert all(isinstance(judged(SessionHeld(held_on=day, attendance=())), Admitted) for day in (date(1900, 1, 1), date(2100, 12, 31)))


def test_a_shared_plan_does_not_end_before_it_begins() -> None:
    """No decider asks, so the door does."""
    day = date(2026, 5, 1)
    shared = PlanShared(person="a" * 32, plan="d" * 32, version=1, recipients=("elder",), period_from=day, period_to=day)
    assert isinstance(judged(shared), Admitted)
    assert (RefusalCode.PERIOD_INVALID, "period_to") == refusal(shared.changed(period_to=date(2026, 4, 30)))


@pytest.mark.parametrize(
    ("event", "field", "member"),
    [
        (PLACE, "partners", "elder"),
        (RECEIVED, "items", RECEIVED.items[0]),
        (SessionHeld(held_on=date(2026, 5, 1), attendance=()), "attendance", AgeCount(band=AgeBand.UNDER_15, count=1)),
        (SegmentOpened.from_avro(publishable.record_of(serde.types_by_full_name()["tsunagu.coordination.SegmentOpened"])), "cases", CASE),
        (ConsentGranted.from_avro(publishable.record_of(serde.types_by_full_name()["tsunagu.consent.ConsentGranted"])), "supersedes", CASE),
    ],
)
def test_a_list_has_two_hundred_members_at_most(event: Any, field: str, member: Any) -> None:
    """Of texts, of records and of choices alike."""
    assert isinstance(judged(event.changed(**{field: (member,) * 200})), Admitted)
    assert (RefusalCode.TOO_MANY, field) == refusal(event.changed(**{field: (member,) * 201}))


def test_the_member_at_fault_is_named() -> None:
    """Field and number, so that the sender finds it; never the value."""
    items = (*RECEIVED.items, PersonalItem(person=NAME, category=RECEIVED.items[0].category, code="a", text="b"))
    assert (RefusalCode.UNLABELLED, "items[1].person") == refusal(RECEIVED.changed(items=items))


@settings(max_examples=400, deadline=None)
@for_all(place=some.sampled_from(CLEAR), text=some.text(max_size=120) | some.from_regex(r"[0-9０-９@\-ー〒. ]{1,40}"))
def test_any_text_fits_its_declaration_or_is_refused_without_being_repeated(place: Place, text: str) -> None:
    """Whatever is typed into a clear field: what a refusal says depends on the field and the code alone."""
    found = judged(publishable.planted(place, text))
    if isinstance(found, Rejected):
        assert f"{found.error.code} {place.where}" == str(found.error)
        assert found.error.code in (*CODE_OF.values(), RefusalCode.PERSONAL_DATA, RefusalCode.TOO_MANY, RefusalCode.WILDCARD_RECIPIENT)
        assert (ID, place.kind.name) == (found.message_id, found.message_type)
    else:
        assert fits(place, text)


def fits(place: Place, text: str) -> bool:
    """Whether a text is what its field declares, said once more in other words."""
    match place.rule.holds:
        case Holds.PERSON | Holds.ID:
            return len(text) == 32 and set(text) <= set("0123456789abcdef")
        case Holds.AGENCY:
            return text in OWNERS
        case Holds.CODE:
            return text == "" or text.replace("-", "").isascii()
        case _:
            return len(text) <= 100 and "@example" not in text and not any(ord(char) < 32 for char in text)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """A town that has heard a name in every coded field, and an address in every public text, of the types its agencies publish."""
    found = Town()
    wrong = [(place, text) for place in CLEAR for text in ((MAIL, PHONE) if place in PUBLIC else (NAME, MAIL, PHONE))]
    owners = {kind: agency for agency, kind in KINDS.items()}
    heard = [(place, text, owner) for place, text in wrong for owner in [_owner(place, owners)] if owner]
    found.put(*(
        record(publishable.planted(place, text), owner=owner, id=f"{number:08x}-2fa1-4333-8444-3fbb0a4c55d0")
        for number, (place, text, owner) in enumerate(heard)
    ))
    yield found
    found.close()


def _owner(place: Place, owners: dict[Any, str]) -> str | None:
    return next((owners[kind] for kind in place.kind.publishers if kind in owners), None)


def test_what_is_refused_is_told_without_being_repeated(town: Town) -> None:
    """Each record is among the dead letters, each sender has a coded notice, and no notice or note holds what was typed."""
    letters, notices = town.seen(TOPICS.dead_letters("intake")), town.seen(TOPICS.inbox("consent"))
    notes = [value for letter in letters for name, value in letter.headers if name.startswith("dlq.")]
    said = b"\n".join([*notes, *(each.value or b"" for each in notices), *(value for each in notices for _, value in each.headers)]).decode(errors="replace")

    assert len(letters) == len(notices) > 100
    assert [] == [text for text in (NAME, MAIL, PHONE) if text in said]
    assert set() == {each.topic for each in town.seen()} - {TOPICS.dead_letters("intake"), TOPICS.inbox("consent")}


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"until": date(2026, 5, 28)}, RefusalCode.PERIOD_INVALID), ({"blocked_agencies": []}, RefusalCode.VALUE_INVALID)],
    ids=["over since yesterday", "nobody is kept away"],
)
def test_a_protection_flag_that_protects_nobody_is_refused(changes: dict[str, Any], code: RefusalCode):
    """A slip in the year must not leave a person unprotected without a word; the last day itself still counts."""
    kind = CATALOGUE["ProtectionFlagSet"]
    flag = publishable.record_of(kind)
    today = date(2026, 5, 29)

    found = judged(kind.cls.from_avro({**flag, "until": today, **changes}))

    assert isinstance(found, Rejected)
    assert code is found.error.code
    assert isinstance(judged(kind.cls.from_avro({**flag, "until": today})), Admitted)
