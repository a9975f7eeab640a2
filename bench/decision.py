"""How long one pure decision takes: no broker, no bytes, only ``decide``."""

from __future__ import annotations

import gc
from time import perf_counter_ns

from bench import asked, function_questions, gate_questions
from bench.figures import Figure, percentile
from bench.questions import Question
from bench.show import Part
from bench.stage import Stage

REPEATS = 7
DECISIONS, OTHERS = 5_000, 1_000
"""In each repeat, each timed by itself; the clock adds about 0.1 µs."""
MEDIAN_US, P99_US, OTHER_US = 10.0, 1_000.0, 20.0


def measure(stage: Stage) -> Part:
    """Median and 99th percentile of the gate and of the longest steps, and the median of everything that is asked in a year. Needs nothing of the stage."""
    promised, others, heard = gate_questions.questions(), function_questions.questions(), asked.overheard()
    _runs([*promised, *others], DECISIONS // 10, 1)  # warm
    runs = _runs([*promised, *others], DECISIONS, REPEATS)
    figures = [
        figure for each in (*promised, *others) for figure in _figures(each.name, [run[each.name] for run in runs], each in promised)
    ]
    remark = f"deciders that were asked nothing: {', '.join(heard.unasked()) or 'none'}"
    return Part("decision", "one pure decision, timed by itself", (*figures, *_overheard([*heard.questions()])), (remark,))


def _overheard(questions: list[Question]) -> list[Figure]:
    runs = _runs(questions, OTHERS, REPEATS)
    found = {each.name: tuple([percentile(run[each.name], 0.5) for run in runs]) for each in questions}
    return [Figure(what=f"{name}, median", unit="µs", values=values, at_most=OTHER_US) for name, values in found.items()]


def _runs(questions: list[Question], decisions: int, repeats: int) -> list[dict[str, list[float]]]:
    return [_once(questions, decisions) for _ in range(repeats)]


def _once(questions: list[Question], decisions: int) -> dict[str, list[float]]:
    """Times in µs of every question, one question after another; collections of garbage count."""
    gc.collect()
    return {each.name: _times(each, decisions) for each in questions}


def _times(question: Question, decisions: int) -> list[float]:
    answer, clock, times = question.answer, perf_counter_ns, []
    for _ in range(decisions):
        began = clock()
        answer()
        times.append((clock() - began) / 1000)
    return times


def _figures(name: str, runs: list[list[float]], promised: bool) -> list[Figure]:
    shares = (("median", 0.5, MEDIAN_US if promised else OTHER_US), ("p99", 0.99, P99_US if promised else None))
    return [
        Figure(what=f"{name}, {word}", unit="µs", values=tuple([percentile(run, share) for run in runs]), at_most=most)
        for word, share, most in shares
    ]
