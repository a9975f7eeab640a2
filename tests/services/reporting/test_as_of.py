"""Any projection as it stood: by the broker's clock, or by the positions that a reported figure names."""

from __future__ import annotations

import pytest

from kernel.memory import MemoryRecord
from kernel.records import TP
from services.reporting import as_of
from services.reporting.closing import positions_text
from services.reporting.projections.monthly import Monthly
from services.reporting.projections.timeline import Timeline
from tests.services.reporting.facts import record
from tests.services.reporting.test_monthly import VISIT

LOG, NAMES = TP("outreach.log", 0), {"outreach.log": "outreach"}
VISITS: list[MemoryRecord] = [record(VISIT, LOG.topic, number, key=key, seq=seq, at=1_000 * number)
                              for number, (key, seq) in enumerate((("a", 1), ("b", 1), ("a", 2), ("a", 3)))]


def contacts(records: list[MemoryRecord]) -> int:
    """How many visits the figures then had."""
    tables, out = as_of.rows(Monthly(), {LOG: records}, NAMES)
    assert 0 == out
    return sum(value for table, rows in tables if table.name == "monthly" for _, metric, divided, _, value in rows if (metric, divided) == ("outreach_contacts", ""))


@pytest.mark.parametrize(("at", "expected"), [(-1, 0), (0, 1), (1_999, 2), (2_000, 3), (10_000, 4)])
def test_a_moment_shows_what_lay_in_the_log_then(at: int, expected: int):
    """By the time at which the broker took each record."""
    assert expected == contacts(list(as_of.until(VISITS, at)))


def test_the_positions_of_a_reported_figure_show_what_it_stands_on():
    """They are written and read in the same form."""
    text = positions_text({"outreach": {0: 3, 1: 0}, "consent": {0: 9}})

    assert {("consent", 0): 9, ("outreach", 0): 3, ("outreach", 1): 0} == as_of.positions(text)
    assert 3 == contacts(list(as_of.before(VISITS, as_of.positions(text)["outreach", 0])))


def test_one_case_alone_can_be_asked_for():
    """Nothing of others is read."""
    tables, _ = as_of.rows(Timeline(), {LOG: VISITS}, NAMES, "b")

    assert [["b"]] == [[row[0] for row in rows] for _, rows in tables]


def test_a_repeated_send_counts_once():
    """As in the tables."""
    again = MemoryRecord(*LOG, 4, 4_000, VISITS[1].key, VISITS[1].value, VISITS[1].headers)

    assert 4 == contacts([*VISITS, again])
