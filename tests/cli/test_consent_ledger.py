"""The ledger as it is handed over (本人の提供記録): what is left out of it gives nothing away, neither by a word nor by silence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.consent import provided, words
from contracts.envelope import PersonsNoted
from contracts.shared import Basis, DataCategory, Purpose, ReaderRole, ReadReason
from services.consent.domain.sight import Entry
from services.consent.domain.viewing import SOURCE, Viewing
from tests.services.consent.ledger_town import CASE, FLAG, Town
from tests.services.consent.test_viewing import read
from tests.services.consent.town import MOTHER, SON, consent, part, request

BASIC, ADDRESS, DANGER, REPORTER = DataCategory.BASIC, DataCategory.ADDRESS, DataCategory.DANGER, DataCategory.REPORTER


def flagged() -> list[Entry]:
    """Hers, while her son is protected: one that went, one of which a part stays, one that stays whole."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)))
    town.given(consent(BASIC, ADDRESS, recipients=("coordinator", "workshop")), request(part(BASIC)))
    town.say(FLAG, "municipality")
    town.given(request(part(BASIC), part(ADDRESS), recipient="workshop"))
    town.say(request(part(ADDRESS), recipient="workshop", event_id="event-3"))
    return town.ledger()


def reported() -> list[Entry]:
    """Hers, after somebody has given notice; nobody is protected."""
    town = Town()
    town.say(request(
        part(BASIC), part(DANGER), part(REPORTER), recipient="municipality", event_type="EmergencyRaised", basis=Basis.L, purpose=Purpose.STATUTORY_WORK,
    ))
    return town.ledger()


def waiting() -> list[Entry]:
    """Hers, which waits for a yes of her son; nobody is protected."""
    town = Town()
    town.say(consent(BASIC))
    town.say(request(persons=(MOTHER, SON)))
    return town.ledger()


def values(told: Any) -> list[Any]:
    """Every single thing that is told."""
    return [each for row in told for each in row.values()]


def test_r8_a_ledger_never_says_that_there_is_a_flag():
    """Neither the table nor what is for programs has a word for it."""
    table, programs = [provided.row(entry) for entry in flagged()], provided.records(flagged())

    assert 3 == len(table) == len(programs)
    for told in (table, programs):
        text = json.dumps(told, ensure_ascii=False)
        assert not any(word in text for word in ("支援措置", "PROTECTED", "R8", "place_hidden", "居どころ"))


def test_r8_what_is_left_out_reads_alike_whatever_the_cause():
    """An agency: of a household with a flag, and of a notice. A reason: of a household with a flag, and of what waits for somebody else."""
    (hidden, *_), (secret,) = flagged(), reported()
    *_, kept = flagged()
    (other,) = waiting()

    assert provided.NOT_SHOWN == provided.row(hidden)["渡す機関"] == provided.row(hidden)["受け取る機関"] == provided.row(secret)["渡す機関"]
    assert provided.row(kept)["理由"] == provided.row(other)["理由"] != ""
    (*_, of_kept), (of_other,) = provided.records(flagged()), provided.records(waiting())
    assert (of_other["rule"], of_other["reasons"], of_other["sentence"]) == (of_kept["rule"], of_kept["reasons"], of_kept["sentence"])
    assert provided.REASON_NOT_SHOWN == of_kept["sentence"] == of_kept["withheld"][0]["sentence"]


@pytest.mark.parametrize("entries", [flagged, reported, waiting])
def test_what_stays_is_never_without_a_word(entries: Any):
    """Silence is an answer too."""
    for told in provided.records(entries()):
        assert told["outcome"] == "PERMIT" or told["sentence"]
        assert all(each["reason"] and each["sentence"] for each in told["withheld"])


def test_in_a_household_with_a_flag_no_reason_stands_out():
    """What stays for want of a consent is told no more than what a flag keeps back: otherwise the missing one would tell."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)))
    town.say(FLAG, "municipality")
    town.say(request(part(BASIC)))
    town.say(request(part(ADDRESS), recipient="workshop", event_id="event-2"))

    assert 1 == len({(told["sentence"], told["rule"], *told["reasons"], *(each["reason"] for each in told["withheld"])) for told in provided.records(town.ledger())})


def test_a_ledger_numbers_cases_on_its_own():
    """The number that agencies share is learned through the gate alone."""
    town = Town()
    town.given(consent(BASIC), request(part(BASIC)))
    town.say(request(part(BASIC), recipient="workshop", event_type="PlanShared"))
    town.say(request(part(BASIC)), case="2" * 32)
    told = provided.records(town.ledger())

    assert [1, 1, 2] == [row["case"] for row in told]
    assert CASE not in values(told)


def test_two_ledgers_cannot_be_joined_by_requests_or_readings():
    """What was asked about mother and son together, and read of both at once, has another number in each ledger: none that stands elsewhere."""
    town = Town()
    town.say(request(part(BASIC)))
    town.say(read(part(BASIC)), SOURCE)
    told = provided.records(town.lines())

    assert [1, 2] == [row["request"] for row in told]
    assert not {entry.read if isinstance(entry, Viewing) else entry.request for entry in town.lines()} & set(map(str, values(told)))


def readings(*, flag: bool = False) -> list[Any]:
    """Hers, after the coordinator has read her file; ``flag``: her son is protected."""
    town = Town()
    town.say(PersonsNoted(persons=(MOTHER, SON)))
    if flag:
        town.say(FLAG, "municipality")
    town.given(consent(BASIC), request(part(BASIC)))
    town.say(read(part(BASIC), part(DataCategory.HEALTH)), SOURCE)
    return town.lines()


def test_rule_32_who_has_read_is_a_line_of_the_table_in_plain_words():
    """When, what was looked at, by whom, for what, which categories; under the same headings as what was given."""
    given, seen = map(provided.row, readings())

    assert list(given) == list(seen)
    assert ("個人情報の閲覧（事例の記録）", "coordinator（支援の担当者）", "支援のため", "見ました", "基本情報、健康") == (
        seen["出来事"], seen["受け取る機関"], seen["目的"], seen["判断"], seen["情報の区分"],
    )


def test_rule_32_programs_get_it_with_the_same_fields():
    """Nothing where only what was given has something."""
    given, seen = provided.records(readings())

    assert list(given) == list(seen)
    assert ("PROVISION", "READ", 1) == (given["kind"], seen["kind"], seen["case"])
    assert ("coordinator", "CASEWORKER", "cases.text", "SUPPORT", ["BASIC", "HEALTH"], [], None) == (
        seen["recipient"], seen["role"], seen["resource"], seen["read_for"], seen["categories"], seen["withheld"], seen["outcome"],
    )


def test_r8_who_has_read_reads_like_every_other_agency_that_is_left_out():
    """Nor is there a word of the flag."""
    *_, seen = readings(flag=True)

    assert f"{provided.NOT_SHOWN}（支援の担当者）" == provided.row(seen)["受け取る機関"]
    assert provided.records([seen])[0]["recipient"] is None


def test_every_code_of_a_reading_has_a_word():
    """A code is no plain Japanese."""
    assert {role.value for role in ReaderRole} - words.ROLES.keys() == {"UNMAPPED"}
    assert {reason.value for reason in ReadReason} - words.READ_REASONS.keys() == {"UNMAPPED"}
