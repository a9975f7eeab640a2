"""Kinds: what the value of a setting may be, each with the words in which that is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value may be: told to the reader as ``allowed``, checked by ``right`` (of any type), and made ours by ``taken``."""

    allowed: str
    right: Callable[[Any], bool]
    taken: Callable[[Any], Any] = lambda value: value


def _text(value: Any, pattern: str = r"(?s).*\S.*") -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _port(value: Any) -> bool:
    return type(value) is int and 0 < value < 65_536


def _address(value: Any) -> bool:
    return _text(value, r"\S*[^\s:]:[0-9]{1,5}") and _port(int(value.rpartition(":")[2]))


def texts(allowed: str, pattern: str = r"(?s).*\S.*", *, least: int = 0) -> Kind:
    """A list of texts, each of which the pattern matches in full."""
    return Kind(allowed, lambda value: isinstance(value, list) and len(value) >= least and all(_text(each, pattern) for each in value), tuple)


def one_of(*names: str) -> Kind:
    """One of these words."""
    return Kind(f"one of {', '.join(names)}", lambda value: isinstance(value, str) and value in names)


TEXT = Kind("a text that is not empty", _text)
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
PORT = Kind("a whole number from 1 to 65535", _port)
COUNT = PORT
SHARE = Kind("a number from 0 to 1", lambda value: type(value) in (int, float) and 0 <= value <= 1, float)
URL = Kind('an address with http:// or https://, or ""', lambda value: value == "" or _text(value, r"https?://\S+"))
ADDRESS = Kind('"host:port", for instance "127.0.0.1:9092"', _address)
ADDRESSES = Kind('"host:port", or several with commas between', lambda value: isinstance(value, str) and all(map(_address, value.split(","))))
CODE = Kind('the six digits of a municipality, for instance "990019"', lambda value: _text(value, "[0-9]{6}"))
CODES = texts('a list of municipality codes of six digits, for instance ["990019"]', "[0-9]{6}")
FILES = texts('a list of at least one file name, for instance ["release.pub"]', least=1)
PORTS = Kind(
    "a table of process names with their ports from 1 to 65535, for instance { intake = 8001 }",
    lambda value: isinstance(value, Mapping) and all(map(_port, value.values())), dict,
)
TABLE = Kind("a table", lambda value: isinstance(value, Mapping), dict)
WORDS = Kind("a table of texts", lambda value: isinstance(value, Mapping) and all(map(_text, value.values())), dict)
