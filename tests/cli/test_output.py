"""Tables show every letter of what they show, however narrow the place is."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from cli.output import Output, show

PRINTING = """
from cli.output import Output, show
from cli.running import COLUMNS, _address
names = ("kafka", "postgres", "schemas", "intake")
rows = [{"name": name, "state": "ready", "pid": 1_000_000, "port": 29_999, "restarts": 0, "rss_mib": 233.1} for name in names]
show([{**row, "address": _address(row)} for row in rows], COLUMNS, Output.TABLE)
told = "the server does not answer; check [database] in tsunagu.toml and " + "sentence " * 20
show([{"check": "database", "found": told, "id": "0123456789abcdef0123456789abcdef"}], ("check", "found", "id"), Output.TABLE)
"""


def printed(width: int, terminal: bool) -> str:
    """What the rows look like in a terminal of this width, or in a pipe."""
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "dumb"}
    command = [sys.executable, "-c", PRINTING]
    if not terminal:
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, env=environment, stdout=theirs, stderr=theirs)
    os.close(theirs)
    found = b"".join(iter(lambda: _read(ours), b""))
    assert 0 == process.wait(), found.decode()
    return found.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # how Linux says that the other end of a terminal is closed
        return b""


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_address_and_no_id_is_ever_cut(width: int, terminal: bool):
    """In a narrow terminal sentences are wrapped, and the terminal itself wraps the rest."""
    found = printed(width, terminal)

    assert "…" not in found
    for whole in ("127.0.0.1:29999", "http://127.0.0.1:29999/subjects", "http://127.0.0.1:29999/metrics", "0123456789abcdef0123456789abcdef"):
        assert whole in found


def test_words_in_brackets_are_words():
    """`check [database]` lost its object, as if it were a style."""
    assert "check [database] in tsunagu.toml" in printed(300, terminal=False)


def test_no_cell_of_a_csv_is_a_formula(capsys: pytest.CaptureFixture[str]):
    """An agency may be named anything."""
    show([{"name": "=1+1", "port": -1}], ("name", "port"), Output.CSV)

    assert "name,port\n'=1+1,-1\n" == capsys.readouterr().out
