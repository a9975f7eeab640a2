"""The format of a policy pack: what may stand in it, told with its place; the JSON Schema says the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from contracts.catalogue import CATALOGUE
from contracts.shared import AgencyKind, Basis, ConferenceBasis, DataCategory, Deadline, Purpose
from kernel.days import HOUR_MS
from services.consent import packs
from services.consent.domain import pack, pack_form
from services.consent.domain.entries import Precondition
from services.consent.domain.pack import PackInvalid

NATIONAL = yaml.safe_load((packs.FOLDER / "national.yaml").read_text("utf-8"))
SCHEMA = json.loads((packs.FOLDER / "pack.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def fits(table: Any) -> bool:
    """Whether the JSON Schema has nothing against it, days as JSON writes them."""
    return VALIDATOR.is_valid(json.loads(json.dumps(table, default=str)))


def changed(place: str, value: Any) -> dict[str, Any]:
    """The national pack with something else at one place."""
    table = copy.deepcopy(NATIONAL)
    *path, last = place.split(".")
    target = table
    for key in path:
        target = target[key]
    target[last] = value
    return table


def without(place: str) -> dict[str, Any]:
    """The national pack without one key."""
    table = changed(place, None)
    *path, last = place.split(".")
    target = table
    for key in path:
        target = target[key]
    del target[last]
    return table


def problems(table: Any) -> list[str]:
    """The places of everything that is wrong."""
    with pytest.raises(PackInvalid) as found:
        pack.read(table, "hash", "draft.yaml")
    assert all(f"draft.yaml: {each.place}" in str(found.value) for each in found.value.problems)
    return [each.place for each in found.value.problems]


def test_the_national_pack_is_sound_by_both():
    """Schema and reading."""
    VALIDATOR.check_schema(SCHEMA)

    assert fits(NATIONAL)
    assert "national" == pack.read(NATIONAL, "hash").name


@pytest.mark.parametrize(
    ("table", "place"),
    [
        (changed("fee", 300), "fee"),
        (changed("bases.V.conveners", ["POLICE"]), "bases.V.conveners"),
        (changed("bases.V.ways.danger.colour", "red"), "bases.V.ways.danger.colour"),
        (changed("bases.C.types", ["PlanShared"]), "bases.C.types"),
        (changed("bases.Z", {"statute": "x"}), "bases.Z"),
        (changed("bases.K.types", ["PlanSharde"]), "bases.K.types[0]"),
        (changed("bases.K.types", ["CaseClosed", "CaseClosed"]), "bases.K.types[1]"),
        (changed("bases.G.ways.commissioner.recipient_kinds", ["NEIGHBOUR"]), "bases.G.ways.commissioner.recipient_kinds[0]"),
        (changed("bases.L.ways.child_abuse.requires", ["A_GOOD_REASON"]), "bases.L.ways.child_abuse.requires[0]"),
        (changed("bases.M.conferences.NON_STATUTORY", {"statute": "x", "conveners": []}), "bases.M.conferences.NON_STATUTORY"),
        (changed("bases.V.review_hours", 0), "bases.V.review_hours"),
        (changed("bases.V.alarm", {"uses": 0, "hours": 24}), "bases.V.alarm.uses"),
        (changed("bases.V.alarm", {"uses": 3}), "bases.V.alarm.hours"),
        (changed("bases.L.alarm", {"uses": 3, "hours": 24}), "bases.L.alarm"),
        (changed("deadlines.EMERGENCY_REVIEW", 3), "deadlines.EMERGENCY_REVIEW"),
        (without("bases.V.review_hours"), "bases.V.review_hours"),
        (without("bases.W.ways.upbringing.statute"), "bases.W.ways.upbringing.statute"),
        (without("reviewer"), "reviewer"),
        (changed("reviewer", "UNMAPPED"), "reviewer"),
        (changed("minors_line", 20), "minors_line"),
        (changed("small_cell", 1), "small_cell"),
        (changed("consent.longest_days", True), "consent.longest_days"),
        (changed("holds.types.CoordinationReferred", []), "holds.types.CoordinationReferred"),
        (changed("purposes", {"OUTREACH": "WHATEVER"}), "purposes.OUTREACH"),
        (changed("protection", ["ADDRESS"]), "protection"),
        (changed("name", " "), "name"),
        (changed("version", "1"), "version"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_not_stand_in_a_pack_is_told_with_its_place(table: Any, place: str):
    """An unknown key, an unknown code, something missing, a number out of bounds: by the schema too."""
    assert [place] == problems(table)
    assert not fits(table)


def test_what_a_pack_may_leave_out_it_may_also_say():
    """A rate above which uses of basis V are told, days for telling the person and for acknowledging: none in the first national pack."""
    table = changed("bases.V.alarm", {"uses": 3, "hours": 24})
    table["deadlines"].update({"PERSON_TOLD": 14, "RECEIPT_ACKNOWLEDGED": 3})
    rule, before = pack.read(table, "hash").bases[Basis.V], pack.read(NATIONAL, "hash").bases[Basis.V]

    assert fits(table)
    assert (3, 24 * HOUR_MS) == (rule.alarm_uses, rule.alarm_ms)
    assert before.alarm_ms is None


def test_the_second_national_pack_says_what_the_first_one_left_out():
    """A new file; the first stays as it was, since verdicts name it."""
    second = yaml.safe_load((packs.FOLDER / "national-2.yaml").read_text("utf-8"))
    danger = second["bases"]["V"]

    assert ({"uses": 3, "hours": 24}, 30, 14) == (danger["alarm"], danger["conceal_days"], second["deadlines"]["PERSON_TOLD"])
    assert "ReviewClosed" in second["bases"]["K"]["types"]
    assert fits(second)


@pytest.mark.parametrize("table", [None, [], "national", 7, {}])
def test_what_is_no_pack_at_all_is_told(table: Any):
    """Never a traceback."""
    assert problems(table)
    assert not fits(table)


def test_everything_that_is_wrong_is_told_at_once():
    """Whoever drafts a pack does not learn of one fault a time."""
    assert ["fee", "minors_line"] == problems({**changed("minors_line", 99), "fee": 1})


@pytest.mark.parametrize("tree", [{"OUTREACH": "OUTREACH"}, {"OUTREACH": "COORDINATION", "COORDINATION": "OUTREACH"}])
def test_rule_13_nothing_is_its_own_ancestor(tree: dict[str, str]):
    """A tree that runs in a circle covers everything."""
    assert [f"purposes.{child}" for child in tree] == problems(changed("purposes", tree))


def test_a_day_is_a_day():
    """Not a text, not a moment."""
    assert ["effective_from"] == problems(changed("effective_from", "soon"))


def test_a_pack_to_be_tried_offline_may_bring_codes_of_its_own():
    """Trees of purposes, categories and kinds of another consent system."""
    own = {"purposes": ["TREATMENT"], "categories": ["GENOME"], "agency_kinds": ["HOSPITAL"], "event_types": ["Referred"]}
    table = {**changed("holds.types", {"Referred": ["HOSPITAL"]}), "vocabulary": own, "purposes": {"TREATMENT": "COORDINATION"}}
    found = pack.read(table, "hash")

    assert fits(table)
    assert {"TREATMENT", Purpose.COORDINATION} == found.purposes["TREATMENT"]
    assert {"GENOME"} == found.categories["GENOME"]
    assert {"Referred": {"HOSPITAL"}} == found.holdable


@pytest.mark.parametrize(
    ("place", "codes"),
    [
        ("agency_kind", pack_form.codes_of(AgencyKind)), ("purpose", pack_form.codes_of(Purpose)), ("category", pack_form.codes_of(DataCategory)),
        ("basis", pack_form.codes_of(Basis)), ("event_type", CATALOGUE),
    ],
)
def test_the_schema_knows_the_codes_of_the_contracts(place: str, codes: Any):
    """A new code is added to both."""
    assert set(codes) == set(SCHEMA["$defs"][place]["enum"])


def test_the_schema_knows_the_deadlines_the_meetings_and_the_preconditions():
    """The lists within."""
    defs = SCHEMA["$defs"]
    meetings = {each.value for each in ConferenceBasis} - {"UNMAPPED", "NON_STATUTORY"}

    assert {each.value for each in Deadline if each not in pack_form.OF_THEIR_OWN} == set(defs["deadlines"]["propertyNames"]["enum"])
    assert meetings == set(defs["national"]["properties"]["bases"]["properties"]["M"]["properties"]["conferences"]["propertyNames"]["enum"])
    assert {each.value for each in Precondition} == set(defs["way"]["properties"]["requires"]["items"]["enum"])


def _scalars(table: Any, put: Callable[[Any], None]) -> Iterator[Callable[[Any], None]]:
    yield put
    for key, value in table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ():
        yield from _scalars(value, lambda new, key=key: table.__setitem__(key, new))


@pytest.mark.parametrize("rubbish", [None, [], {}, "", 0, -1, True, ["x"], {"x": "y"}, {1: 2}, 10**30], ids=repr)
def test_rubbish_anywhere_is_a_problem_or_harmless_and_never_a_crash(rubbish: Any):
    """Every place of the national pack in turn."""
    for number in range(len(list(_scalars(copy.deepcopy(NATIONAL), lambda _: None)))):
        table = {"it": copy.deepcopy(NATIONAL)}
        places = list(_scalars(table["it"], lambda new, table=table: table.__setitem__("it", new)))
        places[number](rubbish)
        try:
            pack.read(table["it"], "hash")
        except PackInvalid:
            continue


def test_each_file_of_the_build_is_known_by_the_hash_of_its_bytes(tmp_path: Path):
    """One byte more is another pack; a broken one is left out, and what is in force goes on."""
    content = (packs.FOLDER / "national-2.yaml").read_bytes()
    (tmp_path / "national-2.yaml").write_bytes(content)
    (tmp_path / "commented.yaml").write_bytes(content + b"# seen\n")
    (tmp_path / "broken.yaml").write_bytes(content + b"fee: 300\n")

    found = packs.load(tmp_path)
    assert 2 == len(found)
    assert {"national"} == {each.name for each in found.values()}


def test_a_folder_without_a_sound_pack_is_told(tmp_path: Path):
    """The gate does not start on nothing."""
    with pytest.raises(PackInvalid, match="there is no policy pack"):
        packs.load(tmp_path)
    (tmp_path / "broken.yaml").write_text("name: x\n", "utf-8")
    with pytest.raises(PackInvalid, match=r"broken\.yaml: version: is missing"):
        packs.load(tmp_path)


@pytest.mark.parametrize("content", [b"name: [", b"\xff\xfe\x00", b"name: a\nname: b\n", b"? [a, b]\n: c\n", b"a: &x [*x]\n", b"", b"x: 2026-99-99\n"])
def test_what_is_no_yaml_is_told(content: bytes, tmp_path: Path):
    """Syntax, encoding, a key that stands twice."""
    path = tmp_path / "draft.yaml"
    path.write_bytes(content)
    with pytest.raises(PackInvalid, match=r"draft\.yaml"):
        packs.of(path)
