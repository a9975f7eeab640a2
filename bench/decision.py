"""How long one pure decision takes: no broker, no bytes, only ``decide``."""

from __future__ import annotations

import gc
from time import perf_counter_ns

from bench import function_questions, gate_questions
from bench.figures import Figure, percentile
from bench.questions import Question
from bench.show import Part
from bench.stage import Stage

REPEATS = 7
DECISIONS = 5_000
"""In each repeat, each timed by itself; the clock adds about 0.1 µs."""
MEDIAN_US, P99_US = 10.0, 1_000.0


def measure(stage: Stage) -> Part:
    """Median and 99th percentile of every decider. Needs nothing of the stage."""
    promised, others = gate_questions.questions(), function_questions.questions()
    _once([*promised, *others])  # warm
    runs = [_once([*promised, *others]) for _ in range(REPEATS)]
    figures = [
        figure for each in (*promised, *others) for figure in _figures(each.name, [run[each.name] for run in runs], each in promised)
    ]
    return Part("decision", f"one pure decision, {DECISIONS} in each repeat", tuple(figures))


def _once(asked: list[Question]) -> dict[str, list[float]]:
    """Times in µs of every question, one question after another; collections of garbage count."""
    gc.collect()
    return {each.name: _times(each) for each in asked}


def _times(asked: Question) -> list[float]:
    answer, clock, times = asked.answer, perf_counter_ns, []
    for _ in range(DECISIONS):
        began = clock()
        answer()
        times.append((clock() - began) / 1000)
    return times


def _figures(name: str, runs: list[list[float]], promised: bool) -> list[Figure]:
    shares = (("median", 0.5, MEDIAN_US), ("p99", 0.99, P99_US))
    return [
        Figure(what=f"{name}, {word}", unit="µs", values=tuple([percentile(run, share) for run in runs]), at_most=most if promised else None)
        for word, share, most in shares
    ]
