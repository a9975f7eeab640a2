"""Well-formed events of every type that an agency may publish, and every place in them where a text stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from cli.contracts import samples
from contracts import SCHEMAS
from contracts.catalogue import CATALOGUE, EventType
from contracts.fields import FIELDS, Holds, Rule

KINDS = [kind for kind in CATALOGUE.values() if kind.publishers]
TEXTS = frozenset((Holds.PERSONAL, Holds.PERSON, Holds.ID, Holds.AGENCY, Holds.CODE, Holds.PUBLIC_TEXT))


@dataclass(frozen=True, slots=True)
class Place:
    """One text of a type: the way to it through lists and nested records, and its rule."""

    kind: EventType
    path: tuple[str | int, ...]
    rule: Rule

    @property
    def where(self) -> str:
        """As a refusal names it."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).removeprefix(".")

    def __str__(self) -> str:
        return f"{self.kind.name}.{self.where}"


def record_of(kind: EventType, agency: str = "elder") -> dict[str, Any]:
    """An Avro record with a well-formed value in every field, one member in every list; ``agency`` wherever one is named."""
    return samples.record(json.loads(SCHEMAS[kind.schema_id]), agency)


def places(*holds: Holds) -> list[Place]:
    """Every place of every type where a text of these sorts (default: of any) stands."""
    wanted = holds or TEXTS
    return [place for kind in KINDS for place in _places(kind, kind.cls, ()) if place.rule.holds in wanted]


def planted(place: Place, value: Any, agency: str = "elder") -> Any:
    """A well-formed event but for ``value`` at ``place``."""
    record = deepcopy(record_of(place.kind, agency))
    *way, last = place.path
    node: Any = record
    for step in way:
        node = node[step]
    node[last] = value
    return place.kind.cls.from_avro(record)


def _places(kind: EventType, cls: type, way: tuple[str | int, ...]) -> Iterator[Place]:
    for rule in FIELDS[cls]:
        path = (*way, rule.field) if rule.max_items is None else (*way, rule.field, 0)
        if rule.holds is Holds.RECORD:
            yield from _places(kind, rule.of, path)
        else:
            yield Place(kind, path, rule)
