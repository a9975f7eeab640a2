"""``tsunagu send``: an agency without a system of its own reports from a file, and is told what came of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cli.day.player import pseudonym
from kernel.settings import FILE_NAME
from tests.installation import Broker


def send(stack: Broker, text: str, *options: str, file: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as the elder centre, with ``text`` on standard input or in a file."""
    if file is not None:
        file.write_text(text, "utf-8")
    environment = {**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}
    command = [sys.executable, "-P", "-m", "cli.main", "send", str(file or "-"), "--agency", "elder", *options]
    return subprocess.run(command, input=text, env=environment, capture_output=True, text=True, check=False)


def comes_back(stack: Broker, message: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """What `send --wait` prints until something of this type has come back, however long that takes, and in the second after."""
    environment = {**os.environ, "TSUNAGU_HOME": str(stack.settings.home), "PYTHONUNBUFFERED": "1"}
    words = ["send", "-", "--agency", "elder", "--output", "json", "--wait", "120"]
    found: list[dict[str, Any]] = []
    with subprocess.Popen([sys.executable, "-P", "-m", "cli.main", *words], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as listening:
        assert listening.stdin and listening.stdout
        listening.stdin.write(json.dumps(message))
        listening.stdin.close()
        for line in listening.stdout:
            found.append(json.loads(line))
            if found[-1].get("received", {}).get("type") == kind:
                break
        time.sleep(1.0)
        listening.kill()
        found += map(json.loads, listening.stdout)
    return found


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

    sent, *received = comes_back(stack, screening, "MessageRefused")

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
    ids=lambda value: value[:14],
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


COMMANDS = (
    ("send", "-", "--agency", "elder"), ("send", "-", "--agency", "elder", "--wait", "1"),
    ("audit", "redecide"), ("consent", "explain", "0" * 32), ("trace", "0" * 32),
)


@pytest.fixture(scope="module")
def mistyped(stack: Broker, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], tuple[subprocess.CompletedProcess[str], float]]:
    """What each command says, and after how many seconds, in an installation beside this one with the same broker and other passwords; all at once."""
    home = tmp_path_factory.mktemp("mistyped")
    shutil.copytree(stack.settings.home / "secrets", home / "secrets")
    shutil.copy(stack.settings.home / FILE_NAME, home)
    for principal in ("agency-elder", "auditor"):
        (home / "secrets" / f"{principal}.password").write_text("mistyped")

    def say(words: tuple[str, ...]) -> tuple[subprocess.CompletedProcess[str], float]:
        began, environment = time.monotonic(), {**os.environ, "TSUNAGU_HOME": str(home)}
        command = [sys.executable, "-P", "-m", "cli.main", *words]
        done = subprocess.run(command, input=json.dumps(signal()), env=environment, capture_output=True, text=True, check=False)
        return done, time.monotonic() - began

    with ThreadPoolExecutor(len(COMMANDS)) as together:
        return dict(zip(COMMANDS, together.map(say, COMMANDS), strict=True))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_wrong_password_is_told_as_such(mistyped: dict[tuple[str, ...], tuple[subprocess.CompletedProcess[str], float]], words: tuple[str, ...]):
    """The broker answers: nobody is sent to start it, or made to wait for half a minute. Exit code 3."""
    done, seconds = mistyped[words]

    assert (3, "") == (done.returncode, done.stdout)
    assert "authentication failed" in done.stderr
    assert ".password" in done.stderr and "run up" not in done.stderr
    assert seconds < 25


def explain(stack: Broker, decision: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Ask what the gate has decided."""
    command = [sys.executable, "-P", "-m", "cli.main", "consent", "explain", decision, *options]
    return subprocess.run(command, env={**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}, capture_output=True, text=True, check=False)


def test_whoever_was_refused_is_told_which_way_is_open(stack: Broker):
    """By the id of the very message that was sent, while the system runs: what was asked, what stays and why, what is next; whoever it is about is not named."""
    case, person, name = pseudonym(), pseudonym(), "髙橋 花子"
    received = {"type": "ConsultationReceived", "subject": case, "body": {
        "person": person, "field": "ELDER", "visitor_relation": "SELF", "name": name, "wish": "買い物に行けなくなった。",
    }}
    link = {"type": "LinkedToAgency", "subject": case, "id": str(uuid.uuid4()), "body": {
        "person": person, "to_agency": "poverty", "purpose": "CONSULTATION", "reason": "BETTER_PLACED", "name": name,
    }}
    assert 0 == send(stack, json.dumps(received), "--wait", "1").returncode
    heard = comes_back(stack, link, "DisclosureDecided")
    (verdict,) = [each["received"]["body"] for each in heard if each.get("received", {}).get("type") == "DisclosureDecided"]

    by_message, by_request, of_case = (explain(stack, each, "--output", "json") for each in (link["id"], verdict["request_id"], case))
    (told,) = json.loads(by_message.stdout)

    assert by_message.stdout == by_request.stdout == of_case.stdout
    assert ("DENY", verdict["request_id"]) == (told["outcome"], told["id"])
    assert "本人に説明し" in told["opens"][0]
    assert "つなぐ町" in told["opens"][-1]
    assert name not in by_message.stdout
    assert "次にできること" in explain(stack, case).stdout


def test_what_the_gate_never_decided_is_said_in_one_sentence(stack: Broker):
    """Exit code 1, nothing on standard output."""
    done = explain(stack, pseudonym())

    assert (1, "") == (done.returncode, done.stdout)
    assert "has decided nothing under" in done.stderr.replace("\n", " ")
