"""The OpenAPI document against the API: requests made from the document, good and bad ones, by every role, are answered as it says."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
import schemathesis
import uvicorn
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from services.reporting.store import Connect
from tests.installation import Broker
from tests.services.reporting import api_town
from tests.services.reporting.api_town import READERS

pytestmark = pytest.mark.live

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance,
    negative_data_rejection, ignored_auth, unsupported_method,
]
EXAMPLES = int(os.environ.get("TSUNAGU_SCHEMA_EXAMPLES", "2"))
"""Of each kind of request, for each operation; every role makes each of them. Before a release: 20."""
ROLES = ("elder", *(name for name in READERS if name not in ("elder", "child", "jobs", "stranger")))


@contextmanager
def served(broker: Broker, established: Connect, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The API in a thread of this process, with a loop of its own: its address, and the readers' tokens."""
    ready, ended, found = threading.Event(), threading.Event(), {}

    async def serve() -> None:
        async with api_town.town(broker, established, folder) as town:
            server = uvicorn.Server(uvicorn.Config(town.app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off"))
            serving = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            found.update(port=server.servers[0].sockets[0].getsockname()[1], secrets=town.secrets)
            ready.set()
            await asyncio.to_thread(ended.wait)
            server.should_exit = True
            await serving

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield f"http://127.0.0.1:{found['port']}", found["secrets"]
    finally:
        ended.set()
        thread.join(30)


def test_every_role_is_answered_as_the_document_says(broker: Broker, established: Connect, tmp_path: Path):
    """No fault of ours, no status, shape or header that is not written; what is malformed is refused, and what needs a token gives nothing without."""
    with served(broker, established, tmp_path) as (address, secrets):
        schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
        by_role = [{"Authorization": f"Bearer {secrets[reader]}"} for reader in ROLES]
        for result in schema.get_all_operations():
            ask(result.ok(), by_role)


def ask(operation: schemathesis.APIOperation, by_role: list[dict[str, str]]) -> None:
    """Some requests of one operation, by every role; each answer is checked."""
    parameters = bool([*operation.iter_parameters()])
    for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)[: 1 + parameters]:

        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        @hypothesis.settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck))
        def requests(case: schemathesis.Case) -> None:
            for headers in by_role:
                case.validate_response(case.call(headers=headers), checks=CHECKS, headers=headers)

        requests()
