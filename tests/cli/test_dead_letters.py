"""Dead letters are shown by their shape: whatever they hold, no letter and no digit of it comes out."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from cli.dead_letters import COLUMNS, UNKNOWN, masked, shape
from contracts.catalogue import CATALOGUE
from contracts.consultation import SignalReceived
from contracts.shared import Channel, RefusalCode
from kernel import serde
from kernel.deadletters import dead_letter
from kernel.failures import PoisonError
from services.intake.dead import Kept, buried

TEXT = "山田太郎 090-1234-5678 yamada@example.jp"
SIGNAL = serde.encode(SignalReceived(person="p", channel=Channel.MEETING, area_code="990019-01"))
NUMBERS = ("partition", "offset", "size", "schema_id", "printable_percent")
WORDS = {"0x00", "other", "empty", UNKNOWN, *CATALOGUE, *(code.value for code in RefusalCode)}


def letter(value: bytes, *headers: tuple[str, bytes], code: RefusalCode = RefusalCode.UNDECODABLE) -> dict[str, object]:
    """The row of a record from the elder centre's outbox."""
    record = Kept("990019.agency.elder.outbox", 0, 17, 0, TEXT.encode(), value, headers)
    return masked(dict(buried(record, PoisonError(code, TEXT), "990019.intake.dead-letters", "intake").headers), value)


def test_a_dead_letter_shows_where_it_came_from_and_why():
    """Enough to ask the sender; the key and what the code named are left out."""
    row = letter(SIGNAL + TEXT.encode())

    assert ("990019.agency.elder.outbox", "0", "17", "UNDECODABLE") == tuple(row[name] for name in ("topic", "partition", "offset", "code"))
    assert ("0x00", "SignalReceived", len(SIGNAL + TEXT.encode())) == (row["framing"], row["type"], row["size"])


def test_a_long_one_has_its_original_size():
    """What was cut off counts."""
    value = bytes(900_000)

    assert 900_000 == letter(value)["size"]


@given(value=st.binary() | st.text().map(str.encode) | st.binary(max_size=4).map(lambda some: b"\0" + some + TEXT.encode()))
def test_no_value_can_print_anything_but_our_own_words_and_numbers(value: bytes):
    """A schema id that is not ours is four bytes of somebody's text."""
    row = shape(value)

    for name, cell in row.items():
        assert cell in WORDS if name not in NUMBERS else cell == UNKNOWN or isinstance(cell, int)


@given(names=st.lists(st.sampled_from(["topic", "partition", "offset", "timestamp"])), text=st.text(min_size=1).map(lambda text: TEXT + text))
def test_no_header_can_print_a_text_either(names: list[str], text: str):
    """Even if somebody had written our own notes."""
    notes = {f"dlq.original.{name}": text.encode() for name in names}

    row = masked(notes | {"dlq.error.message": text.encode(), "dlq.cut": f"1/{text}/1".encode(), text: text.encode()}, b"")

    assert {UNKNOWN} == {row[name] for name in ("topic", "partition", "offset", "code")}
    assert set(COLUMNS) == {"time", "service", *row}
    assert not [part for part in TEXT.split() if part in json.dumps(row, ensure_ascii=False)]


def test_every_code_that_is_written_is_shown():
    """The viewer reads what the kernel writes."""
    for code in RefusalCode:
        record = Kept("990019.consent.inbox", 3, 4, 0, None, None, ())
        row = masked(dict(dead_letter(record, PoisonError(code), "990019.consent.dead-letters", "consent").headers), b"")

        assert (code.value, "990019.consent.inbox", "empty") == (row["code"], row["topic"], row["framing"])
