"""Watch (計測): counts and times every request and writes one line about it: route, status, role. Never an address, a parameter or a token."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter
from starlette.responses import JSONResponse

from kernel import log
from kernel.lifesigns import tell_build
from kernel.timings import Timings
from services.reporting.api import problems
from services.reporting.api.problems import Code
from services.reporting.resource import Role

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

OTHER = "other"
"""The route of what is none of ours."""
MOST_AT_ONCE = 64
QUIET = frozenset(("/livez", "/readyz", "/metrics"))
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SAFE = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"), (b"x-frame-options", b"DENY"))


SERVICE = "api"
STATUSES = ("200", "400", "401", "403", "404", "500", "503")
"""Those that every route counts from 0."""


class Meters:
    """Requests by route and status, how long they took, and in which roles people read."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("tsunagu_api_requests", "Requests answered", ("service", "route", "status"), registry=self.registry)
        self._seconds = Timings(self.registry, "tsunagu_api_seconds", "Time to an answer", ("service", "route"), _BUCKETS)
        self._reads = Counter("tsunagu_audit_reads", "Requests that an identified reader got an answer to", ("service", "role"), registry=self.registry)
        for role in Role:
            self._reads.labels(SERVICE, role.value)
        tell_build(self.registry, SERVICE)

    def know(self, route: str) -> None:
        """A route there is, set to 0."""
        self._seconds.labels(SERVICE, route)
        for status in STATUSES:
            self._requests.labels(SERVICE, route, status)

    def answered(self, route: str, status: int, seconds: float, role: str) -> None:
        """One request; ``role``: of whom it was known who asked, else empty."""
        self._requests.labels(SERVICE, route, str(status)).inc()
        self._seconds.labels(SERVICE, route).observe(seconds)
        if role and status < 400:
            self._reads.labels(SERVICE, role).inc()


class Watched:
    """An ASGI application, watched. While ``most`` requests are under way, more are told to come back; who asks whether it lives is answered all the same."""

    def __init__(self, app: Asgi, meters: Meters, most: int = MOST_AT_ONCE) -> None:
        self._app, self._meters, self._most, self._under_way = app, meters, most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def told(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *_SAFE]
            await send(message)

        quiet = scope["path"] in QUIET
        app = self._app if quiet or self._under_way < self._most else JSONResponse(problems.body(Code.UNAVAILABLE), problems.status_of(Code.UNAVAILABLE))
        self._under_way += not quiet
        try:
            await app(scope, receive, told)
        finally:
            self._under_way -= not quiet
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", OTHER)
        reader = scope.get("state", {}).get("reader")
        self._meters.answered(route, status, seconds, reader.role.value if reader else "")
        if route not in QUIET:
            log.logger().info("request", worker=route, outcome=str(status), reason=reader and str(reader.role), agency=reader and reader.agency or None)
