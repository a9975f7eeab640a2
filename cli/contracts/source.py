"""The schema set as it stands in ``schemas/avro``: the only source of event types (architecture rule 8)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

SCHEMA_FOLDER = Path("schemas/avro")
IDS_FILE = SCHEMA_FOLDER / "ids.json"
FIRST_ID = 1001
_FILE_NAME = re.compile(r"(?P<name>[A-Z]\w*)\.v(?P<version>[1-9]\d*)\.avsc")


class SchemaSetError(Exception):
    """The schema set breaks one of its own rules; the text names the file and the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One published schema: a file ``<folder>/<Name>.v<version>.avsc``."""

    folder: str
    name: str
    version: int
    schema: dict[str, Any]

    @property
    def full_name(self) -> str:
        """The Avro full name, also the CloudEvents type."""
        return f"{self.schema['namespace']}.{self.schema['name']}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the parsing canonical form, hex."""
        return fingerprint(to_parsing_canonical_form(parse_schema(self.schema)), "SHA-256")


def read(root: Path) -> list[Source]:
    """All published schemas under ``root``, in the order folder, name, version. Raises SchemaSetError."""
    found = [_read_one(path) for path in (root / SCHEMA_FOLDER).glob("*/*.avsc")]
    return sorted(found, key=lambda source: (source.folder, source.name, source.version))


def _read_one(path: Path) -> Source:
    match = _FILE_NAME.fullmatch(path.name)
    if match is None:
        raise SchemaSetError(f"{path.name}: a schema file is named <Name>.v<version>.avsc")
    schema = json.loads(path.read_text("utf-8"))
    source = Source(folder=path.parent.name, name=match["name"], version=int(match["version"]), schema=schema)
    if source.full_name != f"tsunagu.{source.folder}.{source.name}":
        raise SchemaSetError(f"{path.name}: the full name {source.full_name} does not agree with the file's place")
    return source


def newest(sources: list[Source]) -> list[Source]:
    """The newest version of each type."""
    return list({source.full_name: source for source in sources}.values())


def read_ids(root: Path) -> dict[str, dict[str, Any]]:
    """``ids.json``: schema id (decimal text) → name, version and fingerprint; never edited, only appended to."""
    path = root / IDS_FILE
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def assign_ids(sources: list[Source], ids: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """``ids`` followed by an entry for each schema that has none yet."""
    known = {(entry["name"], entry["version"]) for entry in ids.values()}
    following = max((int(number) for number in ids), default=FIRST_ID - 1) + 1
    fresh = [source for source in sources if (source.full_name, source.version) not in known]
    return ids | {
        str(following + index): {"name": source.full_name, "version": source.version, "fingerprint": source.fingerprint}
        for index, source in enumerate(fresh)
    }
