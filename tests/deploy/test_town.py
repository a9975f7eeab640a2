"""The town's file: agencies, and the days of their contracts where they have one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from deploy.local.town import Agency, agencies
from kernel.settings import SettingsWrong

FIRST, LAST = date(2026, 4, 1), date(2027, 3, 31)


def test_a_contract_is_read_where_there_is_one(tmp_path: Path):
    """As days; who has none has none."""
    file = tmp_path / "town.yaml"
    file.write_text(
        "agencies:\n"
        "  - {id: elder, kind: ELDER, name_ja: ひなた, contract_from: 2026-04-01, contract_until: 2027-03-31}\n"
        "  - {id: police, kind: POLICE, name_ja: 警察署}\n",
        "utf-8",
    )

    assert (Agency("elder", "ELDER", "ひなた", FIRST, LAST), Agency("police", "POLICE", "警察署")) == agencies(file)


@pytest.mark.parametrize("name", ["", "Elder", "tsunagu.consent", "elder center", "e" * 33])
def test_an_id_that_fits_no_topic_is_refused(name: str):
    """Nobody is taken for one of our own functions."""
    with pytest.raises(ValueError, match="lower-case"):
        Agency(name, "ELDER", "ひなた")


def test_a_contract_has_at_least_a_day():
    """One that ends before it begins is a slip of the pen."""
    assert Agency("elder", "ELDER", "ひなた", FIRST, FIRST)
    with pytest.raises(ValueError, match="ends before"):
        Agency("elder", "ELDER", "ひなた", LAST, FIRST)


def test_an_agency_of_the_file_belongs_to_its_town_and_prefecture():
    """One of a prefecture to no town; whoever says otherwise belongs there."""
    placed = {agency.id: (agency.municipality, agency.prefecture, agency.ours) for agency in agencies()}

    assert ("990019", "990001", True) == placed["elder"] == placed["municipality"]
    assert ("", "990001", True) == placed["prefecture"]


def test_an_id_that_stands_twice_is_told_with_its_lines(tmp_path: Path):
    """One account and two topics cannot be those of two agencies."""
    file = tmp_path / "town.yaml"
    file.write_text("agencies:\n  - {id: elder, kind: ELDER, name_ja: ひなた}\n  - {id: child, kind: CHILD, name_ja: 子}\n  - kind: ELDER\n    id: 'elder'\n    name_ja: 東\n", "utf-8")

    with pytest.raises(SettingsWrong, match=r"agency elder stands twice, at .*town\.yaml:5 and in line 2"):
        agencies(file)


def test_a_file_that_is_no_yaml_is_told_with_its_line(tmp_path: Path):
    """And no traceback."""
    file = tmp_path / "town.yaml"
    file.write_text("agencies:\n  - {id: elder\n", "utf-8")

    with pytest.raises(SettingsWrong, match=r"town\.yaml:3 is no YAML"):
        agencies(file)


@pytest.mark.parametrize("text", ["", "agencies:\n", "agencies: [{kind: ELDER}]", "agencies: [{id: Elder, kind: ELDER, name_ja: a}]", "agencies: [{id: a, kind: ELDER, name: a}]"])
def test_a_file_that_lists_no_agencies_is_told(text: str, tmp_path: Path):
    """Whatever is wrong with it: one sentence with the file."""
    file = tmp_path / "town.yaml"
    file.write_text(text, "utf-8")

    with pytest.raises(SettingsWrong, match=r"town\.yaml is no list of agencies"):
        agencies(file)
