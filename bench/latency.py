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
WARM_S, SECONDS, REPEATS = 5.0, 15.0, 3
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
        runs = [_run(settings, speakers, listeners, number) for number in range(REPEATS)]
    title = f"outbox produce to inbox receive, {PER_SECOND} events/s, half of them with sealed parts, {SECONDS:g} s in each repeat"
    return Part("latency", title, tuple(_figures(runs)), tuple(_plot(runs)))


def _warm(speakers: Speakers, listeners: list[Listener]) -> None:
    """Speak until what is said arrives: places are open, consents are known."""
    for attempt in range(10):
        tell(f"warming up ({attempt + 1})")
        said = speakers.speak(PER_SECOND / 3, WARM_S)
        if not wait_for(listeners, set(list(said)[-PER_SECOND // 3:]), WARM_S):
            return
    raise CannotRun("the events of the load do not arrive; look at the services' logs")


def _run(settings: Settings, speakers: Speakers, listeners: list[Listener], number: int) -> Run:
    tell(f"{PER_SECOND} events/s for {SECONDS:g} s, repeat {number + 1} of {REPEATS}")
    trace = Trace(settings)
    said = speakers.speak(PER_SECOND, SECONDS)
    missing = wait_for(listeners, set(said), _ARRIVE_S)
    heard = {identity: moment for listener in listeners for identity, moment in listener.heard.items()}
    millis = [(heard[identity] - moment) * 1000 for identity, moment in said.items() if identity in heard]
    return Run(millis, trace.read(said.keys()), len(missing))


def _figures(runs: list[Run]) -> Iterator[Figure]:
    yield Figure(what="p50", unit="ms", values=tuple([percentile(run.millis, 0.5) for run in runs]), at_most=P50_MS)
    yield Figure(what="p99", unit="ms", values=tuple([percentile(run.millis, 0.99) for run in runs]), at_most=P99_MS)
    yield Figure(what="max", unit="ms", values=tuple([max(run.millis) for run in runs]))
    yield Figure(what="not arrived", unit="events", values=tuple([run.missing for run in runs]), at_most=0)
    for before, after in pairwise(HOPS):
        steps = [_between(run.moments, before, after) for run in runs]
        for word, share in (("p50", 0.5), ("p99", 0.99)):
            yield Figure(what=f"{before} → {after}, {word}", unit="ms", values=tuple([percentile(step, share) for step in steps]))


def _plot(runs: list[Run]) -> Iterator[str]:
    """How far an event is at the median and at the 99th percentile, since its outbox."""
    yield "\nsince the outbox, all repeats: # to the median, - to the 99th percentile"
    reached = {hop: [step for run in runs for step in _between(run.moments, HOPS[0], hop)] for hop in HOPS[1:]}
    widest = max(percentile(values, 0.99) for values in reached.values()) or 1
    for hop, values in reached.items():
        half, most = median(values), percentile(values, 0.99)
        filled = round(_BAR * half / widest)
        yield f"{hop:>14} {'#' * filled}{'-' * (round(_BAR * most / widest) - filled)} {half:g} / {most:g} ms"


def _between(moments: Moments, before: str, after: str) -> list[int]:
    """Milliseconds between two hops of every event that was at both."""
    return [found[after] - found[before] for found in moments.values() if before in found and after in found]
