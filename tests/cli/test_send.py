"""What `tsunagu send` says of files that nobody can send: one Japanese sentence, exit code 2, before anything is connected."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.send import LARGEST_FILE


def send(file: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as the elder centre, without any installation."""
    environment = {**os.environ, "TSUNAGU_HOME": str(home)}
    command = [sys.executable, "-P", "-m", "cli.main", "send", str(file), "--agency", "elder"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def signal(**changes: object) -> bytes:
    """A signal about a new case, changed."""
    body = {"person": "a" * 32, "channel": "RESIDENT", "area_code": "990019-03", "summary": "雨戸が閉まったまま。"}
    return json.dumps({"type": "SignalReceived", "subject": "c-1", "body": body, **changes}).encode()


def said(kind: str, **body: object) -> bytes:
    """An event of this type about a case."""
    return json.dumps({"type": kind, "subject": "c-1", "body": body}).encode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("隣の家の雨戸".encode("cp932"), "NOT_TEXT"),
        (b"", "EMPTY"),
        (b"\n \n", "EMPTY"),
        (b"{", "NOT_JSON"),
        (b"[" * 100_000, "NOT_JSON"),
        (b"9" * 5_000, "NOT_JSON"),
        (b" " * (LARGEST_FILE + 1), "TOO_LARGE"),
        (signal(subject="\ud800"), "SUBJECT_MISSING"),
        (signal(id=7), "VALUE_INVALID"),
        (signal(body={"person": "\udfff", "channel": "RESIDENT", "area_code": "1"}), "VALUE_INVALID"),
        (signal(**{"\ud800": 1}), "FIELD_UNKNOWN"),
        (signal(basis="X"), "VALUE_INVALID"),
        (signal(basis="NONE"), "VALUE_INVALID"),
        (signal(purpose=["OUTREACH"]), "VALUE_INVALID"),
        (said("ConsentRefused", consent="c" * 32, person="a" * 32, purpose="OUTREACH", recipients=["*"]), "WILDCARD_RECIPIENT"),
        (said("SubjectMovedAway", person="a" * 32, moved_on="2026-05-01", to_municipality="131017"), "CHECK_DIGIT"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(tmp_path: Path, content: bytes, code: str):
    """No traceback, nothing on standard output."""
    (tmp_path / "file.json").write_bytes(content)

    done = send(tmp_path / "file.json", tmp_path)

    assert (2, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
    assert done.stderr.startswith("送信していません: ")
    assert done.stderr.endswith(f"[{code}]\n")


@pytest.mark.parametrize("name", ["", "none.json"])
def test_a_folder_and_a_file_that_is_not_there_are_told_too(tmp_path: Path, name: str):
    """The path is named."""
    done = send(tmp_path / name, tmp_path)

    assert (2, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
    assert f"ファイルを開けません（{tmp_path / name}" in done.stderr


def test_a_byte_order_mark_does_no_harm(tmp_path: Path):
    """Windows editors write it; what is missing then is the installation, exit code 3."""
    (tmp_path / "file.json").write_bytes(b"\xef\xbb\xbf" + signal())

    done = send(tmp_path / "file.json", tmp_path / "none")

    assert (3, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert "接続設定がありません" in done.stderr


def test_a_number_that_no_avro_type_holds_is_refused_by_its_field(tmp_path: Path):
    """A count of ten to the thirtieth is no traceback of the encoder."""
    body = {"held_on": "2026-05-01", "attendance": [{"band": "UNDER_15", "count": 10**30}]}
    (tmp_path / "file.json").write_bytes(json.dumps({"type": "SessionHeld", "subject": "p", "body": body}).encode())

    done = send(tmp_path / "file.json", tmp_path)

    assert 2 == done.returncode
    assert done.stderr.endswith("（body.attendance[0].count）[VALUE_INVALID]\n")
