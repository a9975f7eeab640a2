"""A page as PDF, by a browser without a window. The page has no script and asks for nothing, and the browser finds no host but the disk."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell")
TIMEOUT_S = 60.0
_WORDS = (
    "--headless", "--disable-gpu", "--no-pdf-header-footer", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--host-resolver-rules=MAP * ~NOTFOUND",
)


class NoBrowser(Exception):
    """There is none; the message says which names were looked for."""


class BrowserFailed(Exception):
    """It gave no PDF; the message says what it said last."""


def found(named: str | None) -> str:
    """The browser that is named, or the first that is there. Raises NoBrowser."""
    for name in (named,) if named else BROWSERS:
        if path := shutil.which(name):
            return path
    raise NoBrowser(f"no browser named {named} is there" if named else f"no browser for a PDF is there (looked for {', '.join(BROWSERS)})")


def pdf(page: str, browser: str, timeout_s: float = TIMEOUT_S) -> bytes:
    """The page on paper. Raises BrowserFailed."""
    with tempfile.TemporaryDirectory(prefix="tsunagu-", ignore_cleanup_errors=True) as folder:
        html, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        html.write_text(page, "utf-8")
        own = ("--no-sandbox",) if os.geteuid() == 0 else ()  # a browser refuses to be root with one; the page is ours and has no script
        said = _run([browser, *_WORDS, *own, f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", html.as_uri()], timeout_s)
        if not target.exists() or not (made := target.read_bytes()).startswith(b"%PDF"):
            raise BrowserFailed(f"{browser} gave no PDF ({said.splitlines()[-1] if said.strip() else 'and said nothing'})")
        return made


def _run(words: list[str], timeout_s: float) -> str:
    """What it said. A browser is many processes: all of them end with it."""
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
                          start_new_session=True) as process:
        try:
            return process.communicate(timeout=timeout_s)[1]
        except subprocess.TimeoutExpired as problem:
            raise BrowserFailed(f"{words[0]} gave no PDF within {timeout_s:g} s") from problem
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
