"""Exposing: a registry as text for a scrape. Values are taken at one moment; the text is made beside the event loop, since it may take a while."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

__all__ = ["CONTENT_TYPE_LATEST", "exposed"]


class _Taken(Collector):
    """Metrics as they were."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """As the text is made of it."""
        return iter(self._metrics)


async def exposed(registry: CollectorRegistry) -> bytes:
    """Every metric of the registry in Prometheus's text format."""
    return await asyncio.to_thread(generate_latest, _Taken(list(registry.collect())))
