"""From an agency's outbox to the other agency's inbox, at a steady load of events that the gate permits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from bench.figures import Figure, percentile
from bench.load.hops import HOPS, Moments, Trace
from bench.load.listeners import Listener, wait_for
from bench.load.speakers import Speakers
from bench.load.subjects import LISTENERS, prepare
from bench.show import Part, tell
from bench.stage import Stage
from deploy.local.layout import CannotRun
from kernel.settings import Settings

PER_SECOND = 300
QUIET = 30
"""Events per second at which nothing has to wait for a processor: what the way itself takes."""
WARM_S, SECONDS, REPEATS = 5.0, 12.0, 3
P50_MS, P99_MS = 40.0, 150.0
_ARRIVE_S = 30.0
_BAR = 40


@dataclass(frozen=True, slots=True)
class Run:
    """One repeat: milliseconds from produce to receive of each event, append times, and how many never arrived."""

    millis: list[float]
    moments: Moments
    missing: int


def measure(stage: Stage) -> Part:
    """Latencies and where the time goes. Raises CannotRun, DidNotStart."""
    settings = stage.whole().settings
    with ExitStack() as stack:
        listeners = [stack.enter_context(Listener(settings, agency)) for agency in LISTENERS]
        speakers = stack.enter_context(Speakers(settings, prepare(settings)))
        _warm(speakers, listeners)
        runs = {rate: [_run(settings, speakers, listeners, rate, number) for number in range(REPEATS)] for rate in (PER_SECOND, QUIET)}
    title = f"outbox produce to inbox receive, half of the events with sealed parts, {SECONDS:g} s in each repeat"
    figures = [figure for rate, found in runs.items() for figure in _figures(rate, found)]
    return Part("latency", title, tuple(figures), tuple(line for rate, found in runs.items() for line in _plot(rate, found)))


def _warm(speakers: Speakers, listeners: list[Listener]) -> None:
    """Speak until what is said arrives (places are open, consents are known) and the broker has compiled what it does often."""
    for attempt in range(10):
        tell(f"warming up ({attempt + 1})")
        said = speakers.speak(PER_SECOND, WARM_S)
        if not wait_for(listeners, set(list(said)[-PER_SECOND:]), 2 * WARM_S) and attempt >= 2:
            return
    raise CannotRun("the events of the load do not arrive; look at the services' logs")


def _run(settings: Settings, speakers: Speakers, listeners: list[Listener], rate: int, number: int) -> Run:
    tell(f"{rate} events/s for {SECONDS:g} s, repeat {number + 1} of {REPEATS}")
    trace = Trace(settings)
    said = speakers.speak(rate, SECONDS)
    missing = wait_for(listeners, set(said), _ARRIVE_S)
    heard = {identity: moment for listener in listeners for identity, moment in listener.heard.items()}
    millis = [(heard[identity] - moment) * 1000 for identity, moment in said.items() if identity in heard]
    return Run(millis, trace.read(said.keys()), len(missing))


def _figures(rate: int, runs: list[Run]) -> Iterator[Figure]:
    promised = rate == PER_SECOND
    for word, share, most in (("p50", 0.5, P50_MS), ("p99", 0.99, P99_MS), ("max", 1.0, None)):
        values = tuple([percentile(run.millis, share) for run in runs])
        yield Figure(what=f"{rate}/s, {word}", unit="ms", values=values, at_most=most if promised else None)
    yield Figure(what=f"{rate}/s, not arrived", unit="events", values=tuple([run.missing for run in runs]), at_most=0)
    for before, after in pairwise(HOPS):
        steps = [_between(run.moments, before, after) for run in runs]
        for word, share in (("p50", 0.5), ("p99", 0.99)):
            yield Figure(what=f"{rate}/s, {before} → {after}, {word}", unit="ms", values=tuple([percentile(step, share) for step in steps]))


def _plot(rate: int, runs: list[Run]) -> Iterator[str]:
    """How far an event is at the median and at the 99th percentile, since its outbox."""
    yield f"\n{rate} events/s, since the outbox, all repeats: # to the median, - to the 99th percentile"
    reached = {hop: [step for run in runs for step in _between(run.moments, HOPS[0], hop)] for hop in HOPS[1:]}
    widest = max(percentile(values, 0.99) for values in reached.values()) or 1
    for hop, values in reached.items():
        half, most = median(values), percentile(values, 0.99)
        filled = round(_BAR * half / widest)
        yield f"{hop:>14} {'#' * filled}{'-' * (round(_BAR * most / widest) - filled)} {half:g} / {most:g} ms"


def _between(moments: Moments, before: str, after: str) -> list[int]:
    """Milliseconds between two hops of every event that was at both."""
    return [found[after] - found[before] for found in moments.values() if before in found and after in found]
