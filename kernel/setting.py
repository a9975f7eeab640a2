"""Setting: what one name in ``tsunagu.toml`` may be, and one sentence for each that is missing, wrong or unknown.

A new setting is one line in ``kernel.settings_table.TABLE``; everything here, and every test of bad settings, goes by that table.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.kinds import Kind

NEEDED = object()
"""The default of a setting that has none."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its dotted ``name`` in the file, the ``field`` of Settings that holds it ("": only checked), its kind, its default.

    ``default``: the field's value, or a function of the whole file's content; NEEDED (or a function that gives it) where there must be one.
    """

    name: str
    field: str
    kind: Kind
    default: Any = NEEDED

    def otherwise(self, content: Mapping[str, Any]) -> Any:
        """What holds where the file says nothing."""
        return self.default(content) if callable(self.default) else self.default


def found(settings: Sequence[Setting], content: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every field, by what the file says and by defaults. Only for a content without faults."""
    values = [(setting, at(content, setting.name)) for setting in settings if setting.field]
    return {each.field: each.otherwise(content) if value is NEEDED else each.kind.taken(value) for each, value in values}


def faults(settings: Sequence[Setting], content: Mapping[str, Any], where: Callable[[str], str]) -> Iterator[str]:
    """A sentence (no full stop) for each setting that is unknown, missing or wrong. ``where`` gives file and line of a dotted name."""
    names = {setting.name for setting in settings}
    tables = {name.rpartition(".")[0] for name in names} - {""}
    yield from _unknown("", content, names, tables, where)
    for setting in settings:
        value = at(content, setting.name)
        if _no_table(content, setting.name.rpartition(".")[0]):
            continue  # said already, of what should be its table
        if value is NEEDED and setting.otherwise(content) is NEEDED:
            yield f"setting {setting.name} is missing ({where(setting.name)}); allowed: {setting.kind.allowed}"
        elif value is not NEEDED and not setting.kind.right(value):
            yield f"setting {setting.name} ({where(setting.name)}) cannot be {_shown(value)}; allowed: {setting.kind.allowed}"


def _unknown(above: str, content: Mapping[str, Any], names: set[str], tables: set[str], where: Callable[[str], str]) -> Iterator[str]:
    for key, value in content.items():
        name = f"{above}{key}"
        if name in tables and isinstance(value, Mapping):
            yield from _unknown(f"{name}.", value, names, tables, where)
        elif name in tables:
            yield f"setting {name} ({where(name)}) cannot be {_shown(value)}; allowed: a table [{name}]"
        elif name not in names:
            yield f"setting {name} ({where(name)}) is not known; {_nearest(name, names | tables)}"


def _nearest(name: str, names: set[str]) -> str:
    """The name that was meant, if there is one like it; otherwise those that stand beside it."""
    if near := difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.7):
        return f"did you mean {near[0]}?"
    beside = sorted(each for each in names if each.rpartition(".")[0] == name.rpartition(".")[0])
    return f"allowed: {', '.join(beside)}"


def at(content: Mapping[str, Any], name: str) -> Any:
    """What the file says under a dotted name; NEEDED where it says nothing."""
    value: Any = content
    for key in name.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return NEEDED
        value = value[key]
    return value


def _no_table(content: Mapping[str, Any], name: str) -> bool:
    """Whether something else stands where a table is wanted, or where one above it is."""
    value = at(content, name) if name else {}
    return not (value is NEEDED or isinstance(value, Mapping)) or (bool(name) and _no_table(content, name.rpartition(".")[0]))


def _shown(value: Any) -> str:
    """A value nearly as it stands in the file, one line of it."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
