"""What the gate itself records reaches the agencies concerned: gate and courier around one memory log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest

from contracts.consent import AccessRequested, BreachDutiesOpened, BreachReported, DisclosureDecided
from contracts.consultation import SignalPassedOn, SubjectDied
from contracts.envelope import CaseAnnounced, DeadlineMissed, DisclosureRequested, MessageRefused, PartGiven, Tick
from contracts.registry import AgencyRegistered, PolicyActivated
from contracts.shared import Basis, BreachKind, CasePart, Channel, DataCategory, Deadline, FunctionName, Outcome, Purpose, RefusalCode
from kernel import envelope, serde
from kernel.days import DAY_MS
from kernel.decider import Function
from kernel.envelope import POSITION, Envelope
from kernel.memory import MemoryLog, MemoryTown
from kernel.parties import PARTIES
from kernel.partitioner import partition_of
from kernel.place import Place
from kernel.processor import Processor
from kernel.routes import Routes
from kernel.telemetry import Telemetry
from kernel.topics import Topics
from services.consent.courier import Courier
from services.consent.domain import registry
from tests.services.consent.town import KINDS, MOTHER, TIMED, consent

TOPICS, CASE, PARTITIONS = Topics("990019"), "0" * 31 + "1", 2
PARTITION = partition_of(CASE.encode(), PARTITIONS)
FUNCTION = Function("consent", (PARTIES, TIMED), shared=registry.DECIDER)
LEAK = BreachReported(kind=BreachKind.SPECIAL_CARE, persons=1, found_on=date(2026, 5, 1), notified=("elder", "coordinator", "tax"))


class Keys:
    """No key is ever asked for: nothing here is sealed."""

    async def for_opening(self, key_ids: Any) -> dict[str, Any]:
        """See kernel.keyring."""
        assert not set(key_ids)
        return {}


class Town:
    """The gate and the courier, with the agencies registered and one case of the elder centre and the coordinator."""

    def __init__(self, batch: int) -> None:
        self.log, self.sent = MemoryLog(), 0
        self.memory = MemoryTown(self.log, batch=batch)
        routes = Routes(TOPICS, PARTITIONS)
        self.memory.add(
            "consent", dict.fromkeys((TOPICS.inbox("consent"), TOPICS.urgent), PARTITIONS),
            lambda: Processor(FUNCTION, Place("consent", routes, self.log, Telemetry("consent").meter("consent"), True)),
        )
        self.memory.add(
            "courier", {TOPICS.log("consent"): PARTITIONS},
            lambda: Courier(Place("consent", routes, self.log, Telemetry("consent").meter("courier")), Keys(), agency_partitions=1),
        )
        for name, kind in KINDS.items():
            self.say(AgencyRegistered(agency=name, kind=kind, name=name), key=name, source="registry")
        self.say(PolicyActivated(pack="national", hash="hash"), key="national", source="registry")
        self.say(CaseAnnounced(agency="elder", persons=(MOTHER,)), agency="elder", source="tsunagu.intake")
        self.say(PartGiven(agency="coordinator", part=CasePart.LINKED), agency="elder", source="tsunagu.consultation")

    def say(self, message: Any, *, key: str = CASE, agency: str = "", source: str = "", position: str = "") -> None:
        """Put a message to the gate, and let everything work until it rests."""
        self.sent += 1
        headers = Envelope(
            id=f"m{self.sent}", source=source or agency, type=serde.type_of(message).full_name, subject=key, agency=agency,
        ).headers()
        place = [(POSITION, position.encode())] if position else []
        number = partition_of(key.encode(), PARTITIONS) if key == CASE else PARTITION
        self.log.append(TOPICS.inbox("consent"), number, key.encode(), serde.encode(message), [*headers, *place])
        self.memory.pump()

    def pass_on(self, event: Any, recipient: str, agency: str, basis: Basis) -> None:
        """An event of consultation's log, and the request to tell one agency of it."""
        headers = Envelope(id="e1", source="tsunagu.consultation", type=serde.type_of(event).full_name, subject=CASE, seq=1, causation_id="t").headers()
        offset = self.log.append(TOPICS.log("consultation"), PARTITION, CASE.encode(), serde.encode(event), headers)
        asked = DisclosureRequested(
            event_id="e1", event_type=type(event).__name__, recipient=recipient, agency=agency, function=FunctionName.CONSULTATION,
            purpose=Purpose.NOTICE, basis=basis,
        )
        self.say(asked, source="tsunagu.consultation", position=f"{TOPICS.log('consultation')}/{PARTITION}/{offset}")

    def inbox(self, agency: str, kind: type) -> list[Any]:
        """What an agency has received of a type."""
        found = [serde.decode(record.value) for record in self.log.records(TOPICS.agency_inbox(agency))]
        return [event for event in found if isinstance(event, kind)]

    def topics(self) -> list[str]:
        """Every topic that holds something."""
        return self.log.topics()


@pytest.fixture(params=[1, 100])
def town(request: pytest.FixtureRequest) -> Iterator[Town]:
    """Read one by one, or all at once."""
    found = Town(request.param)
    with closing(found.memory):
        yield found


def test_what_the_gate_records_reaches_those_who_know_of_the_case(town: Town):
    """A durable verdict each; the desk that said it learns what became of it, a stranger learns nothing."""
    town.say(LEAK, agency="municipality")

    assert [LEAK] == town.inbox("elder", BreachReported)
    assert [] == town.inbox("tax", BreachReported)
    told = town.inbox("municipality", DisclosureDecided)
    assert [Outcome.PERMIT, Outcome.DENY, Outcome.DENY] == [verdict.outcome for verdict in told]


def test_r13_whoever_reports_a_breach_is_told_what_the_law_asks(town: Town):
    """Once, and nobody else."""
    town.say(LEAK, agency="municipality")

    (told,) = town.inbox("municipality", BreachDutiesOpened)
    assert ("municipality", (BreachKind.SPECIAL_CARE,)) == (told.recipient, told.grounds)
    assert [] == town.inbox("elder", BreachDutiesOpened)


def test_who_was_linked_knows_of_the_case_once_something_of_it_has_arrived(town: Town):
    """Before that the coordinator does not even learn that there is a case; the signal that it is passed on makes it known."""
    town.say(LEAK, agency="municipality")
    assert [] == town.inbox("coordinator", BreachReported)
    town.pass_on(SignalPassedOn(to_agency="coordinator", channel=Channel.RESIDENT, area_code="990019-01"), "coordinator", "elder", Basis.B0)

    town.say(LEAK.changed(persons=2), agency="municipality")

    assert [LEAK.changed(persons=2)] == town.inbox("coordinator", BreachReported)


def test_the_copy_carries_purpose_and_basis(town: Town):
    """R11: as every copy does; it is about the same case and comes from the courier."""
    town.say(LEAK, agency="municipality")

    (record,) = [each for each in town.log.records(TOPICS.agency_inbox("elder")) if isinstance(serde.decode(each.value), BreachReported)]
    attributes, headers = envelope.read(record.key, record.headers), dict(record.headers)
    assert (CASE, "tsunagu.courier", b"NOTICE", b"K") == (attributes.subject, attributes.source, headers["ce_purpose"], headers["ce_basis"])


def test_what_the_gate_tells_is_told_once_and_not_to_itself(town: Town):
    """No verdict of its own comes back into its inbox, and a restart delivers nothing anew."""
    town.say(LEAK, agency="municipality")
    before = {topic: len(town.log.records(topic)) for topic in town.topics()}
    verdicts = [each for each in town.log.records(TOPICS.inbox("consent")) if isinstance(serde.decode(each.value), DisclosureDecided)]

    assert [] == verdicts
    for name in ("consent", "courier"):
        town.memory.restart(name)
    town.memory.pump()
    assert before == {topic: len(town.log.records(topic)) for topic in town.topics()}


def test_what_the_gate_could_not_judge_is_told_as_soon_as_it_can(town: Town):
    """R16: the policy in force is not known here; its event is found again later, by another courier too."""
    town.say(PolicyActivated(pack="another", hash="unknown to this build"), key="national", source="registry")
    town.say(LEAK, agency="municipality")
    assert [] == town.inbox("elder", BreachReported)
    town.memory.restart("courier")

    town.say(PolicyActivated(pack="national", hash="hash"), key="national", source="registry")

    assert [LEAK] == town.inbox("elder", BreachReported)


def test_a_death_is_known_in_the_case_that_tells_of_it(town: Town):
    """Through the processor, as a fact of the whole partition: no yes is taken, no release is made."""
    town.say(SubjectDied(person=MOTHER, died_on=date(2026, 5, 1), household_remains=True), agency="elder", source="tsunagu.consultation")
    asked = DisclosureRequested(
        event_id="e1", event_type="PlanShared", recipient="coordinator", agency="elder", function=FunctionName.COORDINATION,
        purpose=Purpose.COORDINATION, basis=Basis.C, persons=(MOTHER,),
    )
    town.say(consent(DataCategory.BASIC), agency="elder")
    town.say(asked, source="tsunagu.coordination", position="log/0/0")

    (refusal,) = town.inbox("elder", MessageRefused)
    assert RefusalCode.WRONG_STATE is refusal.code
    (verdict,) = town.inbox("elder", DisclosureDecided)
    assert (Outcome.DENY, ("NO_CONSENT",)) == (verdict.outcome, verdict.reasons)


def test_a_deadline_of_the_gate_is_told_although_nobody_spoke(town: Town):
    """A tick has no agency: nobody but the recipient is told of the verdict."""
    town.say(AccessRequested(request="4" * 32, person=MOTHER, by_proxy=False), agency="municipality")
    town.log.now += 30 * DAY_MS
    town.say(Tick(), key="tick-0", source="tsunagu.consent")

    (missed,) = town.inbox("municipality", DeadlineMissed)
    assert (Deadline.RIGHTS_ANSWER, "4" * 32) == (missed.deadline, missed.of)


def test_a_deadline_of_another_function_is_delivered_like_any_event(town: Town):
    """Its type is of the envelope, it is not wrapped, and nobody spoke: no inbox without a name comes to be."""
    missed = DeadlineMissed(deadline=Deadline.LINK_UNANSWERED, of="link", agency="elder", due=1)

    town.pass_on(missed, "elder", "", Basis.K)

    assert [missed] == town.inbox("elder", DeadlineMissed)
    assert [TOPICS.agency_inbox("elder")] == [topic for topic in town.topics() if ".agency." in topic]
    assert 1 == len([each for each in town.log.records(TOPICS.inbox("consultation")) if isinstance(serde.decode(each.value), DisclosureDecided)])
