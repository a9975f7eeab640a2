"""The schema window: a read-only HTTP view of ``contracts`` in the shape of a schema registry's read API.

Stock deserialisers of other languages resolve our schema ids with it. Subjects are the Avro full names
(RecordNameStrategy), because one topic carries several types. The authority stays the schema set in git.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from contracts import PUBLISHED, SCHEMAS
from kernel import log

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"


def run(address: str) -> None:
    """Serve on ``host:port`` until terminated."""
    log.configure("schemas")
    host, _, port = address.rpartition(":")
    web.run_app(application(), host=host, port=int(port), access_log=None, print=None)


def application() -> web.Application:
    """The aiohttp application with every route of the window."""
    app = web.Application()
    app.router.add_get("/", _root)
    app.router.add_get("/readyz", _root)
    app.router.add_get("/config", _config)
    app.router.add_get("/subjects", _subjects)
    app.router.add_get("/subjects/{subject}/versions", _versions)
    app.router.add_get("/subjects/{subject}/versions/{version}", _version)
    app.router.add_get("/subjects/{subject}/versions/{version}/schema", _version_schema)
    app.router.add_get("/schemas/types", _types)
    app.router.add_get("/schemas/ids/{number}", _by_id)
    app.router.add_get("/schemas/ids/{number}/schema", _by_id_schema)
    app.router.add_get("/schemas/ids/{number}/versions", _id_versions)
    return app


def _answer(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status, content_type=CONTENT_TYPE)


def _missing(code: int, message: str) -> web.Response:
    return _answer({"error_code": code, "message": message}, status=404)


async def _root(_: web.Request) -> web.Response:
    return _answer({})


async def _config(_: web.Request) -> web.Response:
    return _answer({"compatibilityLevel": "FULL_TRANSITIVE"})


async def _types(_: web.Request) -> web.Response:
    return _answer(["AVRO"])


async def _subjects(_: web.Request) -> web.Response:
    return _answer(sorted({entry["name"] for entry in PUBLISHED.values()}))


async def _versions(request: web.Request) -> web.Response:
    versions = sorted(_of_subject(request.match_info["subject"]))
    return _answer(versions) if versions else _missing(40401, "Subject not found.")


async def _version(request: web.Request) -> web.Response:
    number = _resolve(request)
    return _answer(_described(number)) if number else _missing(40402, "Version not found.")


async def _version_schema(request: web.Request) -> web.Response:
    number = _resolve(request)
    return _answer(PUBLISHED[number]["schema"]) if number else _missing(40402, "Version not found.")


async def _by_id(request: web.Request) -> web.Response:
    number = _number(request)
    return _answer({"schema": SCHEMAS[number]}) if number else _missing(40403, "Schema not found.")


async def _by_id_schema(request: web.Request) -> web.Response:
    number = _number(request)
    return _answer(PUBLISHED[number]["schema"]) if number else _missing(40403, "Schema not found.")


async def _id_versions(request: web.Request) -> web.Response:
    number = _number(request)
    if not number:
        return _missing(40403, "Schema not found.")
    return _answer([{"subject": PUBLISHED[number]["name"], "version": PUBLISHED[number]["version"]}])


def _number(request: web.Request) -> int | None:
    text = request.match_info["number"]
    return int(text) if text.isdecimal() and int(text) in PUBLISHED else None


def _of_subject(subject: str) -> dict[int, int]:
    return {entry["version"]: number for number, entry in PUBLISHED.items() if entry["name"] == subject}


def _resolve(request: web.Request) -> int | None:
    versions = _of_subject(request.match_info["subject"])
    wanted = request.match_info["version"]
    if wanted == "latest":
        return versions[max(versions)] if versions else None
    return versions.get(int(wanted)) if wanted.isdecimal() else None


def _described(number: int) -> dict[str, Any]:
    entry = PUBLISHED[number]
    return {"subject": entry["name"], "version": entry["version"], "id": number, "schema": SCHEMAS[number]}
