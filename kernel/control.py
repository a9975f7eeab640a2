"""Control: the operator's orders to a running service: pause, resume, tick. JSON on one low-rate topic; addressed by service name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import orjson


class Command(StrEnum):
    """What an operator may ask of a service."""

    PAUSE = "pause"
    RESUME = "resume"
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class Order:
    """One order to one service."""

    service: str
    command: Command

    def encode(self) -> bytes:
        """The record value."""
        return orjson.dumps({"service": self.service, "command": self.command})


def read(value: bytes | None) -> Order:
    """The order in a record's value. Raises ValueError when it is none."""
    match orjson.loads(value or b""):
        case {"service": str(service), "command": str(command)}:
            return Order(service, Command(command))
        case _:
            raise ValueError("not an order")
