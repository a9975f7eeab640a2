"""Texts and ledgers: opened for one request, only what was given, recorded first; no record, no reading."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.consent import RecallRequested, StopNoticeIssued, UseExpired
from contracts.shared import Basis, DataCategory, Purpose, ReaderRole, ReadReason, RecallReason
from tests.services.reporting.api_town import CHILDS, ELDERS, MOTHER, NAMES, READERS, Town, received, released

pytestmark = pytest.mark.live

TEXTS = f"/v1/cases/{ELDERS}/texts"
LEDGER = f"/v1/persons/{MOTHER}/ledger"


async def texts(town: Town, reader: str, case: str = ELDERS, reason: str = "SUPPORT") -> list[dict[str, Any]]:
    """The texts of a case that a reader is shown."""
    return await town.rows(f"/v1/cases/{case}/texts", reader, params={"reason": reason})


def values(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything that was opened, by path."""
    return {path: value for row in rows for part in row["parts"] for path, value in (part["values"] or {}).items()}


async def test_an_agency_reads_what_it_has_written_itself(town: Town):
    """Every part of it."""
    (row,) = await texts(town, "elder")

    assert ("ConsultationReceived", "elder", False) == (row["type"], row["agency"], row["given"])
    assert {"BASIC", "HEALTH"} == {part["category"] for part in row["parts"]}
    assert NAMES[ELDERS] == values([row])["name"] and "腰痛" == values([row])["items/0"]["text"]
    assert "ELDER" == row["codes"]["field"] and "name" not in row["codes"]


async def test_an_agency_reads_of_anothers_only_the_parts_that_were_released_to_it(town: Town):
    """The name was; the illness stays shut, its key is not even asked for."""
    (row,) = await texts(town, "jobs")

    assert [("BASIC", False)] == [(part["category"], part["erased"]) for part in row["parts"]] and row["given"]
    assert {"name": NAMES[ELDERS]} == values([row])


async def test_an_agency_without_a_part_reads_nothing(town: Town):
    """Neither of a case of others nor of one that is not there, and nothing is recorded of nothing."""
    for reader, case in (("stranger", ELDERS), ("jobs", CHILDS), ("child", ELDERS), ("elder", "0" * 32)):
        assert [] == await texts(town, reader, case)
    assert [] == town.book.found and [] == town.keys.asked


async def test_what_is_read_is_recorded_first(town: Town):
    """Who, in which role, by which token, what and why, in the case."""
    await texts(town, "jobs")

    (read,) = town.book.found
    fact = read.fact
    assert (ELDERS, "jobs", ReaderRole.CASEWORKER, "cases.text", ReadReason.SUPPORT) == (read.key, fact.reader, fact.role, fact.resource, fact.reason)
    assert [(MOTHER, DataCategory.BASIC)] == [(part.person, part.category) for part in fact.parts]
    assert ("consultation-e-2",) == fact.events and fact.actor == f"token:{town.secrets['jobs'].split('_')[1]}"
    await texts(town, "jobs")
    assert 2 == len({each.id for each in town.book.found})


async def test_no_record_no_reading(town: Town):
    """A broker that does not take the record: no text, no ledger."""
    town.book.away = True

    for path, reader, reason in ((TEXTS, "elder", "SUPPORT"), (LEDGER, "privacy_desk", "RIGHTS_REQUEST")):
        answer = await town.get(path, reader, params={"reason": reason})
        assert (503, "UNAVAILABLE") == (answer.status_code, answer.json()["code"]) and NAMES[ELDERS] not in answer.text


async def test_a_destroyed_key_is_told_apart_from_a_store_that_is_away(town: Town):
    """Destroyed: the part is null and says so. Away: no answer."""
    number = next(iter({key.id for person, key in town.keys.keys.items() if person == MOTHER}))
    town.keys.gone.add(number)
    (row,) = await texts(town, "elder")
    assert [(True, None), (True, None)] == [(part["erased"], part["values"]) for part in row["parts"]]
    assert [] == town.book.found

    town.keys.away = True
    assert 503 == (await town.get(TEXTS, "elder", params={"reason": "SUPPORT"})).status_code


async def test_what_was_recalled_or_stopped_is_opened_no_more(town: Town):
    """By recall, by the end of a consent (its categories), by the end of a time (everything); whoever wrote it reads on."""
    event = "consultation-e-2"
    await town.say(released(event, DataCategory.HEALTH, request="re-2", consents=("other",)), "consent", ELDERS, "elder")
    assert {"BASIC", "HEALTH"} == {part["category"] for row in await texts(town, "jobs") for part in row["parts"]}

    stop = StopNoticeIssued(recipient="jobs", consent="consent", purpose=Purpose.COORDINATION, categories=(DataCategory.BASIC,))
    await town.say(stop, "consent", ELDERS, "elder")
    assert {"HEALTH"} == {part["category"] for row in await texts(town, "jobs") for part in row["parts"]}

    await town.say(UseExpired(recipient="elder", holder="jobs", request_id="re-2", notice="re2", basis=Basis.V), "consent", ELDERS, "elder")
    assert [] == await texts(town, "jobs")

    await town.say(released(event, DataCategory.BASIC, request="re-3", consents=("new",)), "consent", ELDERS, "elder")
    assert [NAMES[ELDERS]] == [*values(await texts(town, "jobs")).values()]
    await town.say(RecallRequested(request_id="re-3", reason=RecallReason.WRONG_RECIPIENT), "consent", ELDERS, "elder")
    assert [] == await texts(town, "jobs")
    assert 2 == len((await texts(town, "elder"))[0]["parts"])


async def test_texts_come_page_by_page(town: Town):
    """A cursor is of one case and one agency."""
    for _ in range(3):
        await town.say(received(ELDERS), "consultation", ELDERS, "elder")
    whole, found, cursor = await texts(town, "elder"), [], None
    while True:
        page = (await town.get(TEXTS, "elder", params={"reason": "SUPPORT", "limit": 1, **({"cursor": cursor} if cursor else {})})).json()
        found += page["rows"]
        cursor = page["next"] or cursor
        if page["next"] is None:
            break

    assert whole == found and 4 == len(whole)
    assert 404 == (await town.get(TEXTS, "jobs", params={"reason": "SUPPORT", "cursor": cursor})).status_code


async def test_only_who_may_reads_and_says_why(town: Town):
    """Texts are for caseworkers, ledgers for the privacy desk; each with a reason of that role."""
    for reader in READERS:
        for path, allowed, reason in ((TEXTS, reader in ("elder", "jobs", "child", "stranger"), "SUPPORT"), (LEDGER, reader == "privacy_desk", "RIGHTS_REQUEST")):
            answer = await town.get(path, reader, params={"reason": reason})
            assert (200 if allowed else 403) == answer.status_code, (reader, path)
            if allowed:
                for wrong in ({}, {"reason": "UNMAPPED"}, {"reason": "curiosity"}, {"reason": "AUDIT"}):
                    assert (400, "REASON_MISSING") == ((refused := await town.get(path, reader, params=wrong)).status_code, refused.json()["code"])
                assert "no-store" == answer.headers["cache-control"]
    for path in (TEXTS, LEDGER):
        assert 401 == (await town.get(path, params={"reason": "SUPPORT"})).status_code


async def test_a_ledger_is_recorded_in_each_case_that_it_is_about(town: Town):
    """Under one number; for a person of whom there is nothing, nothing is recorded."""
    answer = await town.get(LEDGER, "privacy_desk", params={"reason": "RIGHTS_REQUEST", "proxy": "true"})
    assert [{"case": 1, "giver": "elder"}] == answer.json()["entries"] and [(MOTHER, True)] == town.ledgers.asked
    (read,) = town.book.found
    assert (ELDERS, (MOTHER,), "privacy-desk", "persons.ledger") == (read.key, read.fact.persons, read.fact.reader, read.fact.resource)

    empty = await town.get(f"/v1/persons/{'0' * 32}/ledger", "privacy_desk", params={"reason": "RIGHTS_REQUEST"})
    assert ([], 1) == (empty.json()["entries"], len(town.book.found))
    assert "PARAMETER_INVALID" == (await town.get(LEDGER, "privacy_desk", params={"reason": "RIGHTS_REQUEST", "proxy": "yes"})).json()["code"]


async def test_a_place_where_another_event_lies_is_a_fault_and_shows_nothing(town: Town):
    """The record's own id counts, not the row's word."""
    connection = await town.connect()
    await connection.execute("UPDATE rpt_parts_1.texts SET log_offset = 3 WHERE case_id = $1", ELDERS)
    await connection.close()

    answer = await town.get(TEXTS, "elder", params={"reason": "SUPPORT"})
    assert (500, "INTEGRITY") == (answer.status_code, answer.json()["code"]) and [] == town.book.found
