"""``tsunagu send``: an agency without a system of its own reports from a file, and is told what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from cli.day.player import pseudonym
from tests.installation import Broker


def send(stack: Broker, text: str, *options: str, file: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as the elder centre, with ``text`` on standard input or in a file."""
    if file is not None:
        file.write_text(text, "utf-8")
    environment = {**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}
    command = [sys.executable, "-P", "-m", "cli.main", "send", str(file or "-"), "--agency", "elder", *options]
    return subprocess.run(command, input=text, env=environment, capture_output=True, text=True, check=False)


def body(**changes: Any) -> dict[str, Any]:
    """What is said of somebody new."""
    return {"person": pseudonym(), "channel": "RESIDENT", "area_code": "990019-03", "summary": "隣の家の雨戸が三日閉まったまま。", **changes}


def signal(**changes: Any) -> dict[str, Any]:
    """A signal about a new case."""
    return {"type": "SignalReceived", "subject": pseudonym(), "body": body(), **changes}


def test_lines_of_a_file_are_sent_in_order(stack: Broker, tmp_path: Path):
    """One object a line; the result is one object a line."""
    first, second = signal(id=str(uuid.uuid4())), signal(id=str(uuid.uuid4()))

    done = send(stack, "\n".join(map(json.dumps, (first, second))), "--output", "json", file=tmp_path / "signals.jsonl")

    assert 0 == done.returncode, done.stderr
    assert [first["id"], second["id"]] == [json.loads(line)["sent"] for line in done.stdout.splitlines()]


def test_a_refusal_comes_back_to_whoever_waits(stack: Broker):
    """A screening of a case that there is not: the code and the sentence, in the same run of the command."""
    screening = {"type": "ConsultationScreened", "subject": pseudonym(), "body": {"outcome": "COMPLEX", "urgency": "LOW"}}

    done = send(stack, json.dumps(screening), "--output", "json", "--wait", "3")

    sent, *received = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["CASE_NOT_FOUND"] == [each["received"]["body"]["code"] for each in received]
    assert [sent["sent"]] == [each["received"]["body"]["message_id"] for each in received]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("これはJSONではない", "NOT_JSON"),
        ("[]", "NOT_AN_OBJECT"),
        (json.dumps(signal(type="Nothing")), "TYPE_UNKNOWN"),
        (json.dumps(signal(subject="")), "SUBJECT_MISSING"),
        (json.dumps(signal(body={})), "FIELD_MISSING"),
        (json.dumps(signal(extra=1)), "FIELD_UNKNOWN"),
        (json.dumps(signal(body=body(area_code="三丁目の髙橋"))), "VALUE_INVALID"),
        (json.dumps(signal(body=body(summary="長" * 100_000))), "TOO_MANY"),
        (json.dumps(signal(body=body(items=[{"person": pseudonym(), "category": "HEALTH", "code": "a", "text": "長" * 10_000}] * 10))), "TOO_LARGE"),
    ],
)
def test_what_does_not_fit_is_not_sent(stack: Broker, text: str, code: str):
    """A Japanese sentence and a code on standard error, exit code 2, nothing on standard output."""
    done = send(stack, text)

    assert (2, "") == (done.returncode, done.stdout)
    assert "送信していません" in done.stderr
    assert f"[{code}]" in done.stderr.replace("\n", "")


def test_an_agency_without_an_account_here_is_told_so(stack: Broker):
    """The password file is what is missing; exit code 3."""
    environment = {**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}
    command = [sys.executable, "-P", "-m", "cli.main", "send", "-", "--agency", "nobody"]
    done = subprocess.run(command, input=json.dumps(signal()), env=environment, capture_output=True, text=True, check=False)

    assert 3 == done.returncode
    assert "agency-nobody.password" in done.stderr.replace("\n", "")
