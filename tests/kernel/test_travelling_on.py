"""What travels on from a log: with the event's own bytes, its position, in its lane, with its sealed parts."""

from __future__ import annotations

import pytest

from contracts.consultation import SignalReceived
from contracts.coordination import SegmentClosed
from contracts.envelope import (
    DisclosureRequested,
    SealedEvent,
    VerdictNoted,
)
from contracts.shared import Basis, DataCategory, Outcome, RefusalCode
from kernel import serde
from kernel.decider import Decider, Function, derive_id
from kernel.envelope import header
from kernel.parties import PARTIES
from kernel.partitioner import partition_of
from tests.kernel import toys
from tests.kernel.processing import GATE, texts
from tests.kernel.toys import DECIDER, INBOX, KEY, LOG, NAME, PARTITIONS, TOPICS, events, put, signal, town


def test_an_event_travels_on_with_its_own_bytes_and_its_position():
    """After it is in the log: a request names the log position of the event that is to be released."""
    here = town()
    put(here.log, signal(), "m1")
    put(here.log, signal(), "m2")

    here.pump()

    number = partition_of(KEY.encode(), PARTITIONS)
    logged = {record.value: record for record in here.log.records(LOG)}
    request = next(record for record in here.log.records(GATE) if isinstance(serde.decode(record.value), DisclosureRequested))
    wanted = serde.decode(request.value).event_id
    (released,) = [record for record in here.log.records(LOG) if header(record.headers, "ce_id") == wanted.encode()]
    assert f"{LOG}/{number}/{released.offset}" == (header(request.headers, "position") or b"").decode()
    assert logged[request.value].headers == request.headers[:-1]


def test_a_request_about_an_older_event_names_that_events_position():
    """The function knows where its events lie, also after a restart, without keeping their ids."""
    def decide(state, message, context):
        older = derive_id(NAME, "elder", "m1", KEY, 0)
        return (message,) if message.area_code == "first" else (toys.request(context).changed(event_id=older),)

    function = Function(NAME, (Decider("late", None, decide, lambda state, _: state, (SignalReceived,), (SignalReceived, DisclosureRequested)),))
    here = town(function=function)
    put(here.log, signal("first"), "m1")
    here.pump()
    here.restart(NAME)
    put(here.log, signal("then"), "m2")

    here.pump()

    assert [f"{LOG}/{partition_of(KEY.encode(), PARTITIONS)}/0"] == texts(here.log, "position", GATE)


@pytest.mark.parametrize(
    ("basis", "wanted", "topic"),
    [(Basis.C, (), GATE), (Basis.V, (), TOPICS.urgent), (Basis.L, (), TOPICS.urgent), (Basis.V, (DataCategory.BASIC,), GATE)],
)
def test_a_request_that_does_not_rest_on_consent_takes_the_urgent_lane(basis: Basis, wanted: tuple[DataCategory, ...], topic: str):
    """Danger to life does not queue behind a backlog; whoever only asks does, whatever basis is claimed."""
    function = Function(NAME, (Decider(
        "asks", None, lambda state, message, context: (toys.request(context).changed(basis=basis, wanted=wanted, event_id=context.event_id(0)),),
        lambda state, _: state, (SignalReceived,), (DisclosureRequested,),
    ),))
    here = town(function=function)
    put(here.log, signal(), "m1")

    here.pump()

    assert {INBOX, LOG, topic} == set(here.log.topics())


def test_a_derived_event_carries_the_sealed_parts_only_if_its_type_has_personal_fields():
    """Nothing personal can reach a type that has no place for it."""
    here = town()
    put(here.log, signal(), "m1")
    put(here.log, signal(), "m2")

    here.pump()

    wrapped = [isinstance(serde.decode(record.value), SealedEvent) for record in here.log.records(LOG)]
    assert [True, True, False, False] == wrapped


def test_the_digest_of_an_input_does_not_travel_on_to_the_next_function():
    """An event of ours carries its cause's digest in its log; as a message it is known by its own bytes."""
    here = town()
    for area in ("1", "2"):
        put(here.log, signal(area), "m1", source="tsunagu.outreach", input_digest="a" * 32)

    here.pump()

    assert RefusalCode.ID_CONFLICT == events(here.log)[1].code
    assert "a" * 32 not in texts(here.log, "ce_inputdigest")


@pytest.mark.parametrize("function", [toys.FUNCTION, Function(NAME, (PARTIES, DECIDER))])
def test_the_refusal_of_a_message_that_was_passed_on_names_the_agencys_own(function: Function):
    """The agency knows the id that it gave, not those that our functions derive from it."""
    here = town(function=function)
    put(here.log, VerdictNoted(request_id="r", event_id="e", event_type="t", recipient="b", outcome=Outcome.DENY, rule="R1"), "derived",
        source="tsunagu.coordination", causation_id="own", causation_source="elder")
    put(here.log, SegmentClosed(segment="s"), "own too")

    here.pump()

    assert [("own", "elder"), ("own too", "elder")] == [(refusal.message_id, refusal.agency) for refusal in events(here.log)]
    assert ["derived", "own too"] == texts(here.log, "ce_causationid")
