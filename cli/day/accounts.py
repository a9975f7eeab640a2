"""The agencies of the real stage, each through its own account: with our client, or, one of them, with a program that uses nothing of ours."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from cli.agency.body import from_json, to_json
from cli.agency.client import AgencyClient
from cli.agency.message import Heard
from cli.day.stage import Words
from contracts.catalogue import BY_FULL_NAME
from kernel.settings import Settings

STOCK = "environment"
"""The agency that uses nothing of ours."""
ANSWER_S = 60.0
"""How long its program may take to begin, or to send one message."""
ROOT = Path(__file__).resolve().parents[2]


class Account(Protocol):
    """An agency as the stage uses it."""

    def say(self, words: Words) -> int:
        """Send; the append time."""

    def poll(self) -> list[Heard]:
        """What is new in the inbox."""

    def close(self) -> None:
        """Let go."""


def opened(settings: Settings, agency: str) -> Account:
    """Open the account of an agency of the sample town. Raises KafkaException, SettingsMissing, TimeoutError."""
    return (Stock if agency == STOCK else Ours)(settings, agency)


class Ours:
    """An agency that uses our client."""

    def __init__(self, settings: Settings, agency: str) -> None:
        self.client = AgencyClient(settings, agency)
        self.client.skip_inbox()
        self.client.connect()

    def say(self, words: Words) -> int:
        """See Account."""
        return self.client.say(
            words.event, words.subject, id=words.id, time=words.time, basis=words.basis, purpose=words.purpose,
        ).timestamp

    def poll(self) -> list[Heard]:
        """See Account."""
        return self.client.poll()

    def close(self) -> None:
        """See Account."""
        self.client.close()


class Stock:
    """An agency that is a program of its own: examples/stock_agency, spoken to over its standard streams."""

    def __init__(self, settings: Settings, agency: str) -> None:
        self._agency = agency
        words = {
            "bootstrap": settings.bootstrap, "security-protocol": settings.security_protocol, "municipality": settings.municipality,
            "agency": agency, "user": f"agency-{agency}", "password-file": settings.home / "secrets" / f"agency-{agency}.password",
            "schemas": f"http://{settings.schema_window}", "avsc": ROOT / "schemas" / "avro",
            **({"ca": ca} if (ca := settings.authorities()) else {}),
        }
        arguments = [text for name, value in words.items() for text in (f"--{name}", str(value))]
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(ROOT / "examples" / "stock_agency" / "stock_agency.py"), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )
        self._answers: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._heard: list[Heard] = []
        threading.Thread(target=self._listen, daemon=True).start()
        self._wait_for("ready")

    def say(self, words: Words) -> int:
        """See Account."""
        assert not (words.basis or words.purpose), "the stock agency claims nothing"
        body = to_json(words.event.to_avro())
        line = {"type": type(words.event).__name__, "subject": words.subject, "id": words.id, "time": words.time, "body": body}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._process.stdin.flush()
        return self._wait_for("sent")["timestamp"]

    def poll(self) -> list[Heard]:
        """See Account."""
        while not self._answers.empty():
            self._take(self._answers.get())
        heard, self._heard = self._heard, []
        return heard

    def close(self) -> None:
        """See Account."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(json.loads(line))
        self._answers.put({"error": "the program ended"})

    def _wait_for(self, name: str) -> dict[str, Any]:
        deadline = time.monotonic() + ANSWER_S
        while time.monotonic() < deadline:
            try:
                answer = self._answers.get(timeout=1)
            except Empty:
                continue
            if name in answer:
                return answer
            self._take(answer)
        raise TimeoutError(f"{self._agency}: no {name}")

    def _take(self, answer: dict[str, Any]) -> None:
        if "error" in answer:
            raise RuntimeError(f"{self._agency}: {answer['error']}")
        received = answer["received"]
        kind = BY_FULL_NAME[received["type"]]
        self._heard.append(Heard(
            id=received["id"], type=kind.name, subject=received["subject"], causation_id=received["causation_id"],
            correlation_id=received["correlation_id"], event=from_json(kind, received["body"], unmapped=True),
            timestamp=received["timestamp"], coordinates=("", received["partition"], received["offset"]),
            request_id=received.get("request_id", ""),
        ))
