"""Builds ``.venv`` beside this repository from ``requirements.txt`` (versions and hashes locked) and installs the project into it.

Standard library only: it runs on the system's Python before anything is installed. A stamp makes every later call return at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMP = VENV / "stamp"
LOG = VENV / "install.log"
UNREACHABLE = 3


class Missing(Exception):
    """Something that the environment needs cannot be had; the text is one sentence for the user."""


def main() -> int:
    """Build the environment if it is not current. Returns the exit code: 0, or 3 with one sentence on stderr."""
    try:
        with (ROOT / ".venv.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _current():
                _build()
    except Missing as missing:
        print(f"tsunagu: {missing}", file=sys.stderr)
        return UNREACHABLE
    except OSError as error:
        print(f"tsunagu: the environment cannot be built in {VENV}: {error.strerror}; free space or give write access", file=sys.stderr)
        return UNREACHABLE
    return 0


def _identity() -> str:
    """Digest of all that the environment's content depends on."""
    parts = [(ROOT / name).read_bytes() for name in ("requirements.txt", "pyproject.toml")]
    return hashlib.sha256(b"\0".join([*parts, sys.version.encode(), str(ROOT).encode()])).hexdigest()


def _current() -> bool:
    return STAMP.exists() and STAMP.read_text() == _identity() and (VENV / "bin" / "tsunagu").exists()


def _build() -> None:
    began = time.monotonic()
    _say("building the Python environment, about a minute the first time …")
    _create()
    LOG.write_bytes(b"")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    _run([*pip, "install", "--retries", "2", "--require-hashes", "-r", str(ROOT / "requirements.txt")])
    _run([*pip, "install", "--no-index", "--no-build-isolation", "--no-deps", "--editable", str(ROOT)])
    STAMP.write_text(_identity())
    _say(f"the Python environment is ready ({time.monotonic() - began:.0f} s)")


def _create() -> None:
    """An empty virtual environment of this very Python. Raises Missing."""
    try:
        import ensurepip  # noqa: F401  Debian ships Python without it
        import venv
    except ImportError as error:
        name = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        raise Missing(f"this Python cannot make virtual environments; install the package {name} and run the command again") from error
    STAMP.unlink(missing_ok=True)
    venv.create(VENV, with_pip=True, clear=_foreign())


def _foreign() -> bool:
    """Whether an older ``.venv`` belongs to another Python or was moved, and must be emptied first."""
    configuration = VENV / "pyvenv.cfg"
    if not configuration.exists():
        return VENV.exists()
    probe = [str(VENV / "bin" / "python"), "-c", "import sys; print(sys.version, sys.prefix, sep='\\n')"]
    try:
        found = subprocess.run(probe, capture_output=True, text=True, check=False)
    except OSError:
        return True
    return found.returncode != 0 or found.stdout.strip() != f"{sys.version}\n{VENV}"


def _run(command: list[str]) -> None:
    """Run one installer step with its output in the log. Raises Missing."""
    with LOG.open("ab") as log:
        code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_environment(), check=False).returncode
    if code:
        raise Missing(_reason(LOG.read_text(errors="replace")))


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}


def _reason(log: str) -> str:
    if "HASHES" in log:
        return f"a package differs from the one locked in requirements.txt and was refused; see {LOG}"
    if any(sign in log for sign in ("Connection", "Temporary failure", "Name or service", "timed out", "NewConnectionError")):
        return f"the package index cannot be reached; connect this machine to the network (or set pip's proxy) and run the command again; see {LOG}"
    if "No matching distribution" in log:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return f"a locked package has no build for Python {version} on this machine; use Python 3.11, 3.12 or 3.13 on Linux; see {LOG}"
    return f"the packages could not be installed; see {LOG}"


def _say(text: str) -> None:
    print(f"tsunagu: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
