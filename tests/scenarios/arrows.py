"""Arrows (矢印): the lines of the tables of transitions, read; every table together."""

from __future__ import annotations

from dataclasses import dataclass

from tests.scenarios import transitions, transitions_of_consent, transitions_of_work
from tests.scenarios.observed import Move


@dataclass(frozen=True, slots=True)
class Arrow:
    """One line of the table."""

    machine: str
    before: str
    message: str
    after: str

    def __str__(self) -> str:
        return f"{self.machine}: {self.before} {self.message} {self.after}"

    def covers(self, move: Move) -> bool:
        """Whether a transition that was observed is this arrow."""
        after = move.before if self.after == "=" else move.after
        return (
            self.machine == move.machine and move.before in self.before.split("/") and move.message in self.message.split("/")
            and move.after == after and (self.after == "=" or move.after in self.after.split("/"))
        )


TABLES = (transitions.TABLE, transitions_of_consent.TABLE, transitions_of_work.TABLE)
ARROWS = [Arrow(machine, *line.split()) for table in TABLES for machine, lines in table.items() for line in lines.strip().splitlines()]
"""Every line of every table, in its order."""
