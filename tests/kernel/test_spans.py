"""Spans as a collector sees them; and what is said where the extra is not installed."""

from __future__ import annotations

import builtins
import gc
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from kernel import spans
from kernel.settings import Settings, SettingsMissing, SettingsWrong, load
from kernel.spans import Hop
from kernel.tracing import SpanContext

HOP = Hop(
    SpanContext("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"), SpanContext("4bf92f3577b34da6a3ce929d0e0e4736", "1" * 16), "courier SignalReceived", "courier",
    "990019.agency.elder.inbox", "SignalReceived", 1_000_000_000, 2_000_000_000,
)
REPOSITORY = Path(__file__).resolve().parents[2]
TOML = """
[municipality]
code = "990019"
policy = "national-2"
[kafka]
bootstrap = "127.0.0.1:1"
controller = "127.0.0.1:2"
security_protocol = "SASL_PLAINTEXT"
partitions = 1
agency_partitions = 1
[database]
host = "127.0.0.1"
port = 5432
[http]
schema_window = "127.0.0.1:3"
ports = { participation = 4 }
"""
SETTINGS = Settings(
    home=Path(), municipality="990019", partitions=1, agency_partitions=1, bootstrap="", security_protocol="", database_host="", database_port=0,
    policy="", schema_window="",
)


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """An address that takes spans, and what it took."""
    taken: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        """Takes everything."""

        def do_POST(self) -> None:
            """One batch of spans."""
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", taken
    server.shutdown()


def test_a_span_arrives_at_the_collector(collector: tuple[str, list[bytes]]):
    """With the ids of the trace, its parent, its times and its topic; the service and the version are its resource's."""
    trace = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    address, taken = collector
    tracer = spans.tracer(replace(SETTINGS, otel_endpoint=address), "consent")
    assert tracer
    tracer._export(HOP)
    tracer._export.processor.shutdown()  # type: ignore[attr-defined]
    del tracer
    gc.collect()  # while it is there, each process forked from this one begins with a thread of its own, and PostgreSQL's cannot step down from root

    (resource,) = [each for body in taken for each in trace.ExportTraceServiceRequest.FromString(body).resource_spans]
    (span,) = resource.scope_spans[0].spans
    told = {each.key: each.value.string_value for each in (*resource.resource.attributes, *span.attributes)}
    assert (HOP.context.trace, HOP.context.span, "1" * 16) == (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
    assert (HOP.name, HOP.began, HOP.ended) == (span.name, span.start_time_unix_nano, span.end_time_unix_nano)
    assert ("tsunagu-consent", HOP.topic, "990019") == (told["service.name"], told["messaging.destination.name"], told["tsunagu.municipality"])


def test_without_the_setting_nothing_is_loaded():
    """No address, no spans, no library."""
    asked = "import sys, kernel.app; sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"

    assert None is spans.tracer(SETTINGS, "consent")
    assert 0 == subprocess.run([sys.executable, "-c", asked], check=False, cwd=REPOSITORY).returncode


def test_a_missing_extra_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch):
    """Which setting asks for it, and what to do; a fault of the settings, so the command ends with 2."""
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ModuleNotFoundError(f"No module named {name!r}", name="opentelemetry")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(SettingsWrong, match=r"'otel.endpoint'.*opentelemetry is not installed.*tsunagu\[otel\]") as found:
        spans.tracer(replace(SETTINGS, otel_endpoint="http://127.0.0.1:4318/v1/traces"), "consent")
    assert isinstance(found.value, SettingsMissing)


def test_the_command_ends_with_two_where_the_extra_is_missing(tmp_path: Path):
    """Before anything is connected: one sentence on stderr."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "tsunagu.toml").write_text(TOML + '[otel]\nendpoint = "http://127.0.0.1:4318/v1/traces"\n')
    code = "import sys; sys.modules['opentelemetry'] = None; sys.argv = ['tsunagu', 'service', 'participation']; from cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, env={"TSUNAGU_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
        check=False, timeout=60,
    )

    assert (2, 1) == (done.returncode, len(done.stderr.strip().splitlines())), done.stderr
    assert "otel.endpoint" in done.stderr
    assert "tsunagu[otel]" in done.stderr


def test_settings_of_health_and_spans(tmp_path: Path):
    """Loopback and no spans unless they say otherwise; a share is a share."""
    def loaded(more: str, http: str = "") -> Settings:
        (tmp_path / "tsunagu.toml").write_text(TOML + http + more)
        return load(tmp_path)

    usual, other = loaded(""), loaded('[otel]\nendpoint = "http://c:4318/v1/traces"\nshare = 0.25\n', 'host = "0.0.0.0"\n')
    assert ("127.0.0.1", "", 1.0) == (usual.http_host, usual.otel_endpoint, usual.otel_share)
    assert ("0.0.0.0", "http://c:4318/v1/traces", 0.25) == (other.http_host, other.otel_endpoint, other.otel_share)
    for wrong in ("[otel]\nshare = 2\n", "[otel]\nshare = true\n", "[otel]\nendpoint = 1\n"):
        with pytest.raises(SettingsMissing, match="otel"):
            loaded(wrong)
