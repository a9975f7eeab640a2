"""The API: who sees which rows of which resource, page by page, with the positions that they stand on; whatever is sent, only codes come back."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from services.reporting.api import serving, shapes
from services.reporting.api.app import application
from services.reporting.api.document import RESOURCES
from services.reporting.exports import csv_file
from services.reporting.exports.canonical import Canonical
from services.reporting.exports.characters import Encoding
from services.reporting.resource import Resource, Role
from tests.installation import Broker
from tests.services.reporting.api_town import CHILDS, ELDERS, MOTHER, NAMES, READERS, Town

pytestmark = pytest.mark.live

INJECTIONS = ("' OR '1'='1", "x'; DROP SCHEMA reporting CASCADE; --", "') UNION SELECT 1 --", "%", "\\", "$1", "{schema}", "elder\" OR \"1\"=\"1")
OWN_CASES = {"elder": {ELDERS}, "child": {CHILDS}, "jobs": {ELDERS}, "stranger": set()}
FILLED = {"timeline", "parts", "received", "documents", "figures"}
"""Resources of which the town has rows."""


def cases_of(rows: list[dict[str, Any]]) -> set[str]:
    """The cases that rows name."""
    return {row["case_id"] for row in rows if "case_id" in row}


async def test_matrix_of_roles_and_resources(town: Town):
    """Every pair: a role that may not is told so by its code; a caseworker gets rows of the own agency's cases, and of no other, ever."""
    for (reader, (role, agency)), resource in itertools.product(READERS.items(), RESOURCES):
        answer = await town.get(f"/v1/{resource.name}", reader)
        if role not in resource.roles:
            assert (403, "ROLE_NOT_ALLOWED") == (answer.status_code, answer.json()["code"]), (reader, resource.name)
            continue
        assert 200 == answer.status_code, (reader, resource.name, answer.text)
        rows = answer.json()["rows"]
        if role is Role.CASEWORKER and (resource.case or resource.agency):
            assert cases_of(rows) <= OWN_CASES[reader], (reader, resource.name)
            assert resource.event or not resource.agency or {row[resource.agency] for row in rows} <= {agency}
        elif resource.name in FILLED:
            assert rows, (reader, resource.name)


async def test_a_caseworker_sees_of_a_case_what_the_agency_said_and_what_was_given_to_it(town: Town):
    """The job centre was given one consultation: it sees that one event, not the visit nor the verdicts of others."""
    seen = {reader: {(row["case_id"], row["type"]) for row in await town.rows("/v1/timeline", reader)} for reader in OWN_CASES}

    assert {(ELDERS, "ConsultationReceived")} == seen["jobs"]
    assert {"PartNoted", "ConsultationReceived", "ContactAttempted", "DisclosureReleased"} == {kind for _, kind in seen["elder"]}
    assert set() == seen["stranger"]
    assert {CHILDS} == {case for case, _ in seen["child"]}


async def test_another_agencys_case_looks_like_one_that_is_not_there(town: Town):
    """No answer tells them apart."""
    of_others = await town.get("/v1/timeline", "elder", params={"case_id": CHILDS})
    of_nobody = await town.get("/v1/timeline", "elder", params={"case_id": "0" * 32})

    assert of_others.json() == of_nobody.json() and [] == of_others.json()["rows"]


async def test_figures_are_the_whole_towns_and_for_the_town_alone(town: Town):
    """Row security does not make them smaller; a third party would see in a 1 what happened to somebody."""
    whole = await town.rows("/v1/figures", "municipality")

    assert 2 == next(row["value"] for row in whole if row["metric"] == "outreach_cases")
    assert 403 == (await town.get("/v1/figures", "elder")).status_code


async def test_pages_follow_one_another_and_hold_every_row_once(town: Town):
    """One row a page gives the same as all in one."""
    whole, found, cursor = await town.rows("/v1/timeline", "municipality"), [], None
    while True:
        answer = (await town.get("/v1/timeline", "municipality", params={"limit": 1, **({"cursor": cursor} if cursor else {})})).json()
        found += answer["rows"]
        cursor = answer["next"]
        if cursor is None:
            break

    assert whole == found and len(whole) > 5


WRONG = [
    ({"limit": "501"}, 400, "PARAMETER_INVALID"), ({"limit": "0"}, 400, "PARAMETER_INVALID"), ({"limit": "-1"}, 400, "PARAMETER_INVALID"),
    ({"limit": "99999999999"}, 400, "PARAMETER_INVALID"), ({"limit": "１０"}, 400, "PARAMETER_INVALID"), ({"limit": "1;"}, 400, "PARAMETER_INVALID"),
    ({"case_id": "x" * 129}, 400, "PARAMETER_INVALID"), ({"case_id": "a\x00b"}, 400, "PARAMETER_INVALID"), ({"case_id": ""}, 400, "PARAMETER_INVALID"),
    ({"outcome": "DENY"}, 400, "PARAMETER_UNKNOWN"), ({"1=1": "1"}, 400, "PARAMETER_UNKNOWN"),
    ({"cursor": "x"}, 404, "CURSOR_UNKNOWN"), ({"cursor": "é"}, 404, "CURSOR_UNKNOWN"), ({"cursor": "W10"}, 404, "CURSOR_UNKNOWN"),
    ({"cursor": "x" * 5_000}, 404, "CURSOR_UNKNOWN"),
]


async def test_what_cannot_be_meant_is_refused_by_its_code(town: Town):
    """Oversized pages, unknown parameters, broken cursors."""
    for parameters, status, code in WRONG:
        answer = await town.get("/v1/timeline", "auditor", params=parameters)

        assert (status, code) == (answer.status_code, answer.json()["code"]), parameters
        assert {"code", "message_ja", "message_en"} == answer.json().keys()


async def test_a_parameter_given_twice_is_refused(town: Town):
    """Nobody has to guess which one counts."""
    assert "PARAMETER_UNKNOWN" == (await town.get("/v1/timeline?case_id=a&case_id=b", "auditor")).json()["code"]


async def test_a_cursor_of_another_question_or_with_other_values_opens_nothing(town: Town):
    """It names question and row; changed, it is refused, and with values of the right shape the walls still stand."""
    import base64

    import orjson

    cursor = (await town.get("/v1/timeline", "elder", params={"limit": 1})).json()["next"]
    assert 404 == (await town.get("/v1/timeline", "elder", params={"cursor": cursor, "type": "CaseClosed"})).status_code
    assert 404 == (await town.get("/v1/documents", "elder", params={"cursor": cursor})).status_code
    said = orjson.loads(base64.urlsafe_b64decode(cursor + "=="))
    for values in ([said[0], "' OR 1=1 --", *said[2:]], [said[0], said[1], "no time", *said[3:]], said[:-1], [said[0], *said[1:-1], "9" * 40]):
        forged = base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")
        answer = await town.get("/v1/timeline", "elder", params={"cursor": forged})
        assert answer.status_code == 404 or cases_of(answer.json()["rows"]) <= {ELDERS}
    first = base64.urlsafe_b64encode(orjson.dumps([said[0], "", *said[2:]])).decode().rstrip("=")
    assert cases_of(await town.rows("/v1/timeline", "elder", params={"cursor": first})) == {ELDERS}


async def test_injected_statements_are_values(town: Town):
    """In every parameter that there is, under each kind of narrowing: no row, no fault, and the tables stand."""
    before = await town.rows("/v1/timeline", "auditor")
    shapes = {(name, bool(each.case), bool(each.agency), bool(each.municipality)): each for each in RESOURCES for name in each.filters}
    for resource in {each.name: each for each in shapes.values()}.values():
        reader = "auditor" if Role.AUDITOR in resource.roles else "municipality"
        for name in [name for (name, *_), each in shapes.items() if each is resource]:
            for text in INJECTIONS:
                answer = await town.get(f"/v1/{resource.name}", reader, params={name: text})
                assert answer.status_code == 200 and [] == answer.json()["rows"] or answer.status_code == 400, (resource.name, name, text)
    for text in INJECTIONS:
        for path in (f"/v1/{text}", f"/v1/cases/{text}/texts?reason=SUPPORT", f"/v1/persons/{text}/ledger?reason=RIGHTS_REQUEST"):
            assert (await town.get(path, "elder")).status_code in (200, 403, 404)

    assert before == await town.rows("/v1/timeline", "auditor")


async def test_the_same_question_at_the_same_positions_is_not_answered_twice(town: Town):
    """The ETag holds until the log moves; another reader, question or shape has another."""
    answer = await town.get("/v1/timeline", "elder")
    tag = answer.headers["etag"]

    again = await town.get("/v1/timeline", "elder", headers={"If-None-Match": f'"x", {tag}'})
    others = [
        await town.get("/v1/timeline", "municipality", headers={"If-None-Match": tag}),
        await town.get("/v1/timeline", "child", headers={"If-None-Match": tag}),
        await town.get("/v1/timeline", "elder", params={"limit": 3}, headers={"If-None-Match": tag}),
        await town.get("/v1/timeline", "elder", headers={"If-None-Match": tag, "Accept": "text/csv"}),
    ]
    assert (304, b"") == (again.status_code, again.content)
    assert [200] * 4 == [each.status_code for each in others]
    assert answer.json()["positions"] == answer.headers["tsunagu-positions"] == "consent:1/consultation:4/outreach:2"
    await town.say(town_event(), "outreach", ELDERS, "elder")
    assert 200 == (await town.get("/v1/timeline", "elder", headers={"If-None-Match": tag})).status_code


async def test_an_answer_that_has_changed_at_the_same_positions_has_another_tag(town: Town):
    """Days go by, one of two parked records is applied, the agency takes part in less: the log has not moved, and the answer is another."""
    async def tag(path: str, reader: str) -> str:
        return (await town.get(path, reader)).headers["etag"]

    connection = await town.connect()
    for change, path, reader in (
        ("UPDATE rpt_cases_1.case_progress SET last_contact_at = last_contact_at - interval '3 days'", "/v1/cases-without-contact", "municipality"),
        ("DELETE FROM rpt_timeline_1.timeline WHERE type = 'ContactAttempted'", "/v1/timeline", "auditor"),
        ("DELETE FROM rpt_parts_1.parts WHERE agency = 'jobs'", "/v1/timeline", "jobs"),
    ):
        before = await tag(path, reader)
        assert before == await tag(path, reader)
        await connection.execute(change)
        assert before != await tag(path, reader), path
    await connection.close()


async def test_a_prefectures_site_has_what_leaves_its_towns_and_nothing_else(town: Town, broker: Broker):
    """Neither routes nor the list name what is not there; positions tell the towns' logs apart."""
    town.desk = replace(town.desk, resources=serving.resources(replace(broker.settings, towns=("990019", "990027"))))
    town.app = application(lambda: town.desk, town.desk.resources)
    connection = await town.connect()
    await connection.execute("DELETE FROM reporting.progress")
    for code in ("990019", "990027"):
        await connection.execute("INSERT INTO reporting.progress VALUES ('live', $1, 0, 7)", f"{code}.reporting.log")
    await connection.close()

    assert {each.name for each in town.desk.resources} == {each["name"] for each in (await town.get("/v1", "prefecture")).json()["resources"]}
    answer = await town.get("/v1/prefecture-support", "prefecture")
    assert (200, "990019.reporting:7/990027.reporting:7") == (answer.status_code, answer.json()["positions"])
    for path in ("/v1/timeline", f"/v1/cases/{ELDERS}/texts?reason=SUPPORT", f"/v1/persons/{MOTHER}/ledger?reason=RIGHTS_REQUEST"):
        assert (404, "NOT_FOUND") == ((answer := await town.get(path, "elder")).status_code, answer.json()["code"])


def test_the_csv_of_the_api_is_that_of_every_export():
    """Truth values, averages and moments are written alike."""
    row = {"a": True, "b": Decimal("1.50"), "c": datetime(2026, 11, 1, tzinfo=UTC), "d": ["x", "y"], "e": "=1"}
    with Canonical([row], dict.fromkeys(row, "見出し")) as rows:
        exported = b"".join(csv_file.as_csv(rows, Encoding.UTF_8, lambda misfit: None))

    written = shapes.as_csv(dict.fromkeys(row, "見出し"), [row])
    assert b"true,1.5,2026-11-01T09:00:00.000+09:00,x y,'=1" == exported.splitlines()[1] == written.splitlines()[1]


def town_event() -> Any:
    """One more visit."""
    from tests.services.reporting.test_monthly import VISIT

    return VISIT


async def test_csv_is_what_a_spreadsheet_opens(town: Town):
    """BOM, CRLF, Japanese headings; what begins like a formula is text."""
    answer = await town.get("/v1/parts", "municipality", headers={"Accept": "text/csv"})
    body = answer.content

    assert "text/csv; charset=utf-8" == answer.headers["content-type"] and body.startswith(b"\xef\xbb\xbf") and b"\r\n" in body
    heading, *rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert ["機関", "事例", "いつから"] == heading and 3 == len(rows)
    await town.say(part("=cmd|' /C calc'!A0"), "consultation", ELDERS, "elder")
    assert "'=cmd" in (await town.get("/v1/parts", "municipality", headers={"Accept": "text/csv"})).text


def part(agency: str) -> Any:
    """A part of an agency with any name."""
    from contracts.envelope import PartNoted
    from contracts.shared import CasePart

    return PartNoted(agency=agency, part=CasePart.ROLE)


LIKED = [
    ("", "application/json"), ("*/*", "application/json"), ("text/csv;q=0.9, application/json;q=0.1", "text/csv"), ("text/*", "text/csv"), ("image/png", ""),
    ("application/json;q=0", ""), ("text/csv;q=x", ""),
]


async def test_the_shape_is_the_one_that_is_liked_best(town: Town):
    """Of JSON and CSV; where neither is wanted, that is said."""
    for accept, kind in LIKED:
        answer = await town.get("/v1/figures", "municipality", headers={"Accept": accept})

        assert answer.headers["content-type"].startswith(kind) if kind else (406, "NOT_ACCEPTABLE") == (answer.status_code, answer.json()["code"])


async def test_rows_that_are_incomplete_or_stale_say_so(town: Town):
    """A parked case marks its own rows and whatever could hold it, others not; a projection that is fed no more marks all."""
    connection = await town.connect()
    await connection.execute("INSERT INTO reporting.parked VALUES ('timeline', 1, 't', 0, 0, $1, 'X')", CHILDS)

    async def flags(**parameters: str) -> tuple[bool, bool]:
        answer = (await town.get("/v1/timeline", "municipality", params=parameters)).json()
        return answer["incomplete"], answer["stale"]

    assert [(True, False), (True, False), (False, False)] == [await flags(), await flags(case_id=CHILDS), await flags(case_id=ELDERS)]
    await connection.execute("UPDATE reporting.generations SET fed = false WHERE projection = 'timeline'")
    answer = await town.get("/v1/timeline", "municipality", params={"case_id": ELDERS})
    assert (True, "", "true") == (answer.json()["stale"], answer.json()["positions"], answer.headers["tsunagu-stale"])
    assert ["timeline"] == (await town.get("/v1/health")).json()["stale"]
    await connection.close()


async def test_every_role_is_told_what_it_may_read(town: Town):
    """And nothing else."""
    for reader, (role, agency) in READERS.items():
        answer = (await town.get("/v1", reader)).json()
        assert {each.name for each in RESOURCES if role in each.roles} == {each["name"] for each in answer["resources"]}
        assert (role, agency) == (answer["role"], answer["agency"])


async def test_nothing_can_be_written(town: Town):
    """Every other method is refused, with a code."""
    import httpx

    async with httpx.AsyncClient(transport=httpx.ASGITransport(town.app), base_url="http://api") as client:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = await client.request(method, "/v1/timeline", headers={"Authorization": f"Bearer {town.secrets['operator']}"})
            assert (405, "METHOD_NOT_ALLOWED") == (answer.status_code, answer.json()["code"])


async def test_metrics_and_logs_name_routes_and_never_what_was_asked(town: Town, caplog: pytest.LogCaptureFixture):
    """Closed labels: a case's number, a token, a parameter stand nowhere."""
    await town.get(f"/v1/cases/{ELDERS}/texts?reason=SUPPORT", "elder")
    await town.get(f"/v1/timeline?case_id={ELDERS}", "elder")
    await town.get(f"/v1/{MOTHER}", "elder")
    shown = (await town.get("/metrics")).text

    assert 'tsunagu_api_requests_total{route="/v1/cases/{case}/texts",service="api",status="200"} 1.0' in shown
    assert 'route="other",service="api",status="404"} 1.0' in shown
    assert not any(secret in shown + caplog.text for secret in (ELDERS, MOTHER, town.secrets["elder"], *NAMES.values()))


async def test_a_fault_of_ours_tells_nothing(town: Town):
    """An unforeseen fault is one code, without its text."""
    class Broken:
        resources = RESOURCES

        @property
        def checks(self) -> Any:
            raise RuntimeError(NAMES[ELDERS])

    town.app = application(lambda: Broken())  # type: ignore[arg-type,return-value]
    answer = await town.get("/v1/timeline", "elder")
    assert (500, "INTERNAL") == (answer.status_code, answer.json()["code"]) and NAMES[ELDERS] not in answer.text


async def test_a_database_that_is_away_is_no_answer(town: Town):
    """503, and when to come again."""
    await town.desk.database._pool.close()
    answer = await town.get("/v1/timeline", "elder")

    assert (503, "UNAVAILABLE", "5") == (answer.status_code, answer.json()["code"], answer.headers["retry-after"])


def test_no_table_is_shown_whole_and_by_case_to_caseworkers():
    """Where one resource shows a table's rows to every caseworker and another by agency, the wall would make the first one smaller."""
    from services.reporting.projections import PROJECTIONS

    for projection in PROJECTIONS:
        for table in projection.tables:
            shown = [each for each in RESOURCES if each.projection == projection.name and Role.CASEWORKER in each.roles and _reads(each, table.name, projection)]
            assert len({bool(each.case or each.agency) for each in shown}) <= 1, table.name


def _reads(resource: Resource, table: str, projection: Any) -> bool:
    return resource.view == table or f".{table} " in projection.views.get(resource.view, "") + " "


async def test_a_statement_that_takes_too_long_is_ended(town: Town):
    """The reader is told to ask for less."""
    from services.reporting.api.problems import Problem
    from services.reporting.api.reader import Reader

    with pytest.raises(Problem) as found:
        async with town.desk.database.reading(Reader(Role.AUDITOR, "x")) as connection:
            await connection.execute("SET LOCAL statement_timeout = 10")
            await connection.execute("SELECT pg_sleep(1)")
    assert (503, "BUSY") == (found.value.status, found.value.code)
    assert issubclass(asyncpg.QueryCanceledError, asyncpg.PostgresError)
