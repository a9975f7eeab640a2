"""``tsunagu consent``: the gate's verdicts from lines alone; what cannot be read is named and disturbs no neighbour."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from cli.consent import app, decisions, words
from cli.consent.policy import named
from services.consent.domain.model import ConsentState
from services.consent.domain.reasons import OPENED_BY

MOTHER = "a" * 32
GRANTED = {
    "type": "ConsentGranted", "at": "2026-04-01T09:00:00+09:00", "consent": "c1", "person": MOTHER, "purpose": "COORDINATION",
    "categories": ["BASIC", "ECONOMIC"], "recipients": ["coordinator"], "valid_from": "2026-04-01", "valid_to": "2027-03-31", "medium": "PAPER",
}
REQUEST = {
    "from": "elder", "to": "coordinator", "to_kind": "COORDINATOR", "purpose": "COORDINATION", "basis": "C", "event_type": "CoordinationReferred",
    "authored": "2026-05-10", "parts": [{"person": MOTHER, "category": "BASIC", "essential": True}, {"person": MOTHER, "category": "HEALTH"}],
}


def line(*facts: Any, at: Any = "2026-05-10T10:00:00+09:00", **changes: Any) -> dict[str, Any]:
    """One question: the referral to the coordinator, unless changed."""
    return {"id": "one", "at": at, "facts": list(facts), "request": {key: value for key, value in {**REQUEST, **changes}.items() if value is not ...}}


def asked(question: Any, pack: Any = None) -> dict[str, Any]:
    """The answer to one line."""
    text = question if isinstance(question, bytes) else json.dumps(question).encode()
    ((answer, _),) = decisions(iter((text,)), pack)
    return json.loads(answer)


def test_a_line_is_answered_as_the_gate_would():
    """Case 2: what was consented to goes, the diagnosis stays."""
    answer = asked(line(GRANTED))

    assert {
        "id": "one", "outcome": "REDACT", "rule": "R2", "basis": "C", "consent": "c1",
        "released": [{"person": MOTHER, "category": "BASIC"}],
        "withheld": [{"person": MOTHER, "category": "HEALTH", "reason": "CATEGORY_NOT_CONSENTED"}], "reasons": ["CATEGORY_NOT_CONSENTED"],
    }.items() <= answer.items()
    assert "NO_ONWARD_GIVING" in answer["obligations"]
    assert named("national-2").hash == answer["policy"]


def test_a_use_within_the_period_counts_and_one_before_it_does_not():
    """Once in thirty days: the day of the verdict decides, as it does at the gate."""
    monthly = {**GRANTED, "use_limit": 1, "use_period_days": 30}
    given = {"type": "DisclosureReleased", "verdict_id": "v", "request_id": "r", "event_id": "e", "event_type": "PlanShared", "recipient": "coordinator",
             "basis": "C", "consents": ["c1"], "released": [{"person": MOTHER, "category": "BASIC"}]}
    decided_at = 1_776_470_400_000  # 2026-04-18 09:00 in Japan
    once = {**given, "at": "2026-04-18T09:00:00+09:00", "decided_at": decided_at}

    assert ["USED_UP"] == asked(line(monthly, once, at="2026-05-17T23:59:00+09:00"))["reasons"]
    assert "REDACT" == asked(line(monthly, once, at="2026-05-18T00:00:00+09:00"))["outcome"]


def test_without_any_fact_the_referral_waits_and_says_for_what():
    """R10."""
    answer = asked(line())

    assert ("HOLD", ["CONSENT_OF_PERSON", "SUPPORT_CONFERENCE"], None) == (answer["outcome"], answer["releases_when"], answer["consent"])


def test_days_are_read_as_avro_writes_them_and_unions_too():
    """A date is a number of days, a branch of a union is named."""
    numbers = {**GRANTED, "valid_from": 20_544, "valid_to": 20_908}

    assert "REDACT" == asked(line(numbers, segment={"string": "s"}))["outcome"]


@pytest.mark.parametrize("at", ["2026-05-10T10:00:00", "2026-05-10T01:00:00Z", 1_778_374_800_000])
def test_the_same_moment_may_be_written_in_several_ways(at: Any):
    """Without an offset it is the time in Japan."""
    assert 1_778_374_800_000 == asked(line(GRANTED, at=at))["at"]


def test_what_is_stated_of_a_later_moment_is_not_known_yet():
    """Case 7: asked again as of 09:50, the withdrawal of 10:00 has not happened."""
    withdrawn = {"type": "ConsentWithdrawn", "at": "2026-05-10T10:00:00", "person": MOTHER, "consents": ["c1"]}

    before, after = (asked(line(GRANTED, withdrawn, at=at)) for at in ("2026-05-10T09:50:00", "2026-05-10T10:05:00"))

    assert ("REDACT", "DENY") == (before["outcome"], after["outcome"])
    assert ["CONSENT_WITHDRAWN"] == after["reasons"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"medium": "SILENCE"}, "NOT_A_CONSENT"), ({"medium": "ORAL"}, "WITNESS_MISSING"), ({"recipients": ["*"]}, "WILDCARD_RECIPIENT"),
        ({"valid_to": "2099-12-31"}, "CEILING_PERIOD"), ({"purpose": "WHATEVER"}, "PURPOSE_UNKNOWN"), ({"categories": ["ALL"]}, "CATEGORY_UNKNOWN"),
        ({"valid_to": None}, "OPEN_ENDED"), ({"supersedes": ["c0"]}, "CONSENT_NOT_FOUND"),
    ],
)
def test_a_consent_that_would_not_be_recorded_does_not_count(changes: dict[str, Any], code: str):
    """It is named in the answer, and the decision goes on without it."""
    answer = asked(line({**GRANTED, **changes}))

    assert ([{"type": "ConsentGranted", "code": code}], "HOLD") == (answer["refused_facts"], answer["outcome"])


def test_facts_of_the_town_count_from_their_place_on():
    """A protection flag, a right to give notice of danger, a pack that nobody knows."""
    agency = {"type": "AgencyRegistered", "agency": "outreach", "kind": "OUTREACH", "name": "outreach", "emergency_right": True}
    flag = {"type": "ProtectionFlagSet", "flag": "f", "person": MOTHER, "blocked_agencies": ["coordinator"], "until": "2027-03-31"}
    unknown = {"type": "PolicyActivated", "pack": "national", "hash": "0" * 64}
    danger = {"from": "outreach", "to": "police", "to_kind": "POLICE", "basis": "V", "purpose": "EMERGENCY", "event_type": "EmergencyRaised",
              "parts": [{"person": MOTHER, "category": "DANGER"}]}

    assert ["DENY", "PERMIT"] == [asked(line(*facts, **danger))["outcome"] for facts in ((), (agency,))]
    assert "R8" == asked(line({**GRANTED, "categories": ["ADDRESS"]}, flag, parts=[{"person": MOTHER, "category": "ADDRESS"}]))["rule"]
    assert ("HOLD", "R16") == ((found := asked(line(GRANTED, unknown)))["outcome"], found["rule"])


def test_an_agency_that_has_ended_is_gone_from_its_place_on():
    """It is in no meeting any more, though it be registered again; a consent that names it serves when it is back."""
    ended = {"type": "AgencyEnded", "agency": "coordinator", "from_day": "2026-05-01", "reason": "CLOSED"}
    back = {"type": "AgencyRegistered", "agency": "coordinator", "kind": "COORDINATOR", "name": "coordinator"}
    convener = {"type": "AgencyRegistered", "agency": "municipality", "kind": "MUNICIPALITY", "name": "municipality"}
    meeting = {"type": "SegmentNoted", "sitting": "s1", "segment": "g1", "basis": "SWA106_6", "members": ["elder", "coordinator"], "present": [],
               "open": True, "convener": "municipality"}
    wanted = {"type": "InformationRequestedInConference", "segment": "g1", "to_agency": "elder", "wanted": ["BASIC"]}
    spoken = {"basis": "M", "purpose": "SUPPORT_CONFERENCE", "segment": "g1", "event_type": "InformationGivenInConference",
              "parts": [{"person": MOTHER, "category": "BASIC"}]}

    assert ["REDACT", "DENY", "REDACT"] == [asked(line(GRANTED, *facts))["outcome"] for facts in ((), (ended,), (ended, back))]
    assert ["AGENCY_REGISTERED"] == asked(line(GRANTED, ended))["releases_when"]
    heard = [asked(line(convener, *facts, **spoken)) for facts in (
        (meeting, wanted), (meeting, wanted, ended), (meeting, wanted, ended, back), (ended, meeting, wanted, back),
    )]
    assert ["PERMIT", "DENY", "DENY", "DENY"] == [each["outcome"] for each in heard]
    assert ["RECIPIENT_ENDED", "NOT_LISTED"] == [each["reasons"][0] for each in heard[1:3]]


@pytest.mark.parametrize(
    ("question", "code", "where"),
    [
        (b"{", "JSON_INVALID", ""), (b"[]", "JSON_INVALID", ""), (b'"\xff"', "JSON_INVALID", ""),
        ({}, "FIELD_MISSING", "id"), ({"id": "one"}, "FIELD_MISSING", "at"), ({**line(), "at": 1.5}, "VALUE_INVALID", "at"),
        ({**line(), "at": "soon"}, "VALUE_INVALID", "at"), ({"id": "one", "at": 1}, "FIELD_MISSING", "request"),
        (line(parts=...), "FIELD_MISSING", "request.parts"), (line(colour="red"), "FIELD_UNKNOWN", "request.colour"),
        (line(parts=[{"person": 1}]), "VALUE_INVALID", "request.parts[0].person"),
        (line(parts=[{}, {"person": "p", "essential": 1}]), "VALUE_INVALID", "request.parts[1].essential"),
        (line({"type": "NoSuchThing"}), "TYPE_UNKNOWN", "facts[0].type"), (line({}), "FIELD_MISSING", "facts[0].type"),
        (line(GRANTED, {**GRANTED, "medium": "PAPYRUS"}), "VALUE_INVALID", "facts[1].medium"),
        (line({**GRANTED, "categories": ["BASIC", 7]}), "VALUE_INVALID", "facts[0].categories[1]"),
        (line({key: value for key, value in GRANTED.items() if key != "person"}), "FIELD_MISSING", "facts[0].person"),
        (line({**GRANTED, "valid_to": "2026-13-01"}), "VALUE_INVALID", "facts[0].valid_to"),
        (line({**GRANTED, "valid_to": 10**30}), "VALUE_INVALID", "facts[0].valid_to"),
        (line({**GRANTED, "wished": True}), "FIELD_UNKNOWN", "facts[0].wished"), (line("text"), "VALUE_INVALID", "facts[0]"),
        ({**line(), "facts": {}}, "VALUE_INVALID", "facts"), (b"[" * 5000, "JSON_INVALID", ""),
    ],
)
def test_a_line_that_cannot_be_read_says_why_and_where(question: Any, code: str, where: str):
    """By code and path; never with its content."""
    answer = asked(question)

    assert {"code": code, "where": where, **({"line": 1} if answer["id"] is None else {})} == answer["error"]


def test_a_bad_line_disturbs_no_neighbour(tmp_path: Path):
    """They are answered in their order, and the command ends with exit code 1."""
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join((json.dumps(line(GRANTED)), "{", "", json.dumps({**line(GRANTED), "id": "two"}))), "utf-8")

    ended = CliRunner().invoke(app, ["decide", str(file)])

    assert (1, ["one", None, "two"]) == (ended.exit_code, [json.loads(answer)["id"] for answer in ended.stdout.splitlines()])


def test_a_bad_line_without_an_id_is_found_again_by_its_number():
    """Blank lines count, as in an editor; where there is an id, that names it."""
    texts = (b"", json.dumps(line(GRANTED)).encode(), b"  \n", b"{", b'{"at": 1}', b'{"id": "two"}')
    answers = [json.loads(answer) for answer, _ in decisions(iter(texts))]

    assert [None, 4, 5, None] == [answer.get("error", {}).get("line") for answer in answers]
    assert "4 行目" in told_of(answers[1])
    assert "None" not in told_of(answers[1])


def told_of(*answers: Any, code: int = 0) -> str:
    """What explain says of answers, and the code with which it ends."""
    texts = [each if isinstance(each, str) else json.dumps(each) for each in answers]
    ended = CliRunner().invoke(app, ["explain", "-"], input="\n".join(texts))
    assert code == ended.exit_code, ended.output
    return ended.stdout


def test_what_was_asked_comes_back_in_one_spelling_and_can_be_explained():
    """Branches of unions bare, days in ISO 8601: as if it had been asked so."""
    named_branches = line(GRANTED, basis={"string": "C"}, segment={"string": "s"}, authored={"int": 20_583}, wanted={"array": ["BASIC"]})
    bare = line(GRANTED, segment="s", wanted=["BASIC"])

    assert asked(bare) == asked(named_branches)
    assert told_of(asked(bare)) == told_of(asked(named_branches))
    assert asked(bare)["asked"] == asked(line(GRANTED, segment="s", wanted=["BASIC"], authored="20260510"))["asked"]


def test_one_line_that_is_no_answer_disturbs_no_neighbour():
    """Those before and after it are told, it is named, and the command ends with exit code 1."""
    told = told_of({**asked(line(GRANTED)), "id": "first"}, "", "{", {"id": "x", "outcome": "PERMIT"}, {**asked(line()), "id": "last"}, code=1)

    places = [told.index(words) for words in ("■ first: 一部だけ渡せます", "■ 3 行目: 読めません", "■ x: 読めません", "■ last: 保留")]
    assert sorted(places) == places


@pytest.mark.parametrize(("arguments", "code"), [(["no-such-file"], 3), (["-", "--policy", "no-such-pack"], 2)])
def test_what_is_not_there_is_said_in_one_sentence(arguments: list[str], code: int):
    """A file or a pack."""
    assert code == CliRunner().invoke(app, ["decide", *arguments]).exit_code


def test_answers_are_the_same_bytes_under_another_hash_seed():
    """Canonical JSON: keys in order, no blanks, UTF-8; nothing hangs on the order of a set."""
    questions = "\n".join(json.dumps(line(GRANTED, {**GRANTED, "consent": name, "recipients": ["coordinator", name]})) for name in "xyz").encode()
    command = [sys.executable, "-m", "cli.main", "consent", "decide", "-"]

    first, second = (
        subprocess.run(command, input=questions, capture_output=True, check=True, env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."}).stdout for seed in "12"
    )

    assert first == second
    assert all(text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False) for text in first.decode().splitlines())


@pytest.fixture
def foreign(tmp_path: Path) -> Any:
    """A pack with purposes, categories and kinds of its own."""
    table = yaml.safe_load(Path("policies/national.yaml").read_text("utf-8"))
    table |= {"purposes": {"CARE_PLANNING": "CARE"}, "categories": {"DIAGNOSIS": "RECORD", "LAB": "RECORD"}, "vocabulary": {
        "purposes": ["CARE", "CARE_PLANNING"], "categories": ["DIAGNOSIS", "LAB", "RECORD"], "agency_kinds": ["HOSPITAL"], "event_types": ["ReferralSent"],
    }}
    table["holds"]["types"] = {"ReferralSent": ["HOSPITAL"]}
    file = tmp_path / "pack.yaml"
    file.write_text(yaml.safe_dump(table), "utf-8")
    return named(str(file))


@pytest.mark.parametrize(
    ("consented", "requested", "outcome"),
    [("RECORD", "LAB", "PERMIT"), ("LAB", "LAB", "PERMIT"), ("LAB", "RECORD", "HOLD"), ("LAB", "DIAGNOSIS", "HOLD")],
)
def test_a_pack_may_have_trees_of_its_own(foreign: Any, consented: str, requested: str, outcome: str):
    """Consent to a parent covers its children, never the reverse; codes that our contracts do not have are taken as they are."""
    granted = {**GRANTED, "purpose": "CARE", "categories": [consented], "recipients": ["clinic"]}
    question = line(granted, purpose="CARE_PLANNING", to="clinic", to_kind="HOSPITAL", event_type="ReferralSent",
                    parts=[{"person": MOTHER, "category": requested}])

    assert outcome == asked(question, foreign)["outcome"]


def told(*questions: Any, output: str | None = None) -> str:
    """What explain says of the answers to these questions."""
    answers = b"\n".join(answer for question in questions for answer, _ in decisions(iter((json.dumps(question).encode(),))))
    ended = CliRunner().invoke(app, ["explain", "-", *(() if output is None else ("--output", output))], input=answers)
    assert 0 == ended.exit_code, ended.output
    return ended.stdout


def test_an_explanation_names_the_lawful_way_that_is_open_next():
    """A caseworker reads what was asked, what decided, what stays and why, and what to do."""
    held = told(line())

    assert all(words in held for words in (
        "2026年05月10日 10:00 elder から coordinator（多機関協働） へ、「多機関協働」のために「協働への紹介」", "保留", "2026年05月24日 10:00",
        "本人の同意がまだありません", "支援会議（社会福祉法106条の6）の開催を相談し",
    ))


def test_what_is_withheld_of_a_release_has_its_way_too():
    """The diagnosis stays; another consent would open it. The recipient's duties are told."""
    redacted = told(line(GRANTED))

    assert all(words in redacted for words in ("一部可", "aaaaaaaa… さんの健康", "同意した情報の区分ではありません", "同意を記録する", "ほかに渡さない", "同意 c1"))


def test_a_no_is_not_pressed():
    """No way around it is offered."""
    refused = {"type": "ConsentRefused", "consent": "r", "person": MOTHER, "purpose": "COORDINATION", "categories": [], "recipients": []}
    said = told(line(GRANTED, refused))

    assert "こちらから開く方法はありません" in said
    assert "支援会議" not in said


def test_explanations_for_programs_have_the_same_words():
    """One object for each answer; what could not be read is told as well."""
    first, second = json.loads(told(line({**GRANTED, "medium": "SILENCE"}), {"id": "bad"}, output="json"))

    assert ("HOLD", 1, "ERROR") == (first["outcome"], len(first["not_recorded"]), second["outcome"])


@pytest.mark.parametrize("text", ["{", "{}", '{"id": "x", "outcome": "PERMIT"}', '{"error": 1}'])
def test_what_is_no_answer_is_not_explained(text: str):
    """It is named by its line."""
    ended = CliRunner().invoke(app, ["explain", "-"], input=text)

    assert 1 == ended.exit_code


OWN = {**GRANTED, "from": "coordinator", "at": "2026-05-05T09:00:00+09:00", "signed_on": GRANTED["valid_from"]}
"""As the recipient itself has recorded it."""
CONFIRMED = {"type": "ConsentConfirmed", "at": "2026-05-06T09:00:00+09:00", "consent": "c1", "person": MOTHER}


@pytest.mark.parametrize(
    ("facts", "outcome", "reasons", "opens", "state"),
    [
        ((GRANTED, {"type": "ConsentPaused", "person": MOTHER, "consents": ["c1"]}), "HOLD", ["CONSENT_PAUSED"], ["CONSENT_RESUMED"], "PAUSED"),
        ((GRANTED, {"type": "ConsentPaused", "person": MOTHER, "consents": ["c1"]}, {"type": "ConsentResumed", "person": MOTHER, "consents": ["c1"]}),
         "REDACT", ["CATEGORY_NOT_CONSENTED"], [], None),
        ((GRANTED, {"type": "ConsentInvalidated", "person": MOTHER, "consents": ["c1"], "reason": "FORGED"}),
         "HOLD", ["CONSENT_INVALIDATED"], ["CONSENT_OF_PERSON"], "INVALIDATED"),
        ((OWN,), "HOLD", ["CONSENT_UNCONFIRMED"], ["CONSENT_CONFIRMED"], "AWAITED"),
        ((OWN, {**CONFIRMED, "from": "elder"}), "REDACT", ["CATEGORY_NOT_CONSENTED"], [], None),
        (({**OWN, "at": GRANTED["at"]},), "HOLD", ["CONSENT_LAPSED"], ["CONSENT_OF_PERSON"], "LAPSED"),
        (({**OWN, "at": GRANTED["at"]}, {**CONFIRMED, "from": "elder"}), "HOLD", ["CONSENT_LAPSED"], ["CONSENT_OF_PERSON"], "LAPSED"),
        ((OWN, {"type": "ConsentLapsed", "at": "2026-05-09T09:00:00+09:00", "consent": "c1", "recipient": "coordinator"}), "HOLD", ["CONSENT_LAPSED"], ["CONSENT_OF_PERSON"], "LAPSED"),
    ],
)
def test_rule_5_facts_of_a_consents_life_count_offline(facts: tuple[Any, ...], outcome: str, reasons: list[str], opens: list[str], state: str | None):
    """Paused, resumed, void, waiting, confirmed, lapsed; and how it stands is told where nothing was given."""
    answer = asked(line(*facts))

    assert (outcome, reasons, opens) == (answer["outcome"], answer["reasons"], answer["releases_when"])
    assert ({"c1": state} if state else None) == answer.get("states")


def test_who_confirms_what_it_has_recorded_itself_confirms_nothing():
    """Offline too."""
    answer = asked(line(OWN, {**CONFIRMED, "from": "coordinator"}))

    assert [{"type": "ConsentConfirmed", "code": "SAME_AGENCY"}] == answer["refused_facts"]
    assert "states" not in asked(line(GRANTED, parts=[{"person": MOTHER, "category": "BASIC"}]))


def test_an_explanation_tells_how_the_consents_stand():
    """And what opens the way: the person's word, or somebody else's."""
    paused = told(line(GRANTED, {"type": "ConsentPaused", "person": MOTHER, "consents": ["c1"]}))

    assert all(words in paused for words in ("一時停止しています", "同意 c1: 一時停止中", "再開するのを待つ"))
    assert "「同意の確認」を記録するよう頼む" in told(line(OWN))


def test_every_state_and_every_opening_has_its_words():
    """None is shown as a code."""
    assert {each.value for each in ConsentState} == set(words.STATES)
    assert {code for codes in OPENED_BY.values() for code in codes} <= set(words.OPENS)


def test_rule_4_offline_a_ceiling_of_the_pack_of_the_day_counts():
    """A workshop is not told of abuse, whatever the form says."""
    form = {**GRANTED, "purpose": "PARTICIPATION", "categories": ["BASIC", "ABUSE"], "valid_to": "2026-12-31"}

    assert [{"type": "ConsentGranted", "code": "CEILING_CATEGORY"}] == asked(line(form))["refused_facts"]
    assert "refused_facts" not in asked(line({**form, "at": "2026-03-01T09:00:00+09:00"}), named("national"))
