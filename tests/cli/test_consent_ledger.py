"""The ledger as it is handed over (本人の提供記録): what is left out of it gives nothing away, neither by a word nor by silence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.consent import provided
from contracts.envelope import PersonsNoted
from contracts.shared import Basis, DataCategory, Purpose
from services.consent.domain.sight import Entry
from tests.services.consent.test_ledger import CASE, FLAG, Town
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
