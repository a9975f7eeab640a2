"""The town's file: agencies, and the days of their contracts where they have one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from deploy.local.town import Agency, agencies

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
