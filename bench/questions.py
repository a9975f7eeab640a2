"""Questions: what one decision is asked, with the past that makes it typical."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kernel.decider import Context, Decider, Part, fold

KEY = "c0ffee00000000000000000000000001"
AT = 1_780_000_000_000
"""May 2026, milliseconds UTC."""


@dataclass(frozen=True, slots=True)
class Question:
    """A decision, ready to be made again and again."""

    name: str
    decider: Decider[Any]
    state: Any
    message: Any
    context: Context

    def answer(self) -> tuple[Any, ...]:
        """Decide."""
        return self.decider.decide(self.state, self.message, self.context)


def question(
    name: str, decider: Decider[Any], past: tuple[Any, ...], message: Any, *, agency: str, parts: tuple[Part, ...] = (), shared: Any = None,
    function: str = "",
) -> Question:
    """A question to a decider that has recorded ``past``; nothing personal is needed for it."""
    context = Context(
        at=AT, key=KEY, function=function or decider.name, source=agency, message_id="0c0ffee0-0000-8000-8000-000000000001",
        message_type=type(message).__name__, agency=agency, position="990019.coordination.log/3/12345", parts=parts, shared=shared,
    )
    return Question(name, decider, fold(decider, past), message, context)
