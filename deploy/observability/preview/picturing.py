"""Picturing (画像): a page of the preview as a PNG, by a Chromium without a window."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTH, LINE, HEAD = 1440, 38, 156
"""Pixels: of a page, of one row of the grid, of what stands above and below the grid."""
TIMEOUT_S = 120


class NoBrowser(Exception):
    """There is no Chromium, or it does not start; the text says what to do."""


def browser() -> str:
    """The program. Raises NoBrowser."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise NoBrowser("there is no Chromium to make pictures with; on Debian: apt-get install chromium fonts-noto-cjk")
    return found


def picture(address: str, rows: int, target: Path) -> None:
    """Write the page at ``address``, as tall as so many rows of the grid, into ``target``. Raises NoBrowser."""
    with tempfile.TemporaryDirectory(prefix="tsunagu-preview-") as profile:
        words = [browser(), "--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--force-device-scale-factor=1", f"--user-data-dir={profile}",
                 f"--window-size={WIDTH},{rows * LINE + HEAD}", "--virtual-time-budget=20000", f"--screenshot={target}", address]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            words.insert(1, "--no-sandbox")  # it refuses to run as root otherwise
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoBrowser(f"Chromium made no picture: {error}") from error
    if done.returncode or not target.exists():
        raise NoBrowser(f"Chromium made no picture: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
