"""Problems (誤りの符号): every way in which a request is not answered, coded, with a sentence in Japanese and in English; never what was asked."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field


class Code(StrEnum):
    """Why there is no answer."""

    TOKEN_MISSING = "TOKEN_MISSING"
    TOKEN_INVALID = "TOKEN_INVALID"
    ROLE_NOT_ALLOWED = "ROLE_NOT_ALLOWED"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    PARAMETER_UNKNOWN = "PARAMETER_UNKNOWN"
    PARAMETER_INVALID = "PARAMETER_INVALID"
    REASON_MISSING = "REASON_MISSING"
    CURSOR_UNKNOWN = "CURSOR_UNKNOWN"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    UNAVAILABLE = "UNAVAILABLE"
    BUSY = "BUSY"
    INTEGRITY = "INTEGRITY"
    INTERNAL = "INTERNAL"


_SAID: dict[Code, tuple[int, str, str]] = {
    Code.TOKEN_MISSING: (401, "トークンを Authorization: Bearer で示してください。", "Show a token in Authorization: Bearer."),
    Code.TOKEN_INVALID: (401, "このトークンは使えません（誤り・期限切れ・終了）。", "This token cannot be used: it is wrong, expired or ended."),
    Code.ROLE_NOT_ALLOWED: (403, "この役割では閲覧できません。", "Not to be read in this role."),
    Code.NOT_FOUND: (404, "その名前のものはありません。", "There is nothing under this name."),
    Code.METHOD_NOT_ALLOWED: (405, "読み取り（GET）だけができます。", "This can only be read (GET)."),
    Code.PARAMETER_UNKNOWN: (400, "知らない指定があります。", "There is a parameter that is not known here, or one is given twice."),
    Code.PARAMETER_INVALID: (400, "指定の値が正しくありません。", "A parameter has a value that cannot be meant."),
    Code.REASON_MISSING: (400, "閲覧の理由（reason）を示してください。", "State what it is read for (reason), one that this role may have."),
    Code.CURSOR_UNKNOWN: (404, "この続きの印（cursor）では続けられません。最初から読んでください。", "No page goes on from this cursor; begin anew."),
    Code.NOT_ACCEPTABLE: (406, "返せる形は application/json と text/csv です。", "There is application/json and text/csv."),
    Code.UNAVAILABLE: (503, "いまは答えられません。しばらくしてからもう一度。", "There is no answer now; try again later."),
    Code.BUSY: (503, "時間内に答えられませんでした。条件を絞ってください。", "It took too long; ask for less."),
    Code.INTEGRITY: (500, "記録に食い違いがあります。運用担当に知らせてください。", "The records do not agree; tell the operator."),
    Code.INTERNAL: (500, "内部の誤りです。運用担当に知らせてください。", "A fault of this program; tell the operator."),
}


class ErrorBody(BaseModel):
    """What an error answer says (誤り)."""

    code: Code = Field(title="符号 code")
    message_ja: str = Field(title="説明（日本語） sentence in Japanese")
    message_en: str = Field(title="説明（英語） sentence in English")


class Problem(Exception):
    """A request that is not answered, and why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code

    @property
    def status(self) -> int:
        """The HTTP status."""
        return status_of(self.code)


def status_of(code: Code) -> int:
    """The HTTP status of a problem."""
    return _SAID[code][0]


def body(code: Code) -> dict[str, Any]:
    """The error answer."""
    _, japanese, english = _SAID[code]
    return {"code": code.value, "message_ja": japanese, "message_en": english}
