"""Sealing: what is personal leaves the body, part by part, and comes back only with its key."""

from __future__ import annotations

import pytest

from contracts.consultation import ConsultationReceived
from contracts.coordination import CoordinationReferred
from contracts.envelope import SealedEvent
from contracts.shared import DataCategory, Field, PersonalItem, ReferralReason, RefusalCode, VisitorRelation
from kernel import serde
from kernel.failures import IntegrityError, PoisonError
from kernel.sealing import Key, open_part, put_together, seal, take_apart

MOTHER, SON = "a" * 32, "b" * 32
KEYS = {MOTHER: Key("key-mother", bytes(range(32))), SON: Key("key-son", bytes(range(32, 64)))}
ITEMS = (
    PersonalItem(person=SON, category=DataCategory.HEALTH, code="h1", text="眠れていない"),
    PersonalItem(person=MOTHER, category=DataCategory.ECONOMIC, code="e1", text="年金のみ"),
    PersonalItem(person=SON, category=DataCategory.HEALTH, code="h2", text="通院なし"),
)
EVENT = ConsultationReceived(
    person=MOTHER, field=Field.ELDER, visitor_relation=VisitorRelation.SELF, name="髙橋 𠮷\U000e0100子", wish="家で暮らしたい", items=ITEMS,
)


def sealed(event: ConsultationReceived = EVENT, origin_id: str = "m1") -> SealedEvent:
    """As the front door seals it."""
    body, parts = take_apart(event)
    return seal(body, parts, "elder", origin_id, KEYS)


def opened(found: SealedEvent, *categories: DataCategory) -> list[list[tuple[str, object]]]:
    """The parts of these categories, opened; all of them when none is named."""
    return [open_part(found, part, KEYS[part.person]) for part in found.parts if not categories or part.category in categories]


def test_what_is_sealed_comes_back_whole():
    """Rare characters and the order of a list included."""
    assert EVENT == put_together(sealed(), opened(sealed()))


def test_the_body_shows_nothing_personal():
    """Only codes and pseudonyms stay in the clear."""
    body = serde.decode(sealed().body)

    assert (MOTHER, Field.ELDER, None, None, ()) == (body.person, body.field, body.name, body.wish, body.items)
    assert not any(word.encode() in serde.encode(sealed()) for word in ("髙橋", "家で", "眠れ", "年金"))


def test_there_is_one_part_for_each_person_and_category():
    """So that the gate can let one through and keep another."""
    codes = [(part.person, part.category, part.key_id) for part in sealed().parts]

    assert [
        (MOTHER, DataCategory.LIFE_HISTORY, "key-mother"), (MOTHER, DataCategory.BASIC, "key-mother"),
        (SON, DataCategory.HEALTH, "key-son"), (MOTHER, DataCategory.ECONOMIC, "key-mother"),
    ] == codes


def test_a_withheld_part_is_simply_absent():
    """The redacted event is valid under the same schema; the rest keeps its order."""
    shown = put_together(sealed(), opened(sealed(), DataCategory.HEALTH, DataCategory.BASIC))

    assert (EVENT.name, None, (ITEMS[0], ITEMS[2])) == (shown.name, shown.wish, shown.items)
    assert shown == serde.decode(serde.encode(shown))


def test_sealing_twice_gives_the_same_bytes():
    """An honest retry must not look like tampering."""
    assert serde.encode(sealed()) == serde.encode(sealed())
    assert sealed().parts[0].ciphertext != sealed(origin_id="m2").parts[0].ciphertext


@pytest.mark.parametrize("change", [
    {"origin_id": "m2"}, {"origin_type": "tsunagu.other"}, {"body": b""},
])
def test_a_part_opens_only_where_it_was_sealed(change: dict[str, object]):
    """It is bound to its event and type; the body is not bound, since the same parts travel with derived events."""
    found = sealed()
    record = {**found.to_avro(), **change}
    moved = SealedEvent.from_avro(record)

    if "body" in change:
        assert opened(moved)
    else:
        with pytest.raises(IntegrityError):
            opened(moved)


def test_a_part_under_another_category_or_person_or_key_does_not_open():
    """A code cannot be exchanged to slip past the gate."""
    found = sealed()
    health = next(part for part in found.parts if part.category == DataCategory.HEALTH)
    renamed = type(health).from_avro({**health.to_avro(), "category": "BASIC"})
    tampered = type(health).from_avro({**health.to_avro(), "ciphertext": health.ciphertext[:-1] + b"\x00"})

    for part, key in ((renamed, KEYS[SON]), (tampered, KEYS[SON]), (health, KEYS[MOTHER]), (health, Key("other", KEYS[SON].secret))):
        with pytest.raises(IntegrityError):
            open_part(found, part, key)


def test_parts_open_into_a_derived_event_as_far_as_it_has_the_fields():
    """A referral carries the sealed parts of the consultation that caused it; unknown paths fall away."""
    referral = CoordinationReferred(person=MOTHER, to_agency="coordinator", reason=tuple(ReferralReason)[1])
    found = sealed()
    derived = SealedEvent.from_avro({**found.to_avro(), "body": serde.encode(referral)})

    shown = put_together(derived, opened(derived))

    assert (EVENT.name, EVENT.wish, ITEMS, "coordinator") == (shown.name, shown.wish, shown.items, shown.to_agency)


@pytest.mark.parametrize("item", [
    PersonalItem(person="", category=DataCategory.HEALTH, code="", text="x"),
    PersonalItem(person=SON, category=DataCategory.UNMAPPED, code="", text="x"),
])
def test_a_personal_field_without_person_or_category_is_refused(item: PersonalItem):
    """An unlabelled fact cannot be guarded."""
    with pytest.raises(PoisonError) as caught:
        take_apart(EVENT.changed(items=(item,)))

    assert (RefusalCode.UNLABELLED, "items") == (caught.value.code, caught.value.where)


def test_an_event_without_personal_content_has_no_parts():
    """Empty fields are not sealed."""
    bare = EVENT.changed(name=None, wish=None, items=())

    assert (bare, ()) == take_apart(bare)


def test_a_key_does_not_show_its_secret():
    """Not even by accident, in a trace."""
    assert "Key(key-mother)" == repr(KEYS[MOTHER])
