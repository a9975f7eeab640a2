"""Question (照会): what a request asks of a resource, and the statement that asks it. Values never become part of a statement's text."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import asyncpg
import orjson

from services.reporting.api.problems import Code, Problem
from services.reporting.api.reader import Reader
from services.reporting.resource import Resource, Role

MOST, USUAL = 500, 100
"""Rows of a page."""
LIMIT, CURSOR = "limit", "cursor"
VALUE = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,128}")
"""What a filter takes: one line of text."""
_CURSOR_LENGTH = 2_048
_TYPES = "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0"


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows of a resource, and from where on."""

    resource: Resource
    filters: tuple[tuple[str, str], ...]
    limit: int
    after: tuple[str, ...] = ()
    """The order columns of the last row of the page before, as text."""

    @property
    def case(self) -> str:
        """The one case that is asked for; empty where it is none."""
        return dict(self.filters).get(self.resource.case or "case_id", "")

    @property
    def digest(self) -> str:
        """What the question is, without its page."""
        return sha256(orjson.dumps([self.resource.name, self.filters])).hexdigest()[:16]

    @property
    def text(self) -> str:
        """The same for the same question and page."""
        return f"{self.digest}/{self.limit}/{orjson.dumps(self.after).decode()}"


def question(resource: Resource, parameters: Sequence[tuple[str, str]]) -> Question:
    """What the parameters of a request ask. Raises Problem."""
    given = dict(parameters)
    if len(given) != len(parameters) or not given.keys() <= {*resource.filters, LIMIT, CURSOR}:
        raise Problem(Code.PARAMETER_UNKNOWN)
    filters = tuple([(name, given[name]) for name in sorted(resource.filters) if name in given])
    if not all(VALUE.fullmatch(value) for _, value in filters):
        raise Problem(Code.PARAMETER_INVALID)
    found = Question(resource, filters, page(given.get(LIMIT, "")))
    return Question(resource, filters, found.limit, after(given[CURSOR], found.digest, len(resource.order))) if CURSOR in given else found


def page(text: str, usual: int = USUAL, most: int = MOST) -> int:
    """How many rows. Raises Problem."""
    if not re.fullmatch(r"[0-9]{1,4}", text, re.ASCII):
        if text:
            raise Problem(Code.PARAMETER_INVALID)
        return usual
    if not 1 <= int(text) <= most:
        raise Problem(Code.PARAMETER_INVALID)
    return int(text)


def cursor(digest: str, values: Sequence[str]) -> str:
    """An opaque mark to go on from: it names the question and the row, and gives no right to anything."""
    return base64.urlsafe_b64encode(orjson.dumps([digest, *values])).decode().rstrip("=")


def after(text: str, digest: str, width: int) -> tuple[str, ...]:
    """The row that a cursor names. Raises Problem where it is not one of this question's."""
    try:
        if len(text) > _CURSOR_LENGTH:
            raise ValueError
        said, *values = orjson.loads(base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error):
        raise Problem(Code.CURSOR_UNKNOWN) from None
    if said != digest or len(values) != width or not all(isinstance(value, str) and "\x00" not in value for value in values):
        raise Problem(Code.CURSOR_UNKNOWN)
    return tuple(values)


async def ask(connection: asyncpg.Connection, asked: Question, reader: Reader) -> tuple[list[dict[str, Any]], str]:
    """The rows of a page, and the cursor of the next one; empty where this is the last."""
    resource = asked.resource
    types = dict(await connection.fetch(_TYPES, f"reporting.{resource.view}"))
    text, values = statement(asked, reader, types)
    try:
        rows = await connection.fetch(text, *values)
    except asyncpg.DataError:
        raise Problem(Code.CURSOR_UNKNOWN if asked.after else Code.PARAMETER_INVALID) from None
    width, shown = len(resource.headings), rows[: asked.limit]
    following = cursor(asked.digest, [*shown[-1].values()][width:]) if len(rows) > asked.limit else ""
    return [dict(zip(resource.headings, row.values(), strict=False)) for row in shown], following


def statement(asked: Question, reader: Reader, types: Mapping[str, str]) -> tuple[str, list[str]]:
    """The statement and its values, each of them a text that the database reads as the column's type."""
    resource, values = asked.resource, list[str]()

    def value(column: str, text: str) -> str:
        values.append(text)
        return f"(${len(values)}::text)::{types.get(column, 'text')}"

    wheres = [f"shown.{name} = {value(name, text)}" for name, text in asked.filters]
    if reader.role is Role.CASEWORKER:
        first = asked.after[0] if asked.after and resource.order[0] == resource.case else ""
        wheres += _own(resource, lambda: value("", reader.agency), f" AND own.case_id >= {value('', first)}" if first else "")
    if asked.after:
        bounds = ", ".join(value(name, text) for name, text in zip(resource.order, asked.after, strict=True))
        wheres.append(f"({', '.join(f'shown.{name}' for name in resource.order)}) > ({bounds})")
    columns = [f"shown.{name}" for name in resource.headings] + [f"shown.{name}::text AS order_{number}" for number, name in enumerate(resource.order)]
    where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
    order = ", ".join(f"shown.{name}" for name in resource.order)
    return f"SELECT {', '.join(columns)} FROM reporting.{resource.view} AS shown{where} ORDER BY {order} LIMIT {asked.limit + 1}", values


def _own(resource: Resource, agency: Callable[[], str], begin: str) -> list[str]:
    """The first wall: the same that row security says of the tables. ``begin``: no case before it can be on the page."""
    found = []
    if resource.case:
        found.append(f"EXISTS (SELECT FROM reporting.parts AS own WHERE own.agency = {agency()} AND own.case_id = shown.{resource.case}{begin})")
    if resource.agency:
        own = f"shown.{resource.agency} = {agency()}"
        if resource.event:
            given = f"given.agency = {agency()} AND given.event_id = shown.{resource.event}"
            own = f"({own} OR EXISTS (SELECT FROM reporting.released AS given WHERE {given}))"
        found.append(own)
    return found
