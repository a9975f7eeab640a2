"""The schema window: a read-only HTTP view of ``contracts`` in the shape of a schema registry's read API.

Stock deserialisers of other languages resolve our schema ids with it. Subjects are the Avro full names
(RecordNameStrategy), because one topic carries several types. The authority stays the schema set in git.
"""

from __future__ import annotations

import asyncio
import json
import signal
from typing import Any
from urllib.parse import unquote

from contracts import PUBLISHED, SCHEMAS
from kernel import log
from kernel.pages import Answer, PageServer

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
_DIGITS = 9
"""A schema id or version has no more."""


def run(address: str) -> None:
    """Serve on ``host:port`` until terminated."""
    log.configure("schemas")
    host, _, port = address.rpartition(":")
    asyncio.run(_serve(host, int(port)))


async def _serve(host: str, port: int) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with PageServer(page, port, host):
        await ended.wait()


def page(path: str) -> Answer:
    """The page at a path of the window."""
    match [unquote(part) for part in path.split("/")[1:]]:
        case [""] | ["readyz"]:
            return _answer({})
        case ["config"]:
            return _answer({"compatibilityLevel": "FULL_TRANSITIVE"})
        case ["subjects"]:
            return _answer(sorted({entry["name"] for entry in PUBLISHED.values()}))
        case ["subjects", subject, "versions"]:
            return _answer(versions) if (versions := sorted(_of_subject(subject))) else _missing(40401, "Subject not found.")
        case ["subjects", subject, "versions", version, *rest] if rest in ([], ["schema"]):
            number = _resolve(subject, version)
            return _answer(PUBLISHED[number]["schema"] if rest else _described(number)) if number else _missing(40402, "Version not found.")
        case ["schemas", "types"]:
            return _answer(["AVRO"])
        case ["schemas", "ids", text, *rest] if rest in ([], ["schema"], ["versions"]):
            number = _number(text)
            return _answer(_of_id(number, rest)) if number in PUBLISHED else _missing(40403, "Schema not found.")
    return _missing(404, "HTTP 404 Not Found")


def _answer(body: Any, status: int = 200) -> Answer:
    return status, CONTENT_TYPE, json.dumps(body).encode()


def _missing(code: int, message: str) -> Answer:
    return _answer({"error_code": code, "message": message}, status=404)


def _of_id(number: int, rest: list[str]) -> Any:
    entry = PUBLISHED[number]
    match rest:
        case ["schema"]:
            return entry["schema"]
        case ["versions"]:
            return [{"subject": entry["name"], "version": entry["version"]}]
    return {"schema": SCHEMAS[number]}


def _number(text: str) -> int:
    """A whole number, or 0, which no schema and no version has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0


def _of_subject(subject: str) -> dict[int, int]:
    return {entry["version"]: number for number, entry in PUBLISHED.items() if entry["name"] == subject}


def _resolve(subject: str, version: str) -> int | None:
    versions = _of_subject(subject)
    return versions.get(max(versions, default=0) if version == "latest" else _number(version))


def _described(number: int) -> dict[str, Any]:
    entry = PUBLISHED[number]
    return {"subject": entry["name"], "version": entry["version"], "id": number, "schema": SCHEMAS[number]}
