"""What is read before anything is rendered: a file's text, and an expression whose brackets and quotes are closed."""

from __future__ import annotations

from pathlib import Path

_CLOSES = {")": "(", "]": "[", "}": "{"}
_QUOTES = "\"'`"
_RAW = "`"
"""In it a backslash is a letter, and a line may end."""


class Broken(Exception):
    """A file that must not be rendered. The text is one sentence with its path in the checkout, and its line where that is known."""


def read(root: Path, name: str) -> str:
    """The text of a file of the checkout. Raises Broken where there is none, or nothing in it."""
    try:
        text = (root / name).read_text("utf-8")
    except FileNotFoundError as problem:
        raise Broken(f"{name} is not there") from problem
    except UnicodeDecodeError as problem:
        raise Broken(f"{name} is not UTF-8 (byte {problem.start + 1})") from problem
    except OSError as problem:
        raise Broken(f"{name} cannot be read: {problem.strerror}") from problem
    if not text.strip():
        raise Broken(f"{name} is empty")
    return text


def unbalanced(expression: str) -> str | None:
    """What is open, or closes nothing, in an expression of PromQL; None where all is closed. Texts in quotes and notes (``#``) do not count."""
    opened: list[str] = []
    quote, at = "", 0
    while at < len(expression):
        sign = expression[at]
        if quote:
            if sign == "\\" and quote != _RAW:
                at += 1
            elif sign == "\n" and quote != _RAW:
                break
            elif sign == quote:
                quote = ""
        elif sign in _QUOTES:
            quote = sign
        elif sign == "#":
            at = expression.find("\n", at) if "\n" in expression[at:] else len(expression)
        elif sign in _CLOSES.values():
            opened.append(sign)
        elif sign in _CLOSES and (not opened or opened.pop() != _CLOSES[sign]):
            return f"{sign} closes nothing"
        at += 1
    if quote:
        return f"{quote} is not closed"
    return f"{opened[-1]} is not closed" if opened else None
