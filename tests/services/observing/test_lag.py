"""How far each worker is, look after look: what grows with the clock, what stands still, and what is not told any more."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.observing.domain import lag
from services.observing.domain.lag import FORGET_MS, PartitionLag, Place, Seen, Worker

INBOX = Place("coordination", "coordination", "990019.coordination.inbox", 3)
OTHER = INBOX._replace(partition=4)
NAME = ("coordination", "coordination")
NEVER = -1


@dataclass
class Watch:
    """An observer that looks when it is told to; time in seconds from its first look."""

    now: int = 1_800_000_000_000
    known: dict[Place, PartitionLag] = field(default_factory=dict)

    def look(self, seen: dict[Place, Seen], since: dict[Place, float] | None = None) -> Watch:
        """One look; ``since``: how many seconds ago what waits was written, where the observer asks for it."""
        asked = lag.to_ask(self.known, seen)
        written = {place: self.now - round(ago * 1000) for place, ago in (since or {}).items() if place in asked}
        self.known = lag.after(self.known, seen, written, self.now)
        return self

    def later(self, seconds: float) -> Watch:
        """Time passes."""
        self.now += round(seconds * 1000)
        return self

    @property
    def told(self) -> Worker:
        """What is told of the worker now."""
        return lag.workers(self.known, self.now)[NAME]


def test_who_has_read_everything_has_no_lag():
    """Committed is the end: 0, however long ago the last record came."""
    watch = Watch().look({INBOX: Seen(0, 40, 40)}).later(50)

    assert Worker(0.0, 0, 0.0, 40) == watch.told


def test_a_killed_worker_lags_by_one_second_each_second():
    """Also between two looks, and without asking the broker again since when it waits."""
    watch = Watch().look({INBOX: Seen(0, 40, 40)}).later(5).look({INBOX: Seen(0, 42, 40)}, {INBOX: 3.0})
    assert (3.0, 2) == (watch.told.seconds, watch.told.records)

    assert 23.0 == watch.later(20).told.seconds
    assert {} == lag.to_ask(watch.known, {INBOX: Seen(0, 60, 40)})
    assert (33.0, 20) == (watch.later(10).look({INBOX: Seen(0, 60, 40)}).told.seconds, watch.told.records)


def test_it_returns_to_0_when_the_worker_has_caught_up():
    """At once with the look that sees it."""
    watch = Watch().look({INBOX: Seen(0, 42, 40)}, {INBOX: 90.0}).later(5).look({INBOX: Seen(0, 42, 42)})

    assert Worker(0.0, 0, 0.0, 42) == watch.told


def test_one_partition_that_stands_still_is_seen_among_those_that_move():
    """A worker that is stopped in one place (SIGSTOP, a record that hangs) is as late as that place; the sum of records would not show it."""
    watch = Watch().look({INBOX: Seen(0, 41, 40), OTHER: Seen(0, 9, 8)}, {INBOX: 1.0, OTHER: 1.0})
    for turn in range(1, 13):
        watch.later(5).look({INBOX: Seen(0, 41, 40), OTHER: Seen(0, 9 + turn, 8 + turn)}, {OTHER: 0.5})

    assert (61.0, 60.0, 2) == (watch.told.seconds, watch.told.commit_age, watch.told.records)


def test_a_worker_that_moves_and_cannot_keep_up_lags_and_is_not_stuck():
    """Its commits are young; what it reads is old."""
    watch = Watch().look({INBOX: Seen(0, 100, 10)}, {INBOX: 300.0}).later(5).look({INBOX: Seen(0, 160, 15)}, {INBOX: 301.0})

    assert (301.0, 0.0, 145) == (watch.told.seconds, watch.told.commit_age, watch.told.records)


def test_what_was_committed_is_as_old_as_what_waits_where_nothing_waited_before():
    """Between two looks a record came and nobody took it: the worker has not moved since then."""
    watch = Watch().look({INBOX: Seen(0, 40, 40)}).later(5).look({INBOX: Seen(0, 41, 40)}, {INBOX: 4.0})

    assert 4.0 == watch.told.commit_age


def test_an_observer_that_was_started_again_does_not_know_when_a_worker_last_moved():
    """It counts from its first look; since when the record waits, the broker tells it."""
    watch = Watch().look({INBOX: Seen(0, 41, 40)}, {INBOX: 500.0}).later(10).look({INBOX: Seen(0, 41, 40)})

    assert (510.0, 10.0) == (watch.told.seconds, watch.told.commit_age)


def test_a_group_that_never_committed_reads_from_the_beginning_of_the_log():
    """All that is there waits, from its first record on."""
    watch = Watch().look({INBOX: Seen(5, 9, NEVER)}, {INBOX: 70.0})

    assert 5 == Seen(5, 9, NEVER).waiting
    assert Worker(70.0, 4, 0.0, 0) == watch.told


def test_a_group_that_never_committed_has_no_lag_where_nothing_was_ever_written():
    """An empty town is no late town."""
    assert Worker(0.0, 0, 0.0, 0) == Watch().look({INBOX: Seen(0, 0, NEVER)}).told


def test_what_retention_has_taken_from_behind_a_worker_makes_no_phantom_lag():
    """The log begins after what was committed: what is gone waits for nobody, and is asked for no more."""
    watch = Watch().look({INBOX: Seen(0, 50, 10)}, {INBOX: 600_000.0}).later(5).look({INBOX: Seen(48, 50, 10)}, {INBOX: 20.0})
    assert (20.0, 2) == (watch.told.seconds, watch.told.records)

    assert Worker(0.0, 0, 0.0, 10) == watch.later(5).look({INBOX: Seen(50, 50, 10)}).told


def test_an_end_that_was_read_before_a_commit_gives_no_lag_below_zero():
    """The worker was faster than the look."""
    assert 0 == Watch().look({INBOX: Seen(0, 40, 43)}).told.records


def test_a_rebalance_changes_nothing_of_what_waits():
    """Nobody has the partition for a while: what was committed stays, and time passes."""
    watch = Watch().look({INBOX: Seen(0, 41, 40)}, {INBOX: 2.0})
    for _ in range(4):
        watch.later(5).look({INBOX: Seen(0, 41, 40)})

    assert (22.0, 1) == (watch.told.seconds, watch.told.records)
    assert 0.0 == watch.later(1).look({INBOX: Seen(0, 41, 41)}).told.seconds


def test_offsets_that_were_set_back_are_a_move():
    """An operator has the worker read again from 10: it has moved, and is late by what it reads again."""
    watch = Watch().look({INBOX: Seen(0, 41, 40)}, {INBOX: 2.0}).later(60).look({INBOX: Seen(0, 41, 10)}, {INBOX: 900.0})

    assert (900.0, 0.0) == (watch.told.seconds, watch.told.commit_age)


def test_while_the_broker_is_away_what_waits_goes_on_waiting_and_then_nothing_is_claimed():
    """Nobody can commit without a broker. After a minute unknown is told as unknown: neither the last figure nor 0."""
    watch = Watch().look({INBOX: Seen(0, 41, 40)}, {INBOX: 2.0}).later(FORGET_MS / 1000).look({})
    assert 62.0 == watch.told.seconds

    watch.later(1)
    assert {} == lag.workers(watch.known, watch.now)
    assert {} == watch.look({}).known


def test_a_partition_without_a_leader_is_told_a_while_longer_and_the_others_go_on():
    """One broker of three is away."""
    watch = Watch().look({INBOX: Seen(0, 41, 40), OTHER: Seen(0, 8, 8)}, {INBOX: 2.0}).later(30).look({OTHER: Seen(0, 9, 9)})
    assert 32.0 == watch.told.seconds

    assert Worker(0.0, 0, 0.0, 9) == watch.later(40).look({OTHER: Seen(0, 9, 9)}).told


def test_where_it_could_not_be_asked_since_when_the_last_answer_is_a_bound():
    """The worker has moved on: what waits now has not been waiting longer than what waited before it."""
    watch = Watch().look({INBOX: Seen(0, 41, 40)}, {INBOX: 10.0}).later(5).look({INBOX: Seen(0, 60, 50)})

    assert (15.0, 0.0) == (watch.told.seconds, watch.told.commit_age)


def test_where_it_was_never_learnt_since_when_there_are_records_and_no_seconds():
    """And the next look asks again."""
    watch = Watch().look({INBOX: Seen(0, 41, 40)})

    assert (None, 1) == (watch.told.seconds, watch.told.records)
    assert {INBOX: 40} == lag.to_ask(watch.known, {INBOX: Seen(0, 41, 40)})
