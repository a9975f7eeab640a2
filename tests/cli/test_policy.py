"""``tsunagu policy``: problems with their places, changes in words, exit codes; with nothing running."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from cli import registry
from cli.main import command
from contracts.registry import AgencyRegistered, DeadlinesSet, PolicyActivated
from deploy.local.town import agencies
from services.consent import packs, signatures
from services.consent.domain.pack import PackInvalid

FILE = packs.FOLDER / "national.yaml"
NATIONAL = yaml.safe_load(FILE.read_text("utf-8"))


def run(*words: str) -> Result:
    """The command with these words."""
    return CliRunner().invoke(command(["policy"]), ["policy", *words])


def written(folder: Path, table: Any, name: str = "draft.yaml") -> str:
    """A draft on disk."""
    path = folder / name
    path.write_text(yaml.safe_dump(table, allow_unicode=True, sort_keys=False), "utf-8")
    return str(path)


def compared(folder: Path, **draft: Any) -> list[dict[str, Any]]:
    """What changes from the national pack to a draft."""
    found = run("diff", str(FILE), written(folder, {**copy.deepcopy(NATIONAL), **draft}), "--output", "json")
    assert 0 == found.exit_code, found.output
    return json.loads(found.stdout)


def test_a_sound_pack_is_told_with_its_hash():
    """Exit code 0; data on stdout stay data."""
    found = run("check", str(FILE), "--output", "json")

    assert (0, []) == (found.exit_code, json.loads(found.stdout))
    assert all(words in found.stderr for words in ("is sound", "national 1", packs.of(FILE).hash))


def test_rule_34_an_unsigned_pack_is_told_by_its_code(tmp_path: Path):
    """Exit code 1, unless it is checked as the draft that it is."""
    draft = written(tmp_path, {**NATIONAL, "version": 2})
    found = run("check", draft, "--output", "json")

    assert (1, ["signature"]) == (found.exit_code, [row["place"] for row in json.loads(found.stdout)])
    assert json.loads(found.stdout)[0]["problem"].startswith("UNSIGNED: ")
    assert 0 == run("check", draft, "--draft").exit_code


def test_rule_34_a_pack_is_signed_with_a_key_of_ones_own(tmp_path: Path):
    """A key that no installation trusts yet changes nothing for this one."""
    draft, key = written(tmp_path, {**NATIONAL, "version": 2}), tmp_path / "town.key"

    assert [0, 1] == [run("key", str(key)).exit_code for _ in range(2)]
    assert [0, 1] == [run("sign", draft, "--key", str(each)).exit_code for each in (key, key.with_suffix(".pub"))]
    assert "SIGNER_UNKNOWN" in run("check", draft, "--output", "json").stdout


def test_rule_34_a_broken_pack_is_signed_by_nobody(tmp_path: Path):
    """What is wrong is told instead."""
    draft, key = written(tmp_path, {**NATIONAL, "fee": 1}), tmp_path / "town.key"
    run("key", str(key))

    assert 1 == run("sign", draft, "--key", str(key)).exit_code
    assert not Path(f"{draft}.sig").exists()


def test_every_problem_is_told_with_its_place(tmp_path: Path):
    """Exit code 1, one row each."""
    found = run("check", written(tmp_path, {**NATIONAL, "minors_line": 99, "fee": 1}), "--output", "json")

    assert 1 == found.exit_code
    assert ["fee", "minors_line"] == [row["place"] for row in json.loads(found.stdout)]
    assert "2 problems" in found.stderr


def test_what_an_overlay_may_not_set_is_told_in_a_sentence(tmp_path: Path):
    """File, key and rule."""
    draft = {"name": "machi", "version": 1, "effective_from": "x", "base": "national", "base_hash": packs.of(FILE).hash, "bases": {}}
    found = run("check", written(tmp_path, draft))

    assert 1 == found.exit_code
    assert "no right is cut" in " ".join(found.stdout.split())
    assert "draft.yaml" in found.stderr


@pytest.mark.parametrize("content", ["name: [", "name: a\nname: b\n", "- a\n", ""])
def test_what_cannot_be_read_is_a_problem(content: str, tmp_path: Path):
    """Never a traceback."""
    path = tmp_path / "draft.yaml"
    path.write_text(content, "utf-8")

    assert 1 == run("check", str(path)).exit_code == run("diff", str(FILE), str(path)).exit_code


def test_a_file_that_is_not_there_is_wrong_usage():
    """Exit code 2."""
    assert 2 == run("check", "no/such/file.yaml").exit_code


def test_a_pack_says_the_same_as_itself():
    """Nothing on stdout."""
    found = run("diff", str(FILE), str(FILE))

    assert (0, "") == (found.exit_code, found.stdout)


def test_changes_are_told_in_words(tmp_path: Path):
    """Bases, types, ceilings, deadlines, purposes."""
    bases = copy.deepcopy(NATIONAL["bases"])
    bases["V"]["ways"]["danger"]["ceiling"] = ["BASIC", "DANGER", "HEALTH"]
    bases["G"]["ways"]["commissioner"]["types"] = []
    bases["B0"]["types"].remove("PlaceOpened")
    bases["M"]["conferences"]["SWA106_6"]["conveners"] = []
    del bases["W"]
    rows = compared(
        tmp_path, version=2, bases=bases, deadlines={**NATIONAL["deadlines"], "PLAN_REVIEW": 60}, purposes={"OUTREACH": "CONSULTATION"},
    )
    words = {row["place"]: row["words"] for row in rows}

    assert "version: 1 → 2" == words["version"]
    assert "basis V, danger: categories that it opens at most: adds HEALTH; drops ADDRESS" == words["bases.V.ways.danger.ceiling"]
    assert words["bases.G.ways.commissioner.types"].endswith("LinkedToAgency, OutreachRequested, SignalReceived → any")
    assert words["bases.B0.types"].endswith("drops PlaceOpened")
    assert "basis M, SWA106_6: who may convene it: MUNICIPALITY → nobody" == words["bases.M.conferences.SWA106_6.conveners"]
    assert words["bases.W"].startswith("basis W: no more")
    assert "days for PLAN_REVIEW: 90 → 60" == words["deadlines.PLAN_REVIEW"]
    assert words["purposes.OUTREACH"].endswith("adds CONSULTATION; drops COORDINATION")
    assert {"place", "change", "before", "after", "words"} == set(rows[0])


def test_ceilings_are_compared_one_by_one(tmp_path: Path):
    """Those that there are; and how long a consent waits for a confirmation."""
    ceilings = {"PARTICIPATION": {"allowed": ["BASIC"], "uses": 3, "categories": {"HEALTH": {"longest_days": 90}}}}
    rows = compared(tmp_path, consent={"longest_days": 366, "confirmation_days": 14, "ceilings": ceilings})

    assert {
        "consent.confirmation_days": "days within which a consent that its recorder benefits from is confirmed: as many as it holds → 14",
        "consent.ceilings.PARTICIPATION.allowed": "consent to PARTICIPATION: the only categories: new: BASIC",
        "consent.ceilings.PARTICIPATION.uses": "consent to PARTICIPATION: most uses: new: 3",
        "consent.ceilings.PARTICIPATION.categories.HEALTH.longest_days": "consent to PARTICIPATION with HEALTH: longest, in days: new: 90",
    } == {row["place"]: row["words"] for row in rows}


def test_an_overlay_is_compared_with_its_base(tmp_path: Path):
    """Both as the gate reads them."""
    draft = {"name": "machi", "version": 1, "effective_from": NATIONAL["effective_from"], "base": "national", "base_hash": packs.of(FILE).hash,
             "holdable": {"PlanShared": ["SCHOOL"]}}
    found = run("diff", str(FILE), written(tmp_path, draft), "--output", "jsonl")
    rows = {row["place"]: row for row in map(json.loads, found.stdout.splitlines())}

    assert {"name", "base", "holds.types.PlanShared"} == set(rows)
    assert "added" == rows["holds.types.PlanShared"]["change"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packs of this installation: the national one, and whatever a test writes."""
    (tmp_path / FILE.name).write_bytes(FILE.read_bytes())
    monkeypatch.setattr(packs, "FOLDER", tmp_path)
    return tmp_path


def test_an_overlay_is_activated_by_the_hash_of_its_own_bytes(folder: Path):
    """With the days that it sets."""
    draft = {"name": "machi", "version": 1, "effective_from": date(2026, 4, 1), "base": "national", "base_hash": packs.of(FILE).hash,
             "deadlines": {"PLAN_REVIEW": 60}}
    path = written(folder, draft, "machi.yaml")
    (_, activated), (_, days) = registry.facts("machi", ())

    assert PolicyActivated(pack="machi", hash=packs.of(Path(path)).hash) == activated
    assert {"PLAN_REVIEW": 60, "LINK_UNANSWERED": 7}.items() <= {term.deadline: term.days for term in days.terms}.items()


def test_a_broken_pack_is_not_activated(folder: Path):
    """Not one fact of it is told."""
    written(folder, {**NATIONAL, "fee": 300}, "machi.yaml")

    with pytest.raises(PackInvalid, match=r"machi\.yaml: fee"):
        list(registry.facts("machi", ()))


def test_rule_34_an_unsigned_pack_is_not_activated(folder: Path):
    """The agencies are told, not one fact of the pack is."""
    written(folder, {**NATIONAL, "version": 2}, "machi.yaml")
    told = registry.facts("machi", agencies()[:1], keys=signatures.public_keys([Path("policies/release.pub")]))

    assert [AgencyRegistered] == [type(fact) for _, fact in (next(told),)]
    with pytest.raises(PackInvalid, match="UNSIGNED"):
        next(told)


def test_a_pack_that_is_not_there_is_told(folder: Path):
    """As one that is broken."""
    with pytest.raises(PackInvalid, match="cannot be read"):
        list(registry.facts("nowhere", ()))


@pytest.mark.parametrize("policy", ["{outside}", "../other/machi", "sub/machi", "./machi", "", "."])
def test_rule_34_a_pack_that_does_not_lie_in_policies_is_not_activated(folder: Path, policy: str):
    """Sound and signed or not: the gate reads the packs in ``policies/`` alone, and would know nothing of it."""
    for below in (folder / "sub", folder.parent / "other"):
        below.mkdir(exist_ok=True)
        written(below, NATIONAL, "machi.yaml")
    written(folder, NATIONAL, "machi.yaml")

    with pytest.raises(PackInvalid, match="NOT_IN_POLICIES: "):
        list(registry.facts(policy.format(outside=folder.parent / "other" / "machi"), ()))


def test_a_pack_of_a_day_to_come_is_activated_without_its_deadlines(folder: Path):
    """The gate waits for the day; the functions are told on it."""
    written(folder, {**NATIONAL, "effective_from": date(2999, 4, 1)}, "machi.yaml")

    assert [PolicyActivated] == [type(fact) for _, fact in registry.facts("machi", ())]
    assert [PolicyActivated, DeadlinesSet] == [type(fact) for _, fact in registry.facts("national", ())]
