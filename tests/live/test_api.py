"""The read API on the whole system: a text is read, the gate records it, and the person finds the reading in the own ledger."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from cli.api import GateLedger
from cli.consent import provided
from services.reporting.api.tokens import Tokens
from services.reporting.resource import Role
from tests.installation import Broker
from tests.live.test_send import send, signal

pytestmark = pytest.mark.live
WITHIN_S = 60.0


def asked(stack: Broker, path: str, secret: str) -> list[dict[str, Any]]:
    """The rows or entries that a reader is answered."""
    request = urllib.request.Request(f"http://127.0.0.1:{stack.settings.http_ports['api']}{path}", headers={"Authorization": f"Bearer {secret}"})
    with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
        found = json.load(answer)
    return found.get("rows", found.get("entries"))


def until(found: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What is there as soon as anything is."""
    deadline = time.monotonic() + WITHIN_S
    while not (rows := found()) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert rows
    return rows


def test_who_has_read_a_text_stands_in_the_persons_ledger(stack: Broker):
    """The elder centre reads what it has reported; the child centre finds nothing; the person learns who, in which role and why."""
    told, tokens = signal(), Tokens(stack.settings.home)
    case, person, summary = told["subject"], told["body"]["person"], told["body"]["summary"]
    elder, child, desk = (tokens.add(*each, days=1)[1] for each in ((Role.CASEWORKER, "elder"), (Role.CASEWORKER, "child"), (Role.PRIVACY_DESK, "")))
    assert 0 == send(stack, json.dumps(told)).returncode

    texts = until(lambda: asked(stack, f"/v1/cases/{case}/texts?reason=SUPPORT", elder))
    assert summary in [part["values"].get("summary") for row in texts for part in row["parts"]]
    assert [] == asked(stack, f"/v1/cases/{case}/texts?reason=SUPPORT", child) == asked(stack, f"/v1/timeline?case_id={case}", child)

    (read, *_) = until(lambda: [each for each in asked(stack, f"/v1/persons/{person}/ledger?reason=RIGHTS_REQUEST", desk) if each["kind"] == "READ"])
    assert ("elder", "CASEWORKER", "cases.text", "SUPPORT") == (read["recipient"], read["role"], read["resource"], read["read_for"])

    ledgers = GateLedger(stack.settings)

    def by_the_log_and_by_the_index() -> tuple[object, object]:
        return provided.records(ledgers._from_log(person).lines(int(time.time() * 1000))), asyncio.run(ledgers(person, False)).entries

    deadline = time.monotonic() + WITHIN_S  # the index of persons follows the log: the desk's own reading may be on its way
    while (both := by_the_log_and_by_the_index())[0] != both[1] and time.monotonic() < deadline:
        time.sleep(0.2)
    assert both[0] == both[1]
