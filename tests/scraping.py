"""A Prometheus of Debian's for a test: on a free port of loopback, in a folder of its own, stopped at the end."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.ports import HOST, free_block
from tests.prometheus import prometheus

WITHIN_S = 30.0


@contextmanager
def scraping(folder: Path, targets: Mapping[str, str] | None = None, rules: list[Path] | None = None) -> Iterator[str]:
    """Scrape ``targets`` (job → host:port) every other second; gives the server's address once it answers. Its data are in ``folder``/data."""
    (port,) = free_block(1)
    configuration, address = folder / "prometheus.yml", f"http://{HOST}:{port}"
    jobs = [{"job_name": job, "static_configs": [{"targets": [place]}]} for job, place in (targets or {}).items()]
    configuration.write_text(json.dumps({
        "global": {"scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "2s"}, "scrape_configs": jobs, "rule_files": [str(path) for path in rules or ()],
    }))
    words = [prometheus(), f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={HOST}:{port}", "--storage.tsdb.retention.time=40d"]
    with (folder / "prometheus.log").open("w") as log:
        server = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            _until_ready(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(WITHIN_S)


def _until_ready(address: str, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        assert server.poll() is None, "Prometheus ended; its log is in the test's folder"
        try:
            with urllib.request.urlopen(f"{address}/-/ready", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"Prometheus is not ready after {WITHIN_S:g} s")
