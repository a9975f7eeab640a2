"""CloudEvents headers: read, written, refused."""

from __future__ import annotations

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from hypothesis import given
from hypothesis import strategies as st

from contracts.shared import RefusalCode
from kernel import envelope
from kernel.envelope import MAX_HEADERS, MAX_LENGTH, Envelope, header, read
from kernel.failures import PoisonError

GOOD = Envelope(id="m1", source="elder", type="tsunagu.envelope.Tick", subject="k")
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs", "Cf", "Cn", "Co"]), min_size=1, max_size=40)


def without(name: str) -> list[tuple[str, bytes]]:
    """The good headers with one missing."""
    return [(each, value) for each, value in GOOD.headers() if each != name]


@given(id=TEXTS, source=TEXTS, type=TEXTS, subject=TEXTS, agency=TEXTS, seq=st.integers(1, 10**12), recorded_time=st.integers(1, 10**14))
def test_what_is_written_is_read(**fields: object):
    """Every attribute survives the headers."""
    written = Envelope(**fields)  # type: ignore[arg-type]

    assert written == read(written.subject.encode(), written.headers())


def test_the_headers_are_a_cloudevent_to_others():
    """The reference library of CloudEvents reads them in Kafka binary mode."""
    sent = Envelope(id="m1", source="elder", type="a.B", subject="k", time="2026-05-01T09:00:00Z", agency="elder")

    event = from_binary_event(KafkaMessage(headers=dict(sent.headers()), key=b"k", value=b"\x00"))

    assert ("m1", "elder", "a.B", "k") == (event.get_id(), event.get_source(), event.get_type(), event.get_subject())
    assert ("elder", "application/avro") == (event.get_extension("agency"), event.get_datacontenttype())


@pytest.mark.parametrize("name", ["ce_id", "ce_source", "ce_type"])
def test_a_required_header_that_is_missing_is_refused(name: str):
    """With the name of the header, so that the sender can mend it."""
    with pytest.raises(PoisonError) as caught:
        read(b"k", without(name))

    assert (RefusalCode.HEADER_MISSING, name) == (caught.value.code, caught.value.where)


@pytest.mark.parametrize("extra", [
    ("ce_id", b"again"), ("ce_seq", b"-1"), ("ce_seq", b"1e3"), ("ce_seq", b"\xd9\xa3"), ("ce_seq", b"9" * 16), ("ce_agency", b"\xff"),
    ("ce_agency", b"a\x1fb"), ("ce_agency", b"a\nb"), ("ce_agency", b"a" * (MAX_LENGTH + 1)), ("ce_time", "2026\u2028".encode()),
])
def test_a_header_that_is_twice_or_unreadable_is_refused(extra: tuple[str, bytes]):
    """Control characters would let two causes look like one; long texts do not belong into headers."""
    with pytest.raises(PoisonError) as caught:
        read(b"k", [*GOOD.headers(), extra])

    assert RefusalCode.HEADER_INVALID == caught.value.code
    assert f"HEADER_INVALID {extra[0]}" == str(caught.value)


@pytest.mark.parametrize(("name", "value"), [("ce_specversion", b"0.3"), ("content-type", b"application/json")])
def test_another_version_or_content_type_is_refused(name: str, value: bytes):
    """Nothing is guessed."""
    with pytest.raises(PoisonError) as caught:
        read(b"k", [*without(name), (name, value)])

    assert RefusalCode.HEADER_INVALID == caught.value.code


@pytest.mark.parametrize("key", [None, b"", b"\xff\xfe", b"a\x00b", b"other", b"k" * (MAX_LENGTH + 1)])
def test_a_key_that_is_missing_unreadable_or_not_the_subject_is_refused(key: bytes | None):
    """The key decides the order; it must be what the sender says it is."""
    with pytest.raises(PoisonError) as caught:
        read(key, GOOD.headers())

    assert RefusalCode.KEY_MISMATCH == caught.value.code


def test_too_many_headers_are_refused_and_unknown_ones_passed_over():
    """A stranger's headers do no harm, in measure."""
    assert GOOD == read(b"k", [*GOOD.headers(), ("x-request", b"\xff")])
    with pytest.raises(PoisonError):
        read(b"k", [*GOOD.headers(), *[("x", b"")] * MAX_HEADERS])


def test_one_header_can_be_asked_for():
    """Readers that need one attribute need not read all."""
    assert (b"m1", None) == (header(GOOD.headers(), "ce_id"), header(GOOD.headers(), envelope.POSITION))


def test_a_replay_reads_the_origin_of_a_log_record_as_the_whole_envelope_has_it():
    """Key, place and cause are the same, read lightly or in full."""
    written = Envelope(id="e", source="tsunagu.x", type="t", subject="case", seq=7, causation_source="elder", causation_id="m", input_digest="d")
    key, headers = b"case", tuple(written.headers())
    full, light = envelope.read(key, headers), envelope.origin(key, headers)

    assert ("case", 7, "elder", "m", "d") == light
    assert (full.subject, full.seq, full.causation_source, full.causation_id, full.input_digest) == light


@pytest.mark.parametrize("broken", ["no key", "another subject", "a header twice", "no place", "no cause", "a place that is no number"])
def test_an_origin_that_contradicts_itself_is_poison(broken: str):
    """A log of ours is never unreadable; if it is, the process must not go on."""
    written = Envelope(id="e", source="tsunagu.x", type="t", subject="case", seq=7, causation_source="elder", causation_id="m", input_digest="d")
    headers = written.headers()
    without = {"no place": "ce_seq", "no cause": "ce_causationid"}.get(broken)
    found = [pair for pair in headers if pair[0] != without]
    if broken == "a header twice":
        found.append(("ce_seq", b"8"))
    if broken == "a place that is no number":
        found = [(name, b"x" if name == "ce_seq" else value) for name, value in found]

    with pytest.raises(PoisonError):
        envelope.origin({"no key": None, "another subject": b"other"}.get(broken, b"case"), found)
