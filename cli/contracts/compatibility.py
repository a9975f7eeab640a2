"""Rules that a published schema keeps for ever: never edited, FULL_TRANSITIVE, personal fields nullable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby, permutations
from typing import Any

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.schema import parse

from cli.contracts.source import Source


def findings(sources: list[Source], ids: dict[str, dict[str, Any]]) -> list[str]:
    """Every broken rule as one sentence; empty when the set is sound."""
    return [*_edited(sources, ids), *_incompatible(sources), *_required_personal_fields(sources)]


def _edited(sources: list[Source], ids: dict[str, dict[str, Any]]) -> Iterator[str]:
    current = {(source.full_name, source.version): source.fingerprint for source in sources}
    for number, entry in ids.items():
        print_now = current.get((entry["name"], entry["version"]))
        if print_now is None:
            yield f"{entry['name']} v{entry['version']} (id {number}) was published and its file is gone"
        elif print_now != entry["fingerprint"]:
            yield f"{entry['name']} v{entry['version']} (id {number}) was published and then edited; add the next version"


def _incompatible(sources: list[Source]) -> Iterator[str]:
    checker = ReaderWriterCompatibilityChecker()
    for name, group in groupby(sources, key=lambda source: source.full_name):
        for reader, writer in permutations(list(group), 2):
            result = checker.get_compatibility(parse(json.dumps(reader.schema)), parse(json.dumps(writer.schema)))
            if result.compatibility is not SchemaCompatibilityType.compatible:
                yield f"{name}: v{reader.version} cannot read v{writer.version}: {'; '.join(sorted(result.messages))}"


def _required_personal_fields(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        for field in source.schema["fields"]:
            marked = "category" in field or "category_field" in field
            if marked and ("default" not in field or field["default"] not in (None, [])):
                yield f"{source.full_name}.{field['name']}: a personal field must be nullable, or a list that may be empty"
