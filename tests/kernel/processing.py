"""What tests of the processor look at."""

from __future__ import annotations

from contracts.consultation import ConsultationScreened, SignalReceived
from contracts.envelope import (
    Tick,
)
from contracts.shared import ScreeningOutcome, Urgency
from kernel import serde
from kernel.decider import Decider
from kernel.envelope import Envelope, header
from kernel.memory import MemoryLog, MemoryTown
from kernel.telemetry import Telemetry
from tests.kernel.toys import INBOX, LOG, NAME, TOPICS

GATE = TOPICS.inbox("consent")
SCREENED = ConsultationScreened(outcome=tuple(ScreeningOutcome)[1], urgency=tuple(Urgency)[1])
TAKES_SCREENINGS = Decider(
    "takes all", None, lambda state, message, context: (message,), lambda state, _: state,
    (SignalReceived, ConsultationScreened), (SignalReceived, ConsultationScreened),
)


def texts(log: MemoryLog, name: str, topic: str = LOG) -> list[str]:
    """One header of every record of a topic."""
    return [(header(record.headers, name) or b"").decode() for record in log.records(topic)]


def tick(here: MemoryTown, number: int, message_id: str) -> None:
    """A tick for one partition, as the timer writes it."""
    envelope = Envelope(id=message_id, source=NAME, type="tsunagu.envelope.Tick", subject=f"tick-{number}")
    here.log.append(INBOX, number, f"tick-{number}".encode(), serde.encode(Tick()), envelope.headers())


def alarms(telemetry: Telemetry, code: str) -> float | None:
    """The integrity alarms of one kind."""
    return telemetry.registry.get_sample_value("tsunagu_integrity_alarms_total", {"service": "intake", "worker": NAME, "code": code})
