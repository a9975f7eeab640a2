"""Connection (接続): uvicorn's, with a time limit for the head of a request, which it has none for: who never ends one holds nothing for long."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from kernel.pages import ASKS_WITHIN_S

MOST = 1_024
"""So many connections at once; one more is closed at once."""


class TimedConnection(H11Protocol):
    """Closed where a request is not there within ``within_s`` seconds after the connection was made, or after its first bytes came."""

    within_s = ASKS_WITHIN_S
    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """See asyncio.Protocol."""
        super().connection_made(transport)
        if len(self.connections) > MOST:
            transport.abort()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._asked()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._asked()
        elif self._due is None and (before is None or before.response_complete):
            self._wait()

    def _wait(self) -> None:
        self._due = self.loop.call_later(self.within_s, self.transport.close)

    def _asked(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
