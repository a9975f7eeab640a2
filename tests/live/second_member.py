"""A second member of a service's groups, as a second replica would be: a process of its own that is stopped in its tracks and let go again."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import ports
from kernel import settings as settings_module

PATIENCE_MS = 120_000
"""How long the broker waits for it before it gives its partitions to others: here, longer than the test."""


@contextmanager
def second_member(home: Path, folder: Path, service: str) -> Iterator[subprocess.Popen[bytes]]:
    """Runs one, ready; it leaves its groups at the end."""
    (port,) = ports.free_block(1)
    (folder / "secrets").symlink_to(home / "secrets")
    text = (home / settings_module.FILE_NAME).read_text("utf-8")
    (folder / settings_module.FILE_NAME).write_text(re.sub(rf"\b{service} = \d+", f"{service} = {port}", text), "utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "tests.live.second_member", service], env=_environment(folder), stdout=log, stderr=log)
    try:
        _wait(process, port)
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(folder: Path) -> dict[str, str]:
    import os

    return {**os.environ, "TSUNAGU_HOME": str(folder)}


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError("the second member did not become ready")


def _main(service: str) -> None:
    """The service under another host name, leaving its groups when it ends (no static member), and with the broker's long patience."""
    import socket

    socket.gethostname = lambda: "second"
    from kernel import clients

    plain = clients.AIOKafkaConsumer
    clients.AIOKafkaConsumer = lambda **options: plain(**{**options, "group_instance_id": None, "session_timeout_ms": PATIENCE_MS}) \
        if options.get("group_id") else plain(**options)
    from cli.main import main

    sys.argv = ["tsunagu", "service", service]
    main()


if __name__ == "__main__":
    _main(sys.argv[1])
