"""The OpenAPI document (API の説明): titles in Japanese and English, every parameter, every answer and every error."""

from __future__ import annotations

from typing import Any

from contracts.shared import ReadReason
from services.reporting.api.answers import INCOMPLETE, MOST_TEXTS, NEXT, POSITIONS, REASONS, STALE, USUAL_TEXTS
from services.reporting.api.problems import ErrorBody
from services.reporting.api.question import CURSOR, LIMIT, MOST, USUAL
from services.reporting.api.shapes import CSV, JSON
from services.reporting.projections import RESOURCES
from services.reporting.resource import Resource, Role

__all__ = ["ABOUT", "HEALTH", "INDEX", "LEDGER", "RESOURCES", "TEXTS", "of"]

ABOUT: dict[str, Any] = {
    "title": "つなぐ 閲覧API / Tsunagu read API",
    "version": "1",
    "description": "読み取りだけの API。行はすべてログから作られ、どこまで読んだかを示す。Read only: every row follows from the logs, and says how far they were read.",
}
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]{1,128}$"}
_PERSONS_DATA = "閲覧は本人の提供記録に残る。Recorded in the person's ledger before it is answered."
_ERRORS = {
    400: "指定の誤り / A parameter is wrong", 401: "トークンがない・使えない / No token, or not a valid one", 403: "役割では見られない / Not in this role",
    404: "ない / Not there", 406: "その形では返せない / No such media type", 500: "内部の誤り / A fault of this program", 503: "いまは答えられない / No answer now",
}


def of(resource: Resource) -> dict[str, Any]:
    """What is said of a resource's route."""
    english = resource.name.replace("_", " ").replace("-", " ").capitalize()
    roles = ", ".join(sorted(role.value for role in resource.roles))
    parameters = [_query(name, _TEXT, f"{resource.headings.get(name, name)} / only rows with this {name}") for name in resource.filters]
    return {
        "operation_id": f"rows_{resource.name}", "summary": f"{resource.title_ja} / {english}", "tags": ["rows"],
        "description": f"閲覧できる役割 / roles: {roles}", "openapi_extra": {"parameters": [*parameters, *_pages(USUAL, MOST)]},
        "responses": {**_errors(400, 401, 403, 404, 406, 500, 503), 200: _page(resource), 304: {"description": "変わっていない / Not modified"}},
    }


def _page(resource: Resource) -> dict[str, Any]:
    row = {"type": "object", "properties": {name: {"title": title} for name, title in resource.headings.items()}, "required": [*resource.headings]}
    content = {
        JSON: {"schema": {"type": "object", "required": ["resource", "rows", "next", *_STANDING], "properties": {
            "resource": {"type": "string"}, "title_ja": {"type": "string"}, "rows": {"type": "array", "items": row, "maxItems": MOST},
            "next": {"type": ["string", "null"], "title": "続きの印 / cursor of the next page"}, **_STANDING,
        }}},
        CSV: {"schema": {"type": "string", "title": "UTF-8, BOM, CRLF"}},
    }
    return {"description": "行 / Rows", "content": content, "headers": {
        "ETag": _header("同じ問い・同じ位置 / the same question at the same positions"), POSITIONS: _header("ログの位置 / log positions"),
        INCOMPLETE: _header("欠けがある / something is missing"), STALE: _header("作り直しが要る / needs a rebuild"), NEXT: _header("続きの印（CSV）/ cursor (CSV)"),
    }}


def _header(text: str) -> dict[str, Any]:
    return {"description": text, "schema": {"type": "string"}, "required": False}


def _errors(*numbers: int) -> dict[int | str, dict[str, Any]]:
    return {number: {"model": ErrorBody, "description": _ERRORS[number]} for number in numbers}


def _query(name: str, schema: dict[str, Any], text: str, required: bool = False) -> dict[str, Any]:
    return {"in": "query", "name": name, "required": required, "schema": schema, "description": text}


def _path(name: str, text: str) -> dict[str, Any]:
    return {"in": "path", "name": name, "required": True, "schema": {**_TEXT, "pattern": "^[0-9A-Za-z_-]{1,128}$"}, "description": text}


def _pages(usual: int, most: int) -> list[dict[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    return [
        _query(LIMIT, limit, "一度に返す行数 / rows of a page"),
        _query(CURSOR, {"type": "string", "minLength": 1, "maxLength": 2048}, "前の答えの next / `next` of the page before"),
    ]


def _reason(role: Role) -> dict[str, Any]:
    kinds: list[ReadReason] = sorted(REASONS[role])
    return _query("reason", {"type": "string", "enum": [kind.value for kind in kinds]}, "閲覧の理由 / what it is read for", required=True)


def _object(text: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {JSON: {"schema": {"type": "object", "properties": properties, "required": [*properties]}}}}


_STANDING: dict[str, Any] = {
    "generation": {"type": "integer", "title": "世代 / generation of the projection"}, "positions": {"type": "string", "title": "ログの位置 / log positions"},
    "incomplete": {"type": "boolean", "title": "欠けがある / something is missing"}, "stale": {"type": "boolean", "title": "作り直しが要る / needs a rebuild"},
}
_LIST: dict[str, Any] = {"type": "array", "items": {"type": "object"}}
HEALTH: dict[str, Any] = {
    "operation_id": "health", "summary": "稼働 / Health", "tags": ["about"],
    "responses": {**_errors(500, 503), 200: _object("稼働中 / It answers", {"status": {"type": "string"}, "stale": {"type": "array", "items": {"type": "string"}}})},
}
INDEX: dict[str, Any] = {
    "operation_id": "resources", "summary": "閲覧できるものの一覧 / What may be read", "tags": ["about"],
    "responses": {**_errors(401, 500, 503), 200: _object("一覧 / List", {"role": {"type": "string"}, "agency": {"type": "string"}, "resources": _LIST})},
}
TEXTS: dict[str, Any] = {
    "operation_id": "texts", "summary": "事例の本文 / Texts of a case", "tags": ["personal data"], "description": f"CASEWORKER. {_PERSONS_DATA}",
    "openapi_extra": {"parameters": [_path("case", "事例 / case"), _reason(Role.CASEWORKER), *_pages(USUAL_TEXTS, MOST_TEXTS)]},
    "responses": {
        **_errors(400, 401, 403, 404, 406, 500, 503),
        200: _object("本文 / Texts", {"rows": _LIST, "next": {"type": ["string", "null"]}, **_STANDING}),
    },
}
LEDGER: dict[str, Any] = {
    "operation_id": "ledger", "summary": "本人の提供記録 / A person's ledger", "tags": ["personal data"], "description": f"PRIVACY_DESK. {_PERSONS_DATA}",
    "openapi_extra": {"parameters": [
        _path("person", "対象者の仮名 / pseudonym of the person"), _reason(Role.PRIVACY_DESK),
        _query("proxy", {"type": "boolean", "default": False}, "家族などが代わりに求める / somebody of the household asks for the person"),
    ]},
    "responses": {**_errors(400, 401, 403, 404, 406, 500, 503), 200: _object("提供記録 / Ledger", {"entries": _LIST})},
}
