"""The stories S1 to S14 of the notice (通知の場面): each is played in memory and on the real system, and says row by row what must come of it.

A story is a module with ``TITLE`` and ``play(day)``; it says its words with ``Day.say``, as the sample day does, and names what follows.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from cli.day.player import Day


@dataclass(frozen=True, slots=True)
class Story:
    """One story: its module's name, its title in Japanese, what is said in it."""

    name: str
    title_ja: str
    play: Callable[[Day], None]

    def __str__(self) -> str:
        return self.name


def stories() -> list[Story]:
    """Every story of this folder, in the order of their names."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__) if found.name.startswith("s")]
    return [Story(module.__name__.rpartition(".")[2], module.TITLE, module.play) for module in sorted(modules, key=lambda each: each.__name__)]
