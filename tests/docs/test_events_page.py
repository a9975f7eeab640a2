"""``docs/events.md``: every type is in it, its links lead somewhere, its examples can be sent as they stand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli import send
from contracts.catalogue import CATALOGUE
from contracts.shared import SENTENCES, AgencyKind
from deploy.local.town import agencies
from kernel import fields, serde

PAGE = Path(__file__).resolve().parents[2] / "docs" / "events.md"
TEXT = PAGE.read_text("utf-8")
EXAMPLES: dict[str, dict[str, Any]] = {
    example["type"]: example for example in map(json.loads, re.findall(r"```json\n(.*?)\n```", TEXT, re.DOTALL))
}


def section(name: str) -> str:
    """What the page says about one type."""
    return TEXT.partition(f'### <a id="type-{name}"></a>')[2].partition("\n## ")[0].partition("\n### ")[0]


def test_every_type_has_its_example():
    """Each once."""
    assert CATALOGUE.keys() == EXAMPLES.keys()


@pytest.mark.parametrize("name", sorted(name for name, kind in CATALOGUE.items() if kind.publishers))
def test_an_example_can_be_sent_and_is_well_formed(name: str, tmp_path: Path):
    """``tsunagu send`` takes it; the front door's checks let it pass, in a town with the agencies it names."""
    file = tmp_path / "example.json"
    file.write_text(json.dumps(EXAMPLES[name]), "utf-8")

    (line,) = send.read(file, "elder")

    fields.check(serde.decode(line.draft.value), {agency.id for agency in agencies()})


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_type_is_told_in_both_languages_with_who_when_and_what_crosses(name: str):
    """Title, meaning, senders, part, key, retention; a category and, where it is one, a star for each personal field."""
    kind, told = CATALOGUE[name], section(name)
    rows = {row.split("|")[1].strip(" `"): row for row in told.splitlines() if row.startswith("| `")}

    assert told.startswith(f"{name} {kind.title_ja}\n")
    assert all(words in told for words in (kind.meaning_ja, kind.cls.__doc__.partition("\n")[0], kind.key, kind.retention or ""))
    assert set(kind.cls.__struct_fields__) == set(rows)
    assert [(mark.category or mark.category_field or "") in rows[mark.field] for mark in kind.personal] == [True] * len(kind.personal)
    assert {mark.field for mark in kind.personal if mark.essential} == {field for field, row in rows.items() if "★" in row}
    everybody = set(AgencyKind) - {AgencyKind.UNMAPPED} == set(kind.publishers)
    assert not kind.publishers or ("every kind" in told if everybody else ", ".join(kind.publishers) in told)


def test_every_link_leads_somewhere():
    """Within the page by anchors, of which none is there twice; beside it by files."""
    anchors = re.findall(r'<a id="([^"]+)"></a>', TEXT)
    links = re.findall(r"\]\(([^)]+)\)", re.sub(r"`[^`]*`", "", TEXT))

    assert len(set(anchors)) == len(anchors)
    assert set() == {link[1:] for link in links if link.startswith("#")} - set(anchors)
    assert [] == [link for link in links if not link.startswith("#") and not (PAGE.parent / link).exists()]


def test_every_refusal_is_explained():
    """Code and sentence, as the sender will read them."""
    assert [] == [code for code, sentence in SENTENCES.items() if f"| `{code}` | {sentence} |" not in TEXT]
