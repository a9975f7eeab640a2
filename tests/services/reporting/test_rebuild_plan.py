"""What a rebuild predicts, and how it reads envelopes fast: pure."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import envelope
from kernel.envelope import Envelope
from kernel.failures import PoisonError
from services.reporting import attributes
from services.reporting.rebuild import eta
from services.reporting.rebuild.eta import Left


def test_whoever_is_free_takes_the_longest_that_is_left():
    """Two workers of one rate: 6 and 3+3; without stealing of whole partitions it would be longer."""
    assert 6.0 == eta.makespan([3, 3, 6], [1.0, 1.0])
    assert 4.0 == eta.makespan([1] * 8, [1.0, 1.0])
    assert 10.0 == eta.makespan([10, 1, 1], [1.0, 1.0])
    assert 0.0 == eta.makespan([], [5.0])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=60), st.integers(1, 8))
def test_the_end_is_between_the_even_share_and_one_more_item(items: list[int], workers: int):
    """Longest first is never worse than the even share and the longest item together."""
    found = eta.makespan(items, [1.0] * workers)

    assert max(sum(items) / workers, max(items)) - 1e-6 <= found <= sum(items) / workers + max(items)


def test_a_phase_is_predicted_from_what_it_took_before():
    """Seconds for each record, the middle of the earlier ones; unknown the first time."""
    assert Left(eta.UNKNOWN) == eta.by_history(100, [])
    assert Left(2.0, 0.0) == eta.by_history(200, [{"events": 100, "seconds": 1.0}])


def test_what_grows_faster_than_it_is_read_is_never_caught_up():
    """Backlog by rate less inflow."""
    assert Left(10.0) == eta.catching_up(1_000, 200.0, 100.0)
    assert Left(eta.UNKNOWN) == eta.catching_up(1_000, 100.0, 100.0)


TEXT = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(["0", "12", "-1", "²", "1.0", "2.0", "application/avro", "case", "\n", "x" * 600])
NAMES = st.sampled_from([*envelope._NAMES.values(), "ce_specversion", "content-type", "other"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.none(), TEXT), st.lists(st.tuples(NAMES, TEXT | st.binary(max_size=4)), max_size=12))
def test_a_fast_envelope_is_the_kernels(key: str | None, found: list[tuple[str, str | bytes]]):
    """Whatever the headers: the same attributes, or the same refusal."""
    headers = [("ce_id", b"1"), ("ce_source", b"a"), ("ce_type", b"t"), *((name, text if isinstance(text, bytes) else text.encode()) for name, text in found)]
    raw = None if key is None else key.encode()

    assert _read(envelope.read, raw, headers) == _read(attributes.read, raw, headers)


def test_a_usual_envelope_is_read_fast(monkeypatch: pytest.MonkeyPatch):
    """What our functions write never takes the long way."""
    usual = Envelope(id="1", source="tsunagu.consent", type="t", subject="case", seq=3, recorded_time=7, causation_id="c", agency="elder")
    headers = usual.headers()
    monkeypatch.setattr(envelope, "read", lambda key, headers: pytest.fail("the long way"))

    found = attributes.read(b"case", headers)

    assert _said(usual) == _said(found)
    with pytest.raises(AttributeError):
        found.nothing  # noqa: B018


def _said(found: Envelope) -> dict[str, object]:
    return {field.name: getattr(found, field.name) for field in fields(Envelope)}


def _read(how, key, headers) -> object:
    try:
        return _said(how(key, headers))
    except PoisonError as error:
        return error.code
