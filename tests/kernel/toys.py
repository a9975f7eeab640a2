"""A toy function over real event types, and the records that its inbox may hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contracts.catalogue import CATALOGUE
from contracts.consultation import SignalReceived
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, SealedEvent, SealedPart, Tick
from contracts.shared import Basis, CasePart, Channel, DataCategory, FunctionName, Purpose, RefusalCode
from kernel import serde
from kernel.decider import Context, Decider, Function
from kernel.envelope import Envelope
from kernel.memory import MemoryLog, MemoryTown
from kernel.partitioner import partition_of
from kernel.place import Place
from kernel.processor import Processor
from kernel.routes import Routes
from kernel.telemetry import Telemetry
from kernel.topics import Topics

PARTITIONS = 3
TOPICS = Topics("990019")
NAME = "consultation"
INBOX, LOG, DEAD = TOPICS.inbox(NAME), TOPICS.log(NAME), TOPICS.dead_letters("intake")
KEY = "00000000000000000000000000000abc"


@dataclass(frozen=True, slots=True)
class State:
    """How many signals there were; the last one's area; when to look again."""

    signals: int = 0
    area: str = ""
    due: int | None = None


def decide(state: State, message: SignalReceived | PartGiven | Tick, context: Context) -> tuple[object, ...]:
    """Record each signal; from the second on ask the gate to release it; a tick ends the waiting."""
    match message:
        case SignalReceived(area_code="refuse"):
            return (refusal(context, RefusalCode.WRONG_STATE),)
        case SignalReceived(area_code="nothing"):
            return ()
        case SignalReceived(area_code="crash"):
            raise ZeroDivisionError
        case SignalReceived():
            return (message,) if state.signals == 0 else (message, request(context), PartGiven(agency="b", part=CasePart.LINKED))
        case Tick():
            return (PartGiven(agency="late", part=CasePart.ROLE),)
    return ()


def evolve(state: State, event: object) -> State:
    """Count signals; a given part ends the waiting."""
    match event:
        case SignalReceived():
            return State(state.signals + 1, event.area_code, due=1 if event.area_code == "wait" else None)
        case PartGiven():
            return replace(state, due=None)
    return state


def request(context: Context, ordinal: int = 0) -> DisclosureRequested:
    """Ask the gate to release the ``ordinal``-th event of this decision."""
    return DisclosureRequested(
        event_id=context.event_id(ordinal), event_type="SignalReceived", recipient="b", agency=context.agency,
        function=FunctionName.CONSULTATION, purpose=Purpose.CONSULTATION, basis=Basis.C,
    )


def refusal(context: Context, code: RefusalCode) -> MessageRefused:
    """A refusal with this code."""
    return MessageRefused(agency=context.agency, message_id=context.message_id, message_type=context.message_type, code=code, sentence="")


DECIDER: Decider[State] = Decider(
    "toy", State(), decide, evolve, messages=(SignalReceived, Tick),
    events=(SignalReceived, DisclosureRequested, PartGiven, MessageRefused), due=lambda state: state.due,
)
FUNCTION = Function(NAME, (DECIDER,))


def place(log: MemoryLog, telemetry: Telemetry | None = None) -> Place:
    """Where the toy works."""
    return Place("intake", Routes(TOPICS, PARTITIONS), log, (telemetry or Telemetry("intake")).meter(NAME))


def town(
    batch: int = 1, function: Function = FUNCTION, telemetry: Telemetry | None = None, log: MemoryLog | None = None, lanes: tuple[str, ...] = (),
) -> MemoryTown:
    """A town with the toy as its only worker, reading its inbox or these lanes."""
    found = MemoryTown(log, batch=batch)
    found.add(NAME, dict.fromkeys(lanes or (TOPICS.inbox(function.name),), PARTITIONS), lambda: Processor(function, place(found.log, telemetry)))
    return found


def signal(area: str = "1", wrapped: bool = True) -> SignalReceived | SealedEvent:
    """A neighbour's signal, with one sealed part unless it is asked for plain."""
    event = SignalReceived(person="p" * 32, channel=Channel.RESIDENT, area_code=area)
    if not wrapped:
        return event
    part = SealedPart(person="p" * 32, category=DataCategory.BASIC, key_id="k", essential=True, ciphertext=b"sealed")
    return SealedEvent(body=serde.encode(event), origin_source="elder", origin_id="o", origin_type=CATALOGUE["SignalReceived"].full_name,
                       parts=(part,))


def put(log: MemoryLog, event: object, message_id: str, key: str = KEY, source: str = "elder", *, agency: str = "elder", inbox: str = INBOX,
        **attributes: str) -> None:
    """Append a message to the toy's inbox, as the front door does."""
    inner = serde.unwrapped(event)
    envelope = Envelope(id=message_id, source=source, type=serde.type_of(inner).full_name, subject=key, agency=agency, **attributes)
    log.append(inbox, partition_of(key.encode(), PARTITIONS), key.encode(), serde.encode(event), envelope.headers())


def events(log: MemoryLog, topic: str = LOG) -> list[object]:
    """The events of a topic, unwrapped."""
    return [serde.unwrapped(serde.decode(record.value)) for record in log.records(topic)]


def seen(log: MemoryLog, topic: str = LOG) -> list[tuple[str, bytes, tuple[tuple[str, bytes], ...]]]:
    """Key, value and headers of every record: for byte-for-byte comparison."""
    return [((record.key or b"").decode(), record.value or b"", tuple(record.headers)) for record in log.records(topic)]


