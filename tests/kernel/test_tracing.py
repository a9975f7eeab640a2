"""One trace from the front door to the agency's inbox: a span for each hop, the same ones whenever the same records are seen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cli.day import story
from cli.day.player import Day
from kernel.envelope import header
from kernel.records import Outgoing
from kernel.spans import Hop, Tracer, hops
from kernel.tracing import child, context_of, parsed, span_of, trace_of
from tests.scenarios.memory_stage import MemoryStage

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = f"00-{TRACE}-{SPAN}-01"
ID = "b4e7f0a2-53e0-4f0e-9a33-0123456789ab"


def test_a_child_is_of_the_same_trace_with_a_span_of_its_own():
    """What the hop is and what it makes says which span; nothing is drawn by lot."""
    found = child(GIVEN, "consultation", ID)

    assert f"00-{TRACE}-{span_of('consultation', ID)}-01" == found == child(GIVEN, "consultation", ID)
    assert 4 == len({found, GIVEN, child(GIVEN, "courier", ID), child(GIVEN, "consultation", "another")})
    assert parsed(found)


@pytest.mark.parametrize("wrong", [
    "", "x", "00-abc-def-01", f"ff-{TRACE}-{SPAN}-01", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", GIVEN.upper(), GIVEN + "-more",
])
def test_what_is_none_is_not_carried_on(wrong: str):
    """And none is made up: the bytes of a log are those of what was sent."""
    assert (None, "") == (parsed(wrong), child(wrong, "consultation", ID))


def test_without_a_traceparent_the_correlation_says_which_trace():
    """It travels with every record, so every hop finds the same; an agency's own record has no span that we know."""
    first = {"ce_id": ID.encode(), "ce_source": b"elder"}
    later = {"ce_id": b"other", "ce_source": b"tsunagu.consultation", "ce_correlationid": ID.encode()}

    assert (ID.replace("-", ""), "") == context_of(first, outbox=True)
    assert (ID.replace("-", ""), span_of("intake", ID)) == context_of(first)
    assert (ID.replace("-", ""), span_of("consultation", "other")) == context_of(later)
    assert (TRACE, SPAN) == context_of({**later, "traceparent": GIVEN.encode()})
    assert None is context_of({})
    assert re.fullmatch("[0-9a-f]{32}", trace_of("no uuid"))


class Traced(MemoryStage):
    """A town whose agencies send a traceparent with everything, each message a trace of its own."""

    def post(self, agency: str, *drafts: Any) -> int:
        """See Stage."""
        for each in drafts:
            trace = trace_of((header(each.headers, "ce_id") or b"").decode() + "sent")
            each.headers.append(("traceparent", f"00-{trace}-{SPAN}-01".encode()))
        return super().post(agency, *drafts)


def played(stage: MemoryStage, again: int | None = None) -> MemoryStage:
    """The sample day, played on a stage; with ``again`` every service is killed at every message and sees so many records once more."""

    def disturb(_: int) -> None:
        for service in stage.workers if again is not None else ():
            stage.restart(service, again or 0)

    story.play(Day(stage, disturb=disturb))
    return stage


def test_the_day_is_one_trace_for_each_message_of_an_agency():
    """Front door, inbox, log, gate, courier, agency's inbox: what came of a message is of its trace, a new span at each hop."""
    stage = played(Traced())
    records = [record for topic in stage.log.topics() for record in stage.log.records(topic)]
    sent = {header(record.headers, "ce_id"): header(record.headers, "traceparent") for record in records if record.topic.endswith(".outbox")}
    spans: dict[bytes, set[str]] = {}
    for record in records:
        found = header(record.headers, "traceparent")
        root = sent.get(header(record.headers, "ce_correlationid") or header(record.headers, "ce_id"))
        if found and root and record.topic.endswith(".inbox") and ".agency." in record.topic:
            assert parsed(found.decode())
            spans.setdefault(root, set()).add(found.decode())
    delivered = [record for record in records if record.topic.endswith(".inbox") and ".agency." in record.topic]
    traced = [record for record in delivered if header(record.headers, "traceparent")]
    same = [each for root, found in spans.items() for each in found if each[3:35] == root.decode()[3:35]]

    assert len(traced) > 0.9 * len(delivered)
    assert len(same) > 20
    assert all(each[36:52] != SPAN for found in spans.values() for each in found)


def test_what_is_written_again_after_a_kill_is_of_the_same_span():
    """A hop is the same hop however often it is done: no draw, no clock."""
    stage = played(Traced(), again=3)
    seen: dict[tuple[str, bytes | None, bytes | None], set[bytes | None]] = {}
    for topic in stage.log.topics():
        for record in stage.log.records(topic) if not topic.endswith(".outbox") else ():
            place = topic, record.key, header(record.headers, "ce_id")
            seen.setdefault(place, set()).add(header(record.headers, "traceparent"))

    assert len(seen) > 500
    assert [] == [place for place, found in seen.items() if len(found) > 1]


def test_where_nobody_sends_a_traceparent_nobody_writes_one():
    """The logs stay as they were."""
    stage = played(MemoryStage())

    assert [] == [record for topic in stage.log.topics() for record in stage.log.records(topic) if header(record.headers, "traceparent")]


class Taken:
    """Remembers spans."""

    def __init__(self) -> None:
        self.hops: list[Hop] = []

    def __call__(self, hop: Hop) -> None:
        """One more."""
        self.hops.append(hop)


def record(topic: str, identity: str, **head: str) -> Outgoing:
    """A record as it is read or sent."""
    names = {"ce_id": identity, **head}
    return Outgoing(topic, 0, b"case", b"", [(name, value.encode()) for name, value in names.items()])


def test_a_hop_is_told_once_with_what_caused_it():
    """The record in the log and the messages that travel on from it are one hop; a dead letter is none."""
    came = record("t.consultation.inbox", ID, ce_source="elder", traceparent=GIVEN)
    made = child(GIVEN, "consultation", "e1")
    head = {"ce_source": "tsunagu.consultation", "ce_causationid": ID, "ce_type": "tsunagu.consultation.SignalReceived", "traceparent": made}
    log, message, letter = (record(topic, "e1", **head) for topic in ("t.consultation.log", "t.consent.inbox", "t.intake.dead-letters"))

    (found,) = hops("consultation", [came], [log, message, letter], 1, 2)  # type: ignore[list-item]

    assert ((TRACE, span_of("consultation", "e1")), (TRACE, SPAN)) == (found.context, found.parent)
    assert ("consultation SignalReceived", "t.consultation.log") == (found.name, found.topic)


def test_the_front_door_begins_a_trace():
    """Of an agency that sends no traceparent: its first span has no parent, and the next hop's is that one."""
    came, handed = record("t.agency.elder.outbox", ID, ce_source="elder"), record("t.consultation.inbox", ID, ce_source="elder")
    event = record("t.consultation.log", "e1", ce_source="tsunagu.consultation", ce_causationid=ID, ce_correlationid=ID)

    (first,) = hops("front-door", [came], [handed], 1, 2)  # type: ignore[list-item]
    (second,) = hops("consultation", [handed], [event], 3, 4)  # type: ignore[list-item]

    assert (None, first.context) == (first.parent, second.parent)


def test_spans_are_few_under_load_and_a_share_is_the_same_share_everywhere(monkeypatch: pytest.MonkeyPatch):
    """At most a hundred a second; which traces a share holds follows from the trace alone."""
    now = 0.0
    monkeypatch.setattr("kernel.spans.time.monotonic", lambda: now)
    records = [record("t.agency.elder.outbox", f"{number:08x}-53e0-4f0e-9a33-{number * 2_654_435_761 % 2**32:012x}", ce_source="elder") for number in range(400)]
    handed = [record("t.consultation.inbox", dict(each.headers)["ce_id"].decode(), ce_source="elder") for each in records]
    taken, ours, theirs = Taken(), Taken(), Taken()
    tracer = Tracer(taken)
    tracer.handled("front-door", records, handed, 1, 2)  # type: ignore[arg-type]
    at_once = len(taken.hops)
    now = 0.5
    tracer.handled("front-door", records, handed, 1, 2)  # type: ignore[arg-type]
    for each in (ours, theirs):
        Tracer(each, 0.3).handled("front-door", records, handed, 1, 2)  # type: ignore[arg-type]

    assert (100, 150) == (at_once, len(taken.hops))
    assert 0 < len(ours.hops) < 100
    assert ours.hops == theirs.hops
