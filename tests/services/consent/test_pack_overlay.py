"""Municipal overlays: what a municipality adds to the national pack, and that it cuts no right (domain.md §4.4(b))."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.shared import AgencyKind, Basis, ConferenceBasis, DataCategory, Deadline
from services.consent import packs
from services.consent.domain import overlay
from services.consent.domain.pack import PackInvalid, PolicyPack
from tests.services.consent.test_pack_format import NATIONAL, fits

HASH = sha256((packs.FOLDER / "national.yaml").read_bytes()).hexdigest()
BASE = packs.of(packs.FOLDER / "national.yaml")
HEAD: dict[str, Any] = {"name": "tsunagu-machi", "version": 1, "effective_from": date(2026, 4, 1), "base": "national", "base_hash": HASH}
FULL = {
    **HEAD, "special_care": ["ECONOMIC"], "deadlines": {"RIGHTS_ANSWER": 14, "PLAN_REVIEW": 120}, "conveners": {"SWA106_6": ["COORDINATOR"]},
    "minors_line": 13, "small_cell": 10, "holdable": {"PlanShared": ["SCHOOL"], "CoordinationReferred": ["MUNICIPALITY"]},
}


def laid(table: dict[str, Any]) -> PolicyPack:
    """The pack that the overlay makes."""
    return overlay.read(table, "of the overlay", BASE, "machi.yaml")


def refused(table: dict[str, Any]) -> PackInvalid:
    """Why an overlay is refused."""
    with pytest.raises(PackInvalid) as found:
        laid(table)
    return found.value


def test_section_4_4_an_overlay_adds_and_all_else_stays():
    """Everything that a municipality may set, at once."""
    found = laid(FULL)

    assert fits(FULL)
    assert ("of the overlay", "tsunagu-machi", BASE.hash, date(2026, 4, 1)) == (found.hash, found.name, found.base, found.effective_from)
    assert BASE.special_care | {DataCategory.ECONOMIC} == found.special_care
    assert {**BASE.deadlines, Deadline.RIGHTS_ANSWER: 14, Deadline.PLAN_REVIEW: 120} == found.deadlines
    assert (13, 10) == (found.minors_line, found.small_cell)
    added = {"PlanShared": {AgencyKind.SCHOOL}, "CoordinationReferred": {AgencyKind.COORDINATOR, AgencyKind.MUNICIPALITY}}
    assert {**BASE.holdable, **added} == found.holdable
    meetings, before = found.bases[Basis.M].conferences, BASE.bases[Basis.M].conferences
    assert {AgencyKind.MUNICIPALITY, AgencyKind.COORDINATOR} == meetings[ConferenceBasis.SWA106_6].conveners
    assert before[ConferenceBasis.LIA15] == meetings[ConferenceBasis.LIA15]
    assert {basis: rule for basis, rule in BASE.bases.items() if basis is not Basis.M} == {
        basis: rule for basis, rule in found.bases.items() if basis is not Basis.M
    }
    assert (BASE.protected, BASE.obligations, BASE.longest_days) == (found.protected, found.obligations, found.longest_days)


@pytest.mark.parametrize("key", sorted(set(NATIONAL) - set(HEAD) - set(overlay.MAY_SET)))
def test_section_4_4_what_the_nation_says_no_overlay_may_say(key: str):
    """Bases, ceilings, protection, obligations, the longest consent: the sentence names file, key and rule."""
    told = refused({**HEAD, key: NATIONAL[key]})

    assert [key] == [each.place for each in told.problems]
    assert all(words in str(told) for words in ("machi.yaml", key, "no right is cut", "4.4(b)"))
    assert not fits({**HEAD, key: NATIONAL[key]})


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"deadlines": {"RIGHTS_ANSWER": 31}}, "deadlines.RIGHTS_ANSWER"),
        ({"deadlines": {"STOP_NOTICE_ANSWER": 8}}, "deadlines.STOP_NOTICE_ANSWER"),
        ({"small_cell": 4}, "small_cell"),
        ({"effective_from": date(2022, 4, 1)}, "effective_from"),
        ({"minors_line": 18}, "minors_line"),
        ({"special_care": ["FEELINGS"]}, "special_care[0]"),
        ({"conveners": {"NON_STATUTORY": ["COORDINATOR"]}}, "conveners.NON_STATUTORY"),
        ({"holdable": {"LinkedToAgency": []}}, "holdable.LinkedToAgency"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_section_4_4_an_overlay_goes_only_so_far(changes: dict[str, Any], place: str):
    """A right is not made slower, a count not smaller."""
    assert [place] == [each.place for each in refused({**HEAD, **changes}).problems]


def test_every_problem_of_an_overlay_is_told_at_once(tmp_path: Path):
    """What goes too far beside what may not stand there at all, each once; of what could not be read nothing more is said."""
    path = tmp_path / "machi.yaml"
    wrong = {
        **HEAD, "fee": 1, "deadlines": {"RIGHTS_ANSWER": 99, "WHENEVER": 3}, "small_cell": "few", "minors_line": 99,
        "conveners": {"NON_STATUTORY": ["COORDINATOR"], "TEA": ["COORDINATOR"]},
    }
    expected = ["conveners.NON_STATUTORY", "conveners.TEA", "deadlines.RIGHTS_ANSWER", "deadlines.WHENEVER", "fee", "minors_line", "small_cell"]

    assert expected == sorted(each.place for each in refused(wrong).problems)
    for changes, more in (
        ({"base": "another"}, ["base"]), ({"base": None}, ["base"]), ({"effective_from": "soon"}, ["effective_from"]),
    ):
        path.write_text(yaml.safe_dump({**wrong, **changes}), "utf-8")
        with pytest.raises(PackInvalid) as found:
            packs.of(path)
        assert sorted((*expected, *more)) == sorted(each.place for each in found.value.problems)


def test_of_an_overlay_without_its_base_everything_else_is_told(tmp_path: Path):
    """How far it may go, only the base can say."""
    path = tmp_path / "machi.yaml"
    for named in ({"base_hash": "0" * 64}, {"base_hash": 7}):
        path.write_text(yaml.safe_dump({**HEAD, **named, "fee": 1, "deadlines": {"RIGHTS_ANSWER": 99, "WHENEVER": 3}}), "utf-8")
        with pytest.raises(PackInvalid) as found:
            packs.of(path)
        assert ["base_hash", "deadlines.WHENEVER", "fee"] == sorted(each.place for each in found.value.problems)


def test_the_base_is_named_as_the_pack_names_itself(tmp_path: Path):
    """Both national packs are called national; whoever writes the name of the file is told which name it is."""
    path, file = tmp_path / "machi.yaml", packs.FOLDER / "national-2.yaml"
    head = {**HEAD, "base_hash": sha256(file.read_bytes()).hexdigest()}
    path.write_text(yaml.safe_dump({**head, "base": "national-2"}), "utf-8")
    with pytest.raises(PackInvalid, match=r"'national-2' is not what base_hash says.*national-2\.yaml.*name is 'national'.*not that of its file"):
        packs.of(path)

    path.write_text(yaml.safe_dump(head), "utf-8")
    assert packs.of(file).hash == packs.of(path).base


def test_an_overlay_can_only_add():
    """An empty overlay is its base under another name."""
    same = laid(HEAD)

    assert (BASE.bases, BASE.holdable, BASE.deadlines, BASE.special_care) == (same.bases, same.holdable, same.deadlines, same.special_care)


def test_an_overlay_is_bound_to_the_bytes_of_its_base(tmp_path: Path):
    """Its own hash covers the hash of the base that it names; another base is no base."""
    path = tmp_path / "machi.yaml"
    path.write_text(yaml.safe_dump(FULL, allow_unicode=True), "utf-8")
    found = packs.of(path)
    assert (sha256(path.read_bytes()).hexdigest(), HASH) == (found.hash, found.base)

    for changes, says in (
        ({"base_hash": "0" * 64}, "is the SHA-256 of no policy pack"), ({"base": "another"}, "is not what base_hash says"),
        ({"base_hash": None}, "base_hash"),
    ):
        path.write_text(yaml.safe_dump({**FULL, **changes}), "utf-8")
        with pytest.raises(PackInvalid, match=says):
            packs.of(path)


def test_no_overlay_lies_on_an_overlay(tmp_path: Path):
    """One national pack, one thin layer."""
    below, above = tmp_path / "below.yaml", tmp_path / "above.yaml"
    below.write_text(yaml.safe_dump(HEAD), "utf-8")
    above.write_text(yaml.safe_dump({**HEAD, "base": "tsunagu-machi", "base_hash": sha256(below.read_bytes()).hexdigest()}), "utf-8")

    with pytest.raises(PackInvalid, match="is itself an overlay"):
        packs.of(above)
