"""What runs in one installation, in the order of starting: the only list of processes."""

from __future__ import annotations

import sys
from collections.abc import Callable

from kernel.settings import Settings

from . import jars, kafka, postgres, probes
from .first_start import API, OBSERVER, ONLOOKERS, SERVICES, VERIFIER
from .layout import Layout
from .process import Process

STORES = ("kafka", "postgres")
WINDOW = "schemas"
APPLICATIONS = (WINDOW, *SERVICES, API, *ONLOOKERS)
NAMES = (*STORES, *APPLICATIONS)


def build(name: str, layout: Layout, settings: Settings) -> Process:
    """How the process ``name`` runs in this installation. Raises CannotRun."""
    return _BUILDERS[name](name, layout, settings)


def stores(settings: Settings) -> tuple[str, ...]:
    """The stores that this installation runs itself."""
    external = {"kafka": settings.kafka_external, "postgres": settings.database_external}
    return tuple(name for name in STORES if not external[name])


def applications(settings: Settings) -> tuple[str, ...]:
    """Our own processes; an installation that was made before there was a read API, or somebody who looks on, has no port for it, and runs without."""
    return tuple(name for name in APPLICATIONS if name not in (API, *ONLOOKERS) or name in settings.http_ports)


def port(name: str, settings: Settings) -> int:
    """The TCP port on which the process listens. Raises SettingsWrong."""
    match name:
        case "kafka":
            return kafka.port_of(settings.bootstrap)
        case "postgres":
            return settings.database_port
        case "schemas":
            return kafka.port_of(settings.schema_window)
    return settings.port(name)


def ports_of(name: str, settings: Settings) -> tuple[int, ...]:
    """Every TCP port on which the process listens for others: the broker may have a second one. Raises SettingsWrong."""
    second = (kafka.port_of(settings.mtls),) if name == "kafka" and settings.mtls else ()
    return (port(name, settings), *second)


def _kafka(name: str, layout: Layout, settings: Settings) -> Process:
    return kafka.process(layout, settings, jars.folder(jars.pinned()))


def _postgres(name: str, layout: Layout, settings: Settings) -> Process:
    return postgres.process(layout, settings)


def _window(name: str, layout: Layout, settings: Settings) -> Process:
    return _ours(name, ("contracts", "serve"), probes.http_schemas, probes.http_schemas, layout, settings)


def _service(name: str, layout: Layout, settings: Settings) -> Process:
    return _ours(name, ("service", name), probes.http_ready, probes.http_alive, layout, settings)


def _api(name: str, layout: Layout, settings: Settings) -> Process:
    return _ours(name, ("api",), probes.http_ready, probes.http_alive, layout, settings)


def _observer(name: str, layout: Layout, settings: Settings) -> Process:
    return _ours(name, ("observer",), probes.http_ready, probes.http_alive, layout, settings)


def _verifier(name: str, layout: Layout, settings: Settings) -> Process:
    return _ours(name, ("audit", "watch"), probes.http_ready, probes.http_alive, layout, settings)


def _ours(name: str, words: tuple[str, ...], probe: probes.Probe, alive: probes.Probe, layout: Layout, settings: Settings) -> Process:
    return Process(
        name=name,
        command=(sys.executable, "-P", "-m", "cli.main", *words),
        environment={"TSUNAGU_HOME": str(layout.home)},
        log=layout.log(name),
        port=port(name, settings),
        probe=probe,
        alive=alive,
    )


_BUILDERS: dict[str, Callable[[str, Layout, Settings], Process]] = {
    "kafka": _kafka,
    "postgres": _postgres,
    WINDOW: _window,
    **dict.fromkeys(SERVICES, _service),
    API: _api,
    OBSERVER: _observer,
    VERIFIER: _verifier,
}
