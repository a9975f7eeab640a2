"""The two walls: what the API asks for is enough without row security, and row security is enough without the API."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import asyncpg
import pytest

from cli.api import GateLedger
from contracts.registry import AgencyEnded, AgencyRegistered
from contracts.shared import AgencyEndReason, AgencyKind
from deploy.local import databases
from kernel import serde
from services.reporting import generations, walls
from services.reporting.api import question
from services.reporting.api.database import database
from services.reporting.api.document import RESOURCES
from services.reporting.api.reader import Reader
from services.reporting.generations import State
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.monthly import CASES
from services.reporting.projections.parts import TEXTS
from services.reporting.projections.table import KEY, Column, Table
from services.reporting.resource import Resource, Role
from services.reporting.store import Store, connector
from tests.installation import Broker
from tests.services.reporting.api_town import CHILDS, ELDERS, MOTHER, READERS, Town

pytestmark = pytest.mark.live


@asynccontextmanager
async def as_api(town: Town, role: str | None, agency: str = "") -> AsyncIterator[asyncpg.Connection]:
    """A connection with the rights of the API's account, and these settings; none where the role is None."""
    connection = await town.connect()
    try:
        async with connection.transaction():
            if role is not None:
                await connection.execute(f"SELECT set_config('{walls.ROLE_SETTING}', $1, true), set_config('{walls.AGENCY_SETTING}', $2, true)", role, agency)
            await connection.execute(f"SET LOCAL ROLE {walls.API}")
            yield connection
    finally:
        await connection.close()


async def test_without_a_role_there_are_no_rows(town: Town):
    """Nor with one that is none of ours; whatever is asked for."""
    for role in (None, "", "ROOT", "caseworker", "MUNICIPALITY' OR '1'='1"):
        async with as_api(town, role) as connection:
            for resource in RESOURCES:
                assert [] == await connection.fetch(f"SELECT * FROM reporting.{resource.view}"), (role, resource.name)


async def test_raw_questions_give_a_role_no_more_than_its_resources(town: Town):
    """Every role, every view, without any condition of ours: other roles have the rows of their resources; a caseworker's are of the own cases.

    A wall of rows: which columns of an own case a caseworker sees is the first wall's matter alone.
    """
    for (_, (role, agency)), resource in itertools.product(READERS.items(), RESOURCES):
        async with as_api(town, role, agency) as connection:
            rows = await connection.fetch(f"SELECT * FROM reporting.{resource.view}")
        if role is Role.CASEWORKER:
            assert {row["case_id"] for row in rows if "case_id" in row} <= {"elder": {ELDERS}, "child": {CHILDS}, "jobs": {ELDERS}, "tax": set()}[agency]
        elif not any(each.projection == resource.projection and role in each.roles for each in RESOURCES):
            assert [] == rows, (role, resource.name)


async def test_a_caseworker_without_an_agency_sees_nothing_of_cases(town: Town):
    """Our own facts name no agency: an empty one is not theirs."""
    async with as_api(town, "CASEWORKER") as connection:
        for resource in RESOURCES:
            if resource.case or resource.agency:
                assert [] == await connection.fetch(f"SELECT * FROM reporting.{resource.view}")


async def test_an_agency_that_is_registered_no_more_reads_nothing(town: Town):
    """By its old token, or by whatever else vouches for it: 401 at once; nor does the database give a row. Taken in again, it reads as before."""
    text = f"/v1/cases/{ELDERS}/texts?reason=SUPPORT"
    assert await town.rows(text, "jobs") and await town.rows("/v1/received", "jobs")

    await town.say(AgencyEnded(agency="jobs", from_day=date(2026, 5, 28), reason=AgencyEndReason.CLOSED), "consent", "jobs", "")
    assert [401, 401] == [(await town.get(path, "jobs")).status_code for path in (text, "/v1/received")]
    async with as_api(town, "CASEWORKER", "jobs") as connection:
        for resource in RESOURCES:
            if resource.case or resource.agency:
                assert [] == await connection.fetch(f"SELECT * FROM reporting.{resource.view}"), resource.name
    assert await town.rows(text, "elder")

    await town.say(AgencyRegistered(agency="jobs", kind=AgencyKind.POVERTY, name="しごと支援"), "consent", "jobs", "")
    assert await town.rows(text, "jobs")


async def test_the_first_wall_holds_by_itself(town: Town):
    """Asked by an account that row security does not concern, each caseworker gets the same rows as through both walls."""
    connection = await town.connect()
    for (name, (role, agency)), resource in itertools.product(READERS.items(), RESOURCES):
        if role is Role.CASEWORKER and role in resource.roles:
            rows, _ = await question.ask(connection, question.question(resource, [("limit", "500")]), Reader(role, "x", agency))
            assert len(rows) == len(await town.rows(f"/v1/{resource.name}", name, params={"limit": 500})), (name, resource.name)
    await connection.close()


async def test_the_account_of_the_api_can_write_nothing_and_read_nothing_else(town: Town):
    """No table of ours takes anything from it; what was parked, and members of which only the number is shown, it cannot read."""
    for statement in (
        "DELETE FROM reporting.progress", "INSERT INTO reporting.generations VALUES ('x', 1, 1, '', 'LIVE', true)", "SELECT * FROM reporting.parked",
        "SELECT * FROM reporting.sequences", "SELECT case_id FROM rpt_monthly_1.monthly_cases", "DELETE FROM rpt_timeline_1.timeline",
        "CREATE TABLE reporting.x (a int)", "SELECT * FROM reporting.monthly_cases",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with as_api(town, "MUNICIPALITY") as connection:
                await connection.execute(statement)


async def test_every_table_of_every_generation_has_its_walls(town: Town):
    """Also of one that is built beside the live one, and of one that was there before the resources changed."""
    connection = await town.connect()
    for projection in PROJECTIONS:
        await generations.create(connection, projection, State.LOADING)
    tables = await connection.fetch("SELECT schemaname, tablename, rowsecurity FROM pg_tables WHERE schemaname ~ '^rpt_'")
    assert 2 * sum(len(projection.tables) for projection in PROJECTIONS) == len(tables) and all(row["rowsecurity"] for row in tables)

    await walls.build(connection, PROJECTIONS[0], "rpt_timeline_1", (), generations.READERS)
    async with as_api(town, "MUNICIPALITY") as asking:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asking.fetch("SELECT * FROM reporting.timeline")
    await generations.establish(connection, PROJECTIONS)
    assert await town.rows("/v1/timeline", "municipality")
    await connection.close()


async def test_other_readers_see_every_row(town: Town):
    """The reader's account, for reports on this machine, and the writer's own."""
    connection = await town.connect()
    async with connection.transaction():
        await connection.execute("SET LOCAL ROLE tsunagu_reader")
        assert await connection.fetchval("SELECT count(DISTINCT case_id) FROM rpt_timeline_1.timeline") == 2
    await connection.close()


async def test_what_a_ledger_is_folded_from_is_there_for_the_privacy_desk_alone(town: Town):
    """The API needs no other account for it; in every other role there are no rows."""
    for role in Role:
        async with as_api(town, role, "elder" if role is Role.CASEWORKER else "") as connection:
            for table in ("person_cases", "gate_facts"):
                assert (role is Role.PRIVACY_DESK) == bool(await connection.fetch(f"SELECT * FROM reporting.{table}")), (role, table)


async def test_the_ledger_is_folded_by_the_account_of_the_api(town: Town, broker: Broker, monkeypatch: pytest.MonkeyPatch):
    """From the facts of the gate that name the mother; while the index is not whole, from the log."""
    connection = await town.connect()
    monkeypatch.setattr("services.reporting.store.DATABASE", await connection.fetchval("SELECT current_database()"))
    ledger = GateLedger(broker.settings)
    assert ["DisclosureReleased"] == [type(serde.decode(kept.value)).__name__ for kept in await ledger._kept(MOTHER)]

    await connection.execute("INSERT INTO reporting.parked VALUES ('persons', 1, 't', 0, 0, 'x', 'X')")
    assert await ledger._kept(MOTHER) is None
    await connection.close()


def test_of_a_table_that_is_only_counted_nothing_is_granted():
    """A view that names no column of it does not open the whole of it."""
    class Counted:
        name, version, tables, views = "t", 1, (CASES,), {"v": ""}

    shown = Resource(name="v", title_ja="v", view="v", projection="t", headings={}, order=(), roles=frozenset((Role.AUDITOR,)))
    for named, granted in ((frozenset[str](), []), (frozenset(("period",)), ["GRANT SELECT (period) ON s.monthly_cases TO tsunagu_api"])):
        statements = walls._statements(Counted(), "s", [shown], (), {"v": {CASES.name: named}})  # type: ignore[arg-type]
        assert granted == [each for each in statements if each.startswith("GRANT SELECT") and f".{CASES.name} " in each]


async def test_an_installation_is_provisioned_again_beside_what_the_projector_has_made(broker: Broker):
    """Its views stand in the owner's schema, and the account of the API reads through them at once."""
    store = Store(PROJECTIONS, connector(broker.settings, "tsunagu_projector"), lambda code: None)
    await store.open()
    await store.close()

    await databases.apply(broker.settings)
    async with database(broker.settings) as found, found.reading(Reader(Role.AUDITOR, "x")) as connection:
        assert [] == await connection.fetch("SELECT * FROM reporting.timeline WHERE case_id = '-'")


def test_a_tables_rows_follow_from_the_resources_that_show_it():
    """A role without a resource has none; a caseworker's are the own; where a resource is narrower for caseworkers, all are."""
    def shown(*roles: Role, case: str = "") -> Resource:
        return Resource(name="x", title_ja="x", view="x", projection="x", headings={}, order=(), roles=frozenset(roles), case=case)

    assert {} == walls.conditions(CASES, [])
    assert {Role.MUNICIPALITY: "true", Role.CASEWORKER: "true"} == walls.conditions(CASES, [shown(Role.MUNICIPALITY, Role.CASEWORKER)])
    narrow = walls.conditions(CASES, [shown(Role.CASEWORKER), shown(Role.CASEWORKER, Role.AUDITOR, case="case_id")])
    assert "reporting.own_cases()" in narrow[Role.CASEWORKER] and "true" == narrow[Role.AUDITOR]
    assert all(name in walls.conditions(TEXTS, [shown(Role.CASEWORKER, case="case_id")])[Role.CASEWORKER] for name in ("own_cases", "own_events", "own_agency"))
    assert "false" == walls.conditions(Table("t", (Column("a", "text", KEY),)), [shown(Role.CASEWORKER, case="a")])[Role.CASEWORKER]


async def test_a_town_sees_its_own_rows_and_a_prefecture_those_of_its_towns(town: Town, broker: Broker):
    """Two towns in one database: the municipality and the caseworkers of one never see the other's; only the prefecture's site sees both."""
    connection = await town.connect()
    for code in ("990019", "990027"):
        await connection.execute("INSERT INTO rpt_prefecture_1.prefecture_support (municipality, entry, kind) VALUES ($1, 'x', 'ADVICE')", code)
    await connection.close()

    async def seen(reader: str) -> set[str]:
        return {row["municipality"] for row in await town.rows("/v1/prefecture-support", reader)}

    assert {"990019"} == await seen("municipality") == await seen("elder") == await seen("prefecture")
    town.desk.database._towns = ("990019", "990027")
    assert {"990019", "990027"} == await seen("prefecture")
    assert {"990019"} == await seen("municipality") == await seen("elder")
