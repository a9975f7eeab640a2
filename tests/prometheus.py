"""Prometheus, Alertmanager and their tools for the tests, from Debian's packages: fetched by ``apt-get`` (which checks their
signatures), unpacked without root into the download cache, never installed. Where they cannot be had, the test is skipped loudly.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from deploy.local.jars import one_at_a_time
from deploy.local.layout import cache

PACKAGES = ("prometheus", "prometheus-alertmanager")
FOLDER = "debian-prometheus"
TIMEOUT_S = 120


class CannotFetch(Exception):
    """The packages cannot be had here; the text says why."""


def promtool() -> Path:
    """Checks and tests rules, configurations and scrapes; skips the test where it cannot be had."""
    return _program("promtool")


def prometheus() -> Path:
    """The server; skips the test where it cannot be had."""
    return _program("prometheus")


def amtool() -> Path:
    """Checks an Alertmanager's configuration and its routes; skips the test where it cannot be had."""
    return _program("amtool")


def alertmanager() -> list[str]:
    """The words that start the Alertmanager; skips the test where it cannot be had.

    Debian's looks for its templates in ``/usr/share`` only: where it is not installed, it is shown the unpacked folder there, in a
    mount namespace of its own (``unshare``), and nobody else sees anything of it.
    """
    program, share = str(_program("prometheus-alertmanager")), cache() / FOLDER / "usr" / "share"
    if Path("/usr/share/prometheus/alertmanager/default.tmpl").exists():
        return [program]
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("NOT CHECKED: no mount namespace can be had here, and Debian's Alertmanager is not installed")
    (share / "zoneinfo").mkdir(exist_ok=True)
    show = f"mount --bind /usr/share/zoneinfo '{share}/zoneinfo'; mount --rbind '{share}' /usr/share"
    return ["unshare", "-rm", "sh", "-c", f'{show}; exec "$@"', "sh", program]


def _program(name: str) -> Path:
    found = _unpacked()
    if isinstance(found, str):
        pytest.skip(f"NOT CHECKED: {name} cannot be had here ({found}); it comes from Debian's packages {' and '.join(PACKAGES)}")
    return found / "usr" / "bin" / name


@functools.cache
def _unpacked() -> Path | str:
    """The folder with both packages unpacked, or why there is none; asked once per run."""
    try:
        return _fetch(cache() / FOLDER)
    except CannotFetch as error:
        return str(error)


def _fetch(target: Path) -> Path:
    """Fetch into a folder beside ``target`` and rename it when complete; safe beside another run. Raises CannotFetch."""
    try:
        with one_at_a_time(target):
            if not target.is_dir():
                _fill(target)
    except OSError as error:
        raise CannotFetch(str(error)) from error
    return target


def _fill(target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as work:
        complete = Path(work) / "root"
        complete.mkdir(mode=0o755)
        _run(work, "apt-get", "download", *PACKAGES)
        for package in sorted(Path(work).glob("*.deb")):
            _run(work, "dpkg-deb", "-x", str(package), str(complete))
        os.replace(complete, target)


def _run(folder: str, *words: str) -> None:
    if shutil.which(words[0]) is None:
        raise CannotFetch(f"there is no {words[0]}")
    try:
        done = subprocess.run(words, check=False, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise CannotFetch(f"{' '.join(words)} did not end within {TIMEOUT_S} s") from error
    if done.returncode:
        raise CannotFetch(f"{' '.join(words)}: {(done.stderr.strip().splitlines() or ['it failed'])[-1]}")
