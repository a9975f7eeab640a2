"""The agencies of the town that an installation serves: those that its file names at the first start (the sample town's, where it has none). Who is there by now: see `enrolled`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kernel.settings import SettingsWrong, home

TOWN = Path(__file__).with_name("town.yaml")
_ID = re.compile(r"[a-z0-9-]{1,32}")
_CODE = re.compile(r"[0-9]{6}")
_OF_NO_MUNICIPALITY = frozenset({"PREFECTURE"})
"""Kinds of agency that belong to a prefecture alone."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit (部署) of an agency."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency (支援関係機関): its id in topic and account names, its kind (``AgencyKind``), its Japanese name, its contract, where it belongs."""

    id: str
    kind: str
    name_ja: str
    contract_from: date | None = None
    """First day of its contract with the municipality (委託期間); None = no contract, or one that has begun long since."""
    contract_until: date | None = None
    """Last day of it; None = no contract, or one without end."""
    emergency_right: bool | None = None
    """Whether it may give notice of danger to life (basis V); None = as agencies of its kind may."""
    units: tuple[Unit, ...] = ()
    municipality: str = ""
    """市町村コード of the municipality that it belongs to; empty = none."""
    prefecture: str = ""
    ours: bool = True
    """Whether that is this municipality, or its prefecture."""
    ended: date | None = None
    """From when on it is registered no more; None = it is there."""
    end_reason: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for an id that could be taken for one of our own functions or would not fit a topic's name, and for a contract
        that ends before it begins."""
        if not _ID.fullmatch(self.id):
            raise ValueError(f"agency id {self.id!r}: lower-case letters, digits and hyphens only, at most 32")
        if self.contract_from and self.contract_until and self.contract_until < self.contract_from:
            raise ValueError(f"agency {self.id!r}: its contract ends before it begins")

    @property
    def principal(self) -> str:
        """Its account at the broker."""
        return f"agency-{self.id}"


def agencies(path: Path | None = None) -> tuple[Agency, ...]:
    """Every agency, in the order of the file: ``path``, or the installation's own ``town.yaml``, or the sample town where it has none.

    Raises SettingsWrong where it cannot be read so, and for two with one id.
    """
    own = home() / TOWN.name
    path = path or (own if own.exists() else TOWN)
    town = _read(path)
    try:
        _once(path, [row["id"] for row in town["agencies"]])
        return tuple(Agency(**{**place(row["kind"], town.get("municipality", "")), **row}) for row in town["agencies"])
    except (ValueError, TypeError, KeyError) as error:
        raise SettingsWrong(f"{path} is no list of agencies ({str(error) or error!r}); its form: {TOWN}") from error


def municipality(path: Path) -> str:
    """The code of the municipality whose agencies are in the file."""
    return str(_read(path).get("municipality", ""))


def _once(path: Path, ids: list[Any]) -> None:
    """Raises SettingsWrong, with the lines, where an id stands twice: one account and two topics cannot be two agencies'."""
    if twice := next((each for place, each in enumerate(ids) if each in ids[:place]), None):
        first, second, *_ = (line for each, line in _lines(path) if each == str(twice))
        raise SettingsWrong(f"agency {twice} stands twice, at {path}:{second} and in line {first}; allowed: each id once")


def _lines(path: Path) -> Iterator[tuple[str, int]]:
    """Each agency's id, and the line on which it stands."""
    import yaml

    content = {key.value: value for key, value in yaml.compose(path.read_text("utf-8"), yaml.SafeLoader).value}
    for row in content["agencies"].value:
        yield from ((value.value, value.start_mark.line + 1) for key, value in row.value if key.value == "id")


def _read(path: Path) -> dict[str, Any]:
    import yaml

    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise SettingsWrong(f"{path}{f':{mark.line + 1}' if mark else ''} is no YAML ({getattr(error, 'problem', None) or error})") from error


def prefecture_of(municipality: str) -> str:
    """The code of the prefecture (都道府県) that a municipality's code begins with; empty for what is no such code."""
    if not _CODE.fullmatch(municipality):
        return ""
    first, second = int(municipality[0]), int(municipality[1])
    return f"{first}{second}000{(11 - (6 * first + 5 * second) % 11) % 10}"


def place(kind: str, municipality: str) -> dict[str, str]:
    """Where an agency of this kind belongs, unless it says otherwise."""
    return {"municipality": "" if kind in _OF_NO_MUNICIPALITY else municipality, "prefecture": prefecture_of(municipality)}
