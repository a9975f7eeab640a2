"""``tsunagu agency``: what words make an agency, what they leave as it is, what is wrong with them; each wrong word has a code."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli import enrolment, registry
from cli.agency.asked import Amiss, Asked, Ending
from cli.registry import news
from contracts.registry import AgencyEnded
from contracts.shared import AgencyEndReason, AgencyKind
from deploy.local import enrolled
from deploy.local.layout import Layout
from deploy.local.lifecycle import Installation
from deploy.local.progress import Silent
from deploy.local.town import Agency, Unit, agencies, prefecture_of
from kernel import serde
from services.reporting.api.tokens import FILE, Tokens
from services.reporting.resource import Role

HOME, NEIGHBOUR, TOKYO = "990019", "990027", "131016"
FIRST, LAST, TODAY = date(2026, 4, 1), date(2027, 3, 31), date(2026, 11, 25)
HINATA = Agency(
    "hinata", "ELDER", "ひなた", FIRST, LAST, emergency_right=True, units=(Unit("01", "相談係"),), municipality=HOME, prefecture="990001",
)


def asked(known: Agency | None = None, **words: Any) -> Agency:
    """What is to be registered."""
    return Asked(agency="hinata", **words).of(known, HOME)


def code(known: Agency | None = None, **words: Any) -> str:
    """What is wrong with the words."""
    with pytest.raises(Amiss) as found:
        asked(known, **words)
    assert found.value.usage
    return found.value.code


def test_a_new_agency_is_ours_and_has_no_right_that_nobody_gave_it():
    """Its id is its name until it has one."""
    assert asked(kind="ELDER") == Agency("hinata", "ELDER", "hinata", emergency_right=False, municipality=HOME, prefecture="990001")


def test_every_word_is_registered():
    """Units in their order."""
    found = asked(
        kind="ELDER", name="ひなた", units=["01=相談係", "02=庶務=係"], contract_from="2026-04-01", contract_until="2027-03-31", emergency_right=True,
    )

    assert found == replace(HINATA, units=(Unit("01", "相談係"), Unit("02", "庶務=係")))


def test_what_is_not_named_stays_as_it_is():
    """So a renewal needs nothing but its day; the same words twice change nothing."""
    assert HINATA == asked(HINATA)
    assert HINATA == asked(HINATA, kind="ELDER", name="ひなた")
    assert replace(HINATA, contract_until=date(2028, 3, 31)) == asked(HINATA, contract_until="2028-03-31")
    assert replace(HINATA, emergency_right=False) == asked(HINATA, emergency_right=False)


def test_what_was_registered_can_be_taken_away():
    """By the word none."""
    bare = asked(HINATA, contract_from="none", contract_until="none", units=["none"])

    assert replace(HINATA, contract_from=None, contract_until=None, units=()) == bare


def test_who_comes_back_begins_anew():
    """No right and no contract of old comes back with it; its kind must be said again."""
    gone = replace(HINATA, ended=TODAY, end_reason="RIGHT_REMOVED")

    assert asked(kind="ELDER") == asked(gone, kind="ELDER")
    assert "KIND_MISSING" == code(gone)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"kind": "PREFECTURE"}, ("", "990001", True)), ({"kind": "PREFECTURE", "prefecture": "130001"}, ("", "130001", False)),
        ({"kind": "MUNICIPALITY", "municipality": NEIGHBOUR}, (NEIGHBOUR, "990001", False)),
        ({"kind": "MUNICIPALITY", "municipality": TOKYO}, (TOKYO, "130001", False)), ({"kind": "POLICE", "municipality": "none"}, ("", "990001", True)),
    ],
)
def test_an_agency_belongs_to_a_municipality_and_its_prefecture(words: dict[str, str], expected: tuple[str, str, bool]):
    """Whether that is ours follows from the codes."""
    found = asked(**words)
    assert expected == (found.municipality, found.prefecture, found.ours)


def test_the_prefecture_follows_from_the_municipality():
    """The first two digits, and a check digit of its own."""
    assert ["130001", "270008", "010006", "470007", ""] == [prefecture_of(each) for each in (TOKYO, "271004", "011002", "472018", "")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, "KIND_MISSING"), ({"kind": "elder"}, "KIND_UNKNOWN"), ({"kind": "UNMAPPED"}, "KIND_UNKNOWN"),
        ({"kind": "ELDER", "name": " "}, "NAME_INVALID"), ({"kind": "ELDER", "name": "a\nb"}, "NAME_INVALID"),
        ({"kind": "ELDER", "units": ["相談係"]}, "UNIT_INVALID"), ({"kind": "ELDER", "units": ["none", "01=係"]}, "UNIT_INVALID"),
        ({"kind": "ELDER", "contract_from": "2026/4/1"}, "DATE_INVALID"),
        ({"kind": "ELDER", "contract_from": "2026-04-02", "contract_until": "2026-04-01"}, "PERIOD_INVALID"),
        ({"kind": "ELDER", "municipality": "990018"}, "CODE_INVALID"), ({"kind": "ELDER", "prefecture": "tokyo"}, "CODE_INVALID"),
    ],
)
def test_each_wrong_word_has_a_code(words: dict[str, Any], expected: str):
    """And nothing is touched."""
    assert expected == code(**words)


def test_an_id_that_fits_no_topic_has_a_code():
    """Nobody is taken for one of our own functions."""
    with pytest.raises(Amiss, match="AGENCY_ID_INVALID: agency id 'Hinata'"):
        Asked(agency="Hinata", kind="ELDER").of(None, HOME)


def test_an_end_has_a_day_and_a_reason():
    """Today, or the earlier day that the paper says; once ended it stays as it ended first."""
    gone = Ending(agency="hinata", reason="CLOSED").of(HINATA, TODAY)
    assert replace(HINATA, ended=TODAY, end_reason="CLOSED") == gone
    assert date(2026, 11, 1) == Ending(agency="hinata", reason="MERGED", on="2026-11-01").of(HINATA, TODAY).ended
    assert gone is Ending(agency="hinata", reason="MERGED").of(gone, TODAY)


@pytest.mark.parametrize(
    ("words", "known", "expected"),
    [
        ({"reason": "BORED"}, HINATA, ("REASON_UNKNOWN", True)), ({"reason": "CLOSED", "on": "2026-11-26"}, HINATA, ("DAY_NOT_COME", True)),
        ({"reason": "CLOSED", "on": "x"}, HINATA, ("DATE_INVALID", True)), ({"reason": "CLOSED"}, None, ("AGENCY_UNKNOWN", False)),
    ],
)
def test_each_wrong_end_has_a_code(words: dict[str, str], known: Agency | None, expected: tuple[str, bool]):
    """An end that is to come is no end: it has one exact place in the order."""
    with pytest.raises(Amiss) as found:
        Ending(agency="hinata", **words).of(known, TODAY)
    assert expected == (found.value.code, found.value.usage)


# --- what the registry's log says


def test_the_log_says_who_is_there_and_who_is_no_more():
    """Its last word on each; every field comes back as it went in."""
    gone = AgencyEnded(agency="hinata", from_day=TODAY, reason=AgencyEndReason.CLOSED)
    told = [serde.encode(fact) for fact in (registry.registered(HINATA), registry.registered(agencies()[0]), gone)]

    assert HINATA == enrolled.after(told[:1])["hinata"]
    found = enrolled.after(told)
    assert replace(HINATA, ended=TODAY, end_reason="CLOSED") == found["hinata"]
    assert found[agencies()[0].id].ended is None
    assert HINATA == enrolled.after([*told, told[0]])["hinata"]


def test_an_end_and_a_return_are_facts_on_one_matter():
    """Registered, ended, registered again with the same values: three facts with three ids."""
    first, gone = registry.registered(HINATA), registry.ended(replace(HINATA, ended=TODAY, end_reason="CLOSED"))
    log: list[registry.News] = []
    for fact in (first, first, gone, gone, first):
        log += news([("hinata", fact)], [(each.key, serde.encode(each.fact)) for each in log])

    assert [first, gone, first] == [each.fact for each in log]
    assert 3 == len({each.id for each in log})


def test_the_towns_file_gives_rights_by_kind_and_the_command_by_word():
    """Who is not asked has what agencies of its kind have."""
    rights = [registry.registered(Agency("a", kind, "a", emergency_right=right)).emergency_right
              for kind, right in (("ELDER", None), ("TAX", None), ("ELDER", False), ("TAX", True))]

    assert [True, False, False, True] == rights
    assert AgencyKind.ELDER is registry.registered(HINATA).kind


# --- as a user would type it


def tsunagu(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in an installation of its own."""
    command = [sys.executable, "-m", "cli.main", "agency", *words]
    return subprocess.run(command, env={"TSUNAGU_HOME": str(home), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)


ASKING = (("add", "hinata", "--kind", "ELDER"), ("end", "hinata", "--reason", "CLOSED"), ("list",))


@pytest.fixture(scope="module")
def unanswered(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], tuple[Path, subprocess.CompletedProcess[str]]]:
    """What each of these commands says in an installation of its own where nobody answers; all at once, since each waits for it."""
    homes = [Installation(Layout(tmp_path_factory.mktemp("unanswered"))).prepare().home for _ in ASKING]
    with ThreadPoolExecutor(len(ASKING)) as together:
        said = together.map(lambda home, words: tsunagu(home, *words), homes, ASKING)
        return {words: (home, done) for words, home, done in zip(ASKING, homes, said, strict=True)}


@pytest.mark.parametrize("words", ASKING)
def test_nothing_is_done_while_the_broker_does_not_answer(
    unanswered: dict[tuple[str, ...], tuple[Path, subprocess.CompletedProcess[str]]], words: tuple[str, ...],
):
    """Exit code 3, one last line, and no password of an agency that is none."""
    home, done = unanswered[words]

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines()[-1].startswith("tsunagu: the broker at ")
    assert not (home / "secrets" / "agency-hinata.password").exists()


def test_no_certificate_is_issued_where_no_listener_takes_it(tmp_path: Path):
    """What to write where is told before the broker is asked for anything."""
    at_home = enrolment.Enrolment(Installation(Layout(tmp_path)).prepare(), Silent())

    with pytest.raises(Amiss, match=f"NO_LISTENER: .*{tmp_path / 'tsunagu.toml'}"):
        at_home.certificate("elder", 365)


def test_without_an_installation_the_first_step_is_named(tmp_path: Path):
    """Exit code 3; nothing is made."""
    done = tsunagu(tmp_path / "none", "add", "hinata", "--kind", "ELDER")

    assert 3 == done.returncode
    assert "tsunagu run up" in done.stderr
    assert not (tmp_path / "none").exists()


async def test_with_an_agency_its_readers_tokens_end_and_nobody_elses(tmp_path: Path):
    """Once; a file that cannot be read is told, and opens nothing."""
    tokens, settings = Tokens(tmp_path), SimpleNamespace(home=tmp_path)
    (_, own), (_, second), (_, others), (_, ours) = (
        tokens.add(role, name, 30) for role, name in (
            (Role.CASEWORKER, "hinata"), (Role.CASEWORKER, "hinata"), (Role.CASEWORKER, "elder"), (Role.AUDITOR, ""))
    )

    assert 2 == enrolment.end_tokens(settings, "hinata") and 0 == enrolment.end_tokens(settings, "hinata")
    assert [None, None] == [await tokens.check(own), await tokens.check(second)]
    assert await tokens.check(others) and await tokens.check(ours)

    (tmp_path / FILE).write_text("broken")
    with pytest.raises(Amiss, match="TOKENS_UNREADABLE"):
        enrolment.end_tokens(settings, "hinata")
