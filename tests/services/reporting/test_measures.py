"""How far projections and rebuilds are, as the database says it, for a scrape."""

from __future__ import annotations

import pytest

from kernel.telemetry import Telemetry
from services.reporting.generations import State
from services.reporting.measures import PHASES, Eta, Measuring, Seen, differences
from services.reporting.rebuild.compare import Compared


class Writer:
    """A live reader that stands somewhere."""

    applied, log_end = 70, 100

    def age(self) -> float:
        """Seconds."""
        return 4.0


@pytest.fixture
def measured() -> tuple[Measuring, Telemetry]:
    """Two projections."""
    telemetry = Telemetry("reporting")
    return Measuring(None, ["timeline", "monthly"], Writer(), telemetry), telemetry  # type: ignore[arg-type]


def value(telemetry: Telemetry, name: str, **labels: str) -> float | None:
    """One series."""
    return telemetry.registry.get_sample_value(f"tsunagu_{name}", {"service": "reporting", **labels})


def test_before_the_database_has_answered_everything_is_there(measured: tuple[Measuring, Telemetry]):
    """At 0, and with what the writer knows by itself."""
    _, telemetry = measured

    assert (4.0, 70, 100) == tuple(value(telemetry, f"projection_{name}") for name in ("age_seconds", "applied", "log_end"))
    assert [0.0] * 4 == [value(telemetry, name, projection="monthly") for name in ("parked_cases", "rebuild_phase", "rebuild_differences")] + [
        value(telemetry, "rebuild_events_total")]
    assert [0.0] * 3 == [value(telemetry, "rebuild_eta_seconds", quantile=quantile) for quantile in ("0.1", "0.5", "0.9")]


def test_each_projection_has_its_own_figures(measured: tuple[Measuring, Telemetry]):
    """One is being rebuilt; the other has a parked case."""
    measuring, telemetry = measured
    measuring._seen = Seen(applied=90, parked={"monthly": 2}, phases={"timeline": PHASES[State.CATCHING_UP]}, differences={"timeline": 1})

    assert (3, 0) == tuple(value(telemetry, "rebuild_phase", projection=name) for name in ("timeline", "monthly"))
    assert (0, 2) == tuple(value(telemetry, "parked_cases", projection=name) for name in ("timeline", "monthly"))
    assert (1, 90) == (value(telemetry, "rebuild_differences", projection="timeline"), value(telemetry, "projection_applied"))


def test_a_projection_that_is_not_fed_says_so(measured: tuple[Measuring, Telemetry]):
    """The reader of all others is up to date: no age would show it."""
    measuring, telemetry = measured
    measuring._seen = Seen(unfed=frozenset(("monthly",)))

    assert (1, 0) == tuple(value(telemetry, "projection_fed", projection=name) for name in ("timeline", "monthly"))


def test_phases_are_numbered_in_their_order():
    """As docs/rebuild.md has them."""
    assert [1, 1, 2, 3, 4, 5] == [PHASES[state] for state in (
        State.PLANNED, State.LOADING, State.INDEXING, State.CATCHING_UP, State.VERIFYING, State.READY)]


def test_the_eta_is_what_is_left_at_the_rates_that_were_seen():
    """The fastest of the last looks says the least, the slowest the most; another rebuild begins anew."""
    eta = Eta()
    first = eta.left(1, 0.0, 0, 1_000)
    for second, loaded in ((10, 100), (20, 300), (30, 400)):
        found = eta.left(1, float(second), loaded, 1_000)

    assert ((0.0, 0.0, 0.0), (60.0, 60.0, 60.0)) == (first, (found[1], found[1], found[2]))
    assert found[0] <= found[1] <= found[2]
    assert (0.0, 0.0, 0.0) == eta.left(2, 40.0, 500, 1_000)
    assert (0.0, 0.0, 0.0) == eta.left(2, 50.0, 1_000, 1_000)


def test_differences_are_counted_from_what_the_comparison_noted():
    """By projection, in its own words."""
    found = [Compared("timeline", 3, "", ("t: 3 rows, not the same", "0 records parked before, 1 now")), Compared("monthly", 1, "", ("m: only in the new one",))]

    assert {"timeline": 2, "monthly": 1} == differences("; ".join(each.says for each in found))
    assert {} == differences("")
