"""Since when a record waits, from a broker that says only which record is the first at or after a moment."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from services.observing.domain.search import NEAR_MS, NEAR_SHARE, search

NOW = 1_800_000_000_000
WEEK_MS = 7 * 24 * 3_600_000
MOST_QUESTIONS = 16
Log = dict[int, int]
"""When each record was written, by its offset."""


def first_from(log: Log, moment: int) -> tuple[int | None, int]:
    """What the broker answers: the first record at or after a moment, and its time."""
    return next(((offset, at) for offset, at in sorted(log.items()) if at >= moment), (None, -1))


def found(log: Log, offset: int, now: int = NOW) -> tuple[int | None, int]:
    """What the search finds, and how many questions that took."""
    sought, questions = search(offset, now), 0
    while not sought.done and questions < MOST_QUESTIONS:
        asked = sought.question()
        sought = sought.answered(asked, *first_from(log, asked))
        questions += 1
    return sought.low, questions


def test_a_record_that_was_just_written_is_found_with_a_few_questions():
    """As nearly always, when all is well."""
    low, questions = found({7: NOW - 40_000, 8: NOW - 600}, 8)

    assert (NOW - 600, True) == (low, questions <= 2)


def test_the_only_record_that_waits_is_found_to_the_millisecond():
    """It is itself the first from any moment after the one before it."""
    for age in (1, 999, 20_000, 3_600_000, WEEK_MS):
        assert NOW - age == found({3: NOW - 2 * WEEK_MS, 4: NOW - age}, 4)[0]


def test_records_that_were_written_together_share_their_time():
    """The broker stamps a batch: the first from then on is not the one that waits, and its time is."""
    batch = {offset: NOW - 5_000 for offset in range(100, 200)}

    assert NOW - 5_000 == found({99: NOW - 9_000} | batch, 170)[0]


def test_what_retention_has_taken_away_waits_for_nobody():
    """The log has moved on since it was asked where it begins: the oldest that is there counts."""
    assert NOW - 8_000 == found({50: NOW - 8_000, 51: NOW - 3_000}, 20)[0]


def test_an_emptied_log_has_nothing_that_waits():
    """Everything went while it was asked."""
    assert NOW == found({}, 20)[0]


def test_a_broker_whose_clock_is_ahead_tells_no_waiting_time_below_zero():
    """Its time lies after now, and is told as it is."""
    assert NOW <= (found({5: NOW + 4_000}, 5)[0] or 0)


@given(st.lists(st.integers(0, WEEK_MS // 4), min_size=1, max_size=60), st.data())
def test_any_record_of_any_log_is_found_near_enough_with_few_questions(gaps: list[int], data: st.DataObject):
    """Never later than it was written, so that no waiting time is told too short; earlier by a quarter of a second or three hundredths at most."""
    times = [NOW - sum(gaps) + passed for passed in accumulate(gaps)]
    log = dict(enumerate(sorted(times), start=1_000))
    offset = data.draw(st.sampled_from(sorted(log)))
    low, questions = found(log, offset)

    assert low is not None and low <= log[offset] and questions <= MOST_QUESTIONS
    assert log[offset] - low <= max(NEAR_MS, (NOW - low) * NEAR_SHARE)
