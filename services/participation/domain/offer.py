"""What a resource (地域資源) has on offer: its state, and the arithmetic of places taken and persons counted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from contracts.shared import RefusalCode, TaskSlice


class Stage(IntEnum):
    """How far the resource has come (domain.md §2.5). Full is no stage: it follows from the places taken."""

    UNKNOWN = 0
    PROPOSED = 1
    AVAILABLE = 2
    STALE = 3
    """Not confirmed in time: not offered until somebody has looked again."""
    RETIRED = 4


GONE = (Stage.UNKNOWN, Stage.RETIRED)
"""To all who ask, a resource that takes nobody in any more (廃止) and one that never was are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One resource. It knows neither case nor person: numbers are all that travels here."""

    stage: Stage = Stage.UNKNOWN
    host: str = ""
    """受入先."""
    opener: str = ""
    """Agency that registered it; the host, or an operator on its behalf."""
    capacity: int = 0
    reserved: int = 0
    """Places kept for those whom the site is mainly for (notice, row 24)."""
    taken: int = 0
    """Places taken by matches of participation support."""
    counts: tuple[TaskSlice, ...] = ()
    """Persons proposed so far, by task and support level. A decline takes none away: the resource is not to learn which case it was."""
    watched: bool = False
    """A reconfirmation is due some day."""


def fault_of_offer(state: State) -> RefusalCode | None:
    """Only what is verified, freshly confirmed and free is offered; the refusal goes to the agency that proposed the candidate."""
    if state.stage is Stage.PROPOSED:
        return RefusalCode.WRONG_STATE
    if state.stage is Stage.STALE:
        return RefusalCode.RESOURCE_STALE
    return RefusalCode.RESOURCE_FULL if state.taken >= state.capacity - state.reserved else None


def added(counts: tuple[TaskSlice, ...], more: TaskSlice) -> tuple[TaskSlice, ...]:
    """The counts with ``more`` persons at one task and support level; a new line comes last."""
    same = [(line.task, line.support_level) == (more.task, more.support_level) for line in counts]
    if not any(same):
        return (*counts, more)
    return tuple(line.changed(count=line.count + more.count) if hit else line for line, hit in zip(counts, same))


def kept(tasks: tuple[TaskSlice, ...], counts: tuple[TaskSlice, ...]) -> tuple[TaskSlice, ...]:
    """One line for each task and support level on offer, with the persons counted there before."""
    before = {(line.task, line.support_level): line.count for line in counts}
    offered = dict.fromkeys((line.task, line.support_level) for line in tasks)
    return tuple(TaskSlice(task=task, support_level=level, count=before.get((task, level), 0)) for task, level in offered)
