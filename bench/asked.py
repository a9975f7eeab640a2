"""Questions that a sample day, the stories of the notice and a small year put to every decider: for each type of message the one with the longest answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from bench.questions import Question
from bench.show import tell
from cli.day import story
from cli.day.player import Day
from kernel.decider import Context, Decider
from kernel.processor import Processor
from tests.scenarios.memory_stage import MemoryStage
from tests.scenarios.memory_year import played
from tests.scenarios.stories import stories
from tests.scenarios.town import SERVICES

PEOPLE = 10_000
Place = tuple[str, str, str]
"""Function, decider, message type."""


@dataclass(slots=True)
class Overheard:
    """What was asked. ``longest`` by place; ``shortest`` too, for deciders that take one type only."""

    longest: dict[Place, tuple[int, Question]] = field(default_factory=dict)
    shortest: dict[Place, tuple[int, Question]] = field(default_factory=dict)

    def listen(self, stage: MemoryStage) -> None:
        """Hear every decision of a stage from now on, until a function is started anew."""
        for name in sum(stage.workers.values(), ()):
            if isinstance(handler := stage.town.handler(name), Processor):
                function = handler.function.name
                handler._by_message = {kind: (index, self._heard(function, each)) for kind, (index, each) in handler._by_message.items()}
                handler._timed = [(index, self._heard(function, each)) for index, each in handler._timed]

    def questions(self) -> Iterator[Question]:
        """One for each type, two where a decider takes one type only."""
        alone = {place[:2] for place in self.longest if sum(other[:2] == place[:2] for other in self.longest) == 1}
        for place in sorted(self.longest):
            yield self.longest[place][1]
            if place[:2] in alone:
                yield replace(self.shortest[place][1], name=f"{self.shortest[place][1].name}, at the least")

    def unasked(self) -> list[str]:
        """Deciders that nobody has asked anything."""
        heard = {place[:2] for place in self.longest}
        every = [(function.name, decider.name) for service in SERVICES for function in service.functions for decider in function.deciders]
        return [" ".join(place) for place in every if place not in heard]

    def _heard(self, function: str, decider: Decider[Any]) -> Decider[Any]:
        def decide(state: Any, message: Any, context: Context) -> tuple[Any, ...]:
            answer = decider.decide(state, message, context)
            self._keep(function, decider, state, message, context, len(answer))
            return answer
        return replace(decider, decide=decide)

    def _keep(self, function: str, decider: Decider[Any], state: Any, message: Any, context: Context, events: int) -> None:
        place = function, decider.name, type(message).__name__
        asked = (events, Question(f"{function}, {decider.name}: {place[2]}, {events} events", decider, state, message, context))
        if place not in self.longest or events > self.longest[place][0]:
            self.longest[place] = asked
        if place not in self.shortest or events < self.shortest[place][0]:
            self.shortest[place] = asked


def overheard() -> Overheard:
    """Play the day, every story and a year, and listen."""
    found = Overheard()
    for name, play in (("sample day", story.play), *((each.name, each.play) for each in stories())):
        tell(f"listening to {name}")
        with closing(MemoryStage()) as stage:
            found.listen(stage)
            play(Day(stage))
    tell(f"listening to a year of {PEOPLE:,} people")
    with played(PEOPLE, listen=found.listen):
        return found
