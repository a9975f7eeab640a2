"""The forty decision cases (決定の四十例) of domain.md §4.3, by number, end to end: what agencies say, what the gate decides, what arrives.

A case is a function ``case_NN`` of one of these modules; it says its words with ``Day.say`` and is played in memory and on the real system. Where a
case is no single decision, its docstring says how near it comes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from cli.day.player import Day

PREFIX = "case_"


@dataclass(frozen=True, slots=True)
class Case:
    """One of the forty: its number, its name, what is said in it."""

    number: int
    name: str
    play: Callable[[Day], None]

    def __str__(self) -> str:
        return self.name


def cases() -> list[Case]:
    """Every case of this folder, by number."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    told = [(name, play) for module in modules for name, play in vars(module).items() if name.startswith(PREFIX)]
    return sorted((Case(int(name[len(PREFIX):][:2]), name, play) for name, play in told), key=lambda each: each.number)
