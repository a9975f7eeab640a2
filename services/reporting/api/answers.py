"""Answers (回答): what a request gets, with the log positions that it stands on."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from fastapi import Request, Response

from contracts.shared import ReaderRole, ReadReason
from services.reporting.api import question as questions
from services.reporting.api import texts
from services.reporting.api.database import Standing, standing
from services.reporting.api.desk import Desk
from services.reporting.api.problems import Code, Problem
from services.reporting.api.question import CURSOR, LIMIT, Question
from services.reporting.api.reader import Reader
from services.reporting.api.shapes import CSV, JSON, as_csv, as_json, wanted
from services.reporting.reads import read_event
from services.reporting.resource import Resource, Role

REASONS: Mapping[Role, frozenset[ReadReason]] = {
    Role.CASEWORKER: frozenset((ReadReason.SUPPORT, ReadReason.INCIDENT)),
    Role.PRIVACY_DESK: frozenset((ReadReason.RIGHTS_REQUEST, ReadReason.INCIDENT)),
}
"""What each role may read personal data for."""
MOST_TEXTS, USUAL_TEXTS = 100, 50
POSITIONS, INCOMPLETE, STALE, NEXT = "Tsunagu-Positions", "Tsunagu-Incomplete", "Tsunagu-Stale", "Tsunagu-Next"
PARTS = "parts"
"""The projection that says who takes part in which case, and where its texts lie."""
_NAME = re.compile(r"[0-9A-Za-z_-]{1,128}")
"""How cases and persons are named."""


async def listed(desk: Desk, reader: Reader) -> Response:
    """The resources that this reader's role may read."""
    rows = [
        {"name": each.name, "title_ja": each.title_ja, "href": f"/v1/{each.name}", "columns": dict(each.headings), "filters": list(each.filters)}
        for each in desk.resources if reader.role in each.roles
    ]
    return _json({"role": reader.role, "agency": reader.agency, "resources": rows})


async def health(desk: Desk) -> Response:
    """Whether the database answers, and which projections follow the log no more."""
    return _json({"status": "ok", "stale": await desk.database.stale()})


async def rows(desk: Desk, reader: Reader, resource: Resource, request: Request) -> Response:
    """One page of a resource."""
    _allowed(reader, resource.roles)
    shape, asked = wanted(request.headers.get("accept", "")), questions.question(resource, request.query_params.multi_items())
    async with desk.database.reading(reader) as connection:
        where = await standing(connection, resource.projection, asked.case)
        found, following = await questions.ask(connection, asked, reader)
        tag = _tag(asked, reader, where, shape, as_json(found))
        headers = {**_of(where), "ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Accept"}
        if tag in [each.strip() for each in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=headers)
    if shape == CSV:
        named = {"Content-Disposition": f'attachment; filename="{resource.name}.csv"', **({NEXT: following} if following else {})}
        return Response(as_csv(resource.headings, found), media_type=f"{CSV}; charset=utf-8", headers={**headers, **named})
    return _json({"resource": resource.name, "title_ja": resource.title_ja, "rows": found, "next": following or None, **asdict(where)}, headers)


async def case_texts(desk: Desk, reader: Reader, case: str, request: Request) -> Response:
    """A page of a case's texts; recorded before it is handed out."""
    given = _parameters(reader, {Role.CASEWORKER}, request, ("reason", LIMIT, CURSOR))
    reason, limit = _reason(given, reader), questions.page(given.get(LIMIT, ""), USUAL_TEXTS, MOST_TEXTS)
    _name(case)
    digest = sha256(f"texts/{case}/{reader.agency}".encode()).hexdigest()[:16]
    after = questions.after(given[CURSOR], digest, 2) if CURSOR in given else ()
    async with desk.database.reading(reader) as connection:
        where = await standing(connection, PARTS, case)
        places = [place for place in await texts.places(connection, case, reader.agency) if place.order > after]
    shown = await texts.opened(places[:limit], desk.log, desk.keys)
    if shown.parts:
        await desk.reads.record([read_event(
            case, secrets.token_hex(16), reader=reader.name, role=ReaderRole(reader.role), actor=reader.actor, resource="cases.text", reason=reason,
            parts=shown.parts, events=shown.events,
        )])
    following = questions.cursor(digest, places[limit - 1].order) if len(places) > limit else None
    return _json({"rows": shown.rows, "next": following, **asdict(where)}, {**_of(where), "Cache-Control": "no-store"})


async def person_ledger(desk: Desk, reader: Reader, person: str, request: Request) -> Response:
    """A person's ledger; recorded in each case that it is about before it is handed out."""
    given = _parameters(reader, {Role.PRIVACY_DESK}, request, ("reason", "proxy"))
    reason, proxy = _reason(given, reader), given.get("proxy", "false")
    _name(person)
    if proxy not in ("true", "false"):
        raise Problem(Code.PARAMETER_INVALID)
    found = await desk.ledger(person, proxy == "true")
    number = secrets.token_hex(16)
    if found.cases:
        await desk.reads.record([
            read_event(
                case, number, reader=reader.name, role=ReaderRole(reader.role), actor=reader.actor, resource="persons.ledger", reason=reason,
                persons=[person],
            )
            for case in sorted(set(found.cases))
        ])
    return _json({"entries": found.entries}, {"Cache-Control": "no-store"})


def _allowed(reader: Reader, roles: frozenset[Role] | set[Role]) -> None:
    if reader.role not in roles:
        raise Problem(Code.ROLE_NOT_ALLOWED)


def _parameters(reader: Reader, roles: set[Role], request: Request, known: Sequence[str]) -> dict[str, str]:
    _allowed(reader, roles)
    if JSON != wanted(request.headers.get("accept", "")):
        raise Problem(Code.NOT_ACCEPTABLE)
    found = request.query_params.multi_items()
    if len(dict(found)) != len(found) or not dict(found).keys() <= {*known}:
        raise Problem(Code.PARAMETER_UNKNOWN)
    return dict(found)


def _reason(given: Mapping[str, str], reader: Reader) -> ReadReason:
    reason = given.get("reason", "")
    if reason not in REASONS[reader.role]:
        raise Problem(Code.REASON_MISSING)
    return ReadReason(reason)


def _name(text: str) -> None:
    if not _NAME.fullmatch(text):
        raise Problem(Code.NOT_FOUND)


def _tag(asked: Question, reader: Reader, where: Standing, shape: str, shown: bytes) -> str:
    """The same for the same reader, question, log positions and rows; what it is made of cannot be told from it.

    Positions alone would not do: days are counted to now, what was parked is applied at the positions that there are, and the agency's part in
    cases is read from another projection.
    """
    said = "\x1f".join((asked.text, reader.role, reader.agency, shape, *map(str, asdict(where).values())))
    return f'"{sha256(said.encode() + shown).hexdigest()[:32]}"'


def _of(where: Standing) -> dict[str, str]:
    """What of the standing is told in headers."""
    flags = {INCOMPLETE: where.incomplete, STALE: where.stale}
    return {POSITIONS: where.positions or "-", **{name: "true" for name, raised in flags.items() if raised}}


def _json(value: Any, headers: Mapping[str, str] | None = None) -> Response:
    return Response(as_json(value), media_type=JSON, headers=dict(headers or {"Cache-Control": "no-store"}))
