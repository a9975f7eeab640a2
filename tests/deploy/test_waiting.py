"""A service that is started while the broker is away waits for it: alive, not ready, and ends well when it is told to."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from deploy.local.layout import Layout
from deploy.local.lifecycle import Installation

WITHIN_S = 60.0


def answer(port: int, path: str) -> int:
    """The status of a probe; 0 where nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=3) as found:
            return found.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.mark.parametrize("name", ["consent", "reporting"])
def test_a_service_without_a_broker_lives_and_waits_and_can_be_told_to_end(name: str, tmp_path: Path):
    """No restart helps against a broker that is away, so none is provoked."""
    settings = Installation(Layout(tmp_path)).prepare()
    port = settings.http_ports[name]
    with subprocess.Popen(
        [sys.executable, "-m", "cli.main", "service", name], env={"TSUNAGU_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, stdout=subprocess.PIPE, text=True,
    ) as process:
        try:
            deadline = time.monotonic() + WITHIN_S
            while not answer(port, "/livez") and time.monotonic() < deadline:
                time.sleep(0.1)
            time.sleep(2)

            assert (200, 503, None) == (answer(port, "/livez"), answer(port, "/readyz"), process.poll())

            process.send_signal(signal.SIGTERM)
            assert process.stdout is not None
            told = process.stdout.read()
            assert 0 == process.wait(20)
            assert '"event":"waiting"' in told and "critical" not in told
        finally:
            process.kill()
