"""What a process counts, logs and answers about itself."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from kernel import control, log
from kernel.meter import OUTCOMES
from kernel.telemetry import Telemetry


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log goes; the test run's own logging is put back afterwards."""
    root = logging.getLogger()
    before = list(root.handlers), root.level
    found = io.StringIO()
    log.configure("intake", found)
    yield found
    root.handlers[:], root.level = before


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """The log as values."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_every_label_is_there_from_the_start():
    """A rate of something that has not happened yet is 0, not missing."""
    telemetry = Telemetry("intake")
    telemetry.meter("consultation")

    values = [telemetry.registry.get_sample_value(
        "tsunagu_messages_total", {"service": "intake", "worker": "consultation", "outcome": outcome}) for outcome in OUTCOMES]

    assert [0.0] * len(OUTCOMES) == values
    assert all(metric.name.startswith("tsunagu_") for metric in telemetry.registry.collect())


def test_a_process_lives_while_its_workers_move(monkeypatch: pytest.MonkeyPatch):
    """A hung batch is not alive; a worker that waits for the broker is."""
    now = 0.0
    monkeypatch.setattr("kernel.telemetry.time.monotonic", lambda: now)
    telemetry = Telemetry("intake")
    meter = telemetry.meter("consultation")
    meter.began()
    now = 40.0
    assert ["event loop", "consultation"] == telemetry.sick()

    telemetry.turn()
    meter.stalled(True)

    assert [] == telemetry.sick()


def test_a_worker_is_ready_while_it_has_its_partitions(monkeypatch: pytest.MonkeyPatch):
    """Not before it took them, not while they are given out anew; a process is as ready as its least ready worker."""
    telemetry = Telemetry("intake")
    first, second = telemetry.meter("consultation"), telemetry.meter("outreach")

    first.took([1])
    second.took([1])
    both = telemetry.unready()
    first.lost()
    one = telemetry.unready()
    first.took([])

    assert ([], ["consultation"], []) == (both, one, telemetry.unready())


def test_a_worker_that_waits_for_long_is_not_ready_but_lives(monkeypatch: pytest.MonkeyPatch):
    """A short wait is nothing; the clock runs from its beginning, however often it is told; its end is its end."""
    now = 0.0
    monkeypatch.setattr("kernel.telemetry.time.monotonic", lambda: now)
    telemetry = Telemetry("intake")
    meter = telemetry.meter("consultation")
    meter.took([1])
    meter.stalled(True)
    now = 9.0
    meter.stalled(True)
    short = telemetry.unready()
    now = 11.0
    telemetry.turn()
    long = telemetry.unready()
    meter.stalled(False)

    assert ([], ["consultation"], [], []) == (short, long, telemetry.unready(), telemetry.sick())


def test_unknown_fields_are_dropped(stream: io.StringIO):
    """The list of fields is closed, so that no value slips in."""
    log.logger().warning("poison", reason="BAD_MAGIC", offset=3, name="髙橋", value=b"secret")

    (line,) = lines(stream)
    assert {"event": "poison", "reason": "BAD_MAGIC", "offset": 3, "service": "intake", "level": "warning"} == {
        key: value for key, value in line.items() if key != "timestamp"}


def test_an_exception_shows_where_but_not_what(stream: io.StringIO):
    """Its text may quote what it stumbled over."""
    try:
        int("髙橋")
    except ValueError as error:
        log.logger().error("stopped", exc_info=error)

    (line,) = lines(stream)
    assert "ValueError" == line["error"]
    assert "tests/kernel/test_telemetry.py" in str(line["where"])
    assert "髙橋" not in stream.getvalue()


def test_a_librarys_line_shows_its_template_only(stream: io.StringIO):
    """And at most once in a while."""
    for _ in range(3):
        logging.getLogger("aiokafka").error("cannot reach %s", "secret")
    logging.getLogger("aiokafka").error("cannot reach secret {'a': 1}")
    logging.getLogger("aiokafka").info("progress")

    assert ["cannot reach %s", "message withheld"] == [line["event"] for line in lines(stream)]
    assert "secret" not in stream.getvalue()


def test_an_order_is_read_as_it_was_written():
    """What is no order is an error."""
    order = control.Order("consent", control.Command.PAUSE)

    assert order == control.read(order.encode())
    for wrong in (None, b"", b"[]", b'{"service": 1}', b'{"service": "consent", "command": "explode"}'):
        with pytest.raises(ValueError):
            control.read(wrong)
