"""Walls (行の壁): PostgreSQL's own row security for the account of the API, from what the resources say: role and agency decide which rows there are.

The API asks for no more than a reader may see; should it ever ask for more, the database gives no more. The settings ``tsunagu.role`` and
``tsunagu.agency`` hold for one transaction; without them there are no rows at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256

import asyncpg

from services.reporting import towns
from services.reporting.projections.projection import Projection
from services.reporting.projections.table import Table
from services.reporting.resource import Resource, Role

API = "tsunagu_api"
"""The account of the API. It may read what some resource shows, and of that only the rows of whoever asks."""
ROLE_SETTING, AGENCY_SETTING = "tsunagu.role", "tsunagu.agency"
_ROLE = f"(SELECT current_setting('{ROLE_SETTING}', true) = '{{role}}')"
"""Asked once for a statement. A truth value, so that the planner reckons with half of the rows and not with next to none."""
_AGENCY = "(SELECT reporting.own_agency())"

LEDGER = tuple([
    Resource(name=name, title_ja="提供記録", view=name, projection="persons", headings={}, order=(), roles=frozenset((Role.PRIVACY_DESK,)))
    for name in ("person_cases", "gate_facts")
])
"""What a person's ledger is folded from: read for the privacy desk's answers, and shown as rows to nobody."""
BEHIND = (
    *LEDGER, Resource(name="registrations", title_ja="登録", view="registrations", projection="parts", headings={}, order=(), roles=frozenset(Role)),
)
"""What the API's account reads and shows to nobody: that, and which agencies are registered no more."""

_USES = """
    SELECT view.relname AS view, used.relname AS used, used.relkind = 'v' AS again, attribute.attname AS column
    FROM pg_depend AS depend
    JOIN pg_rewrite AS rule ON depend.classid = 'pg_rewrite'::regclass AND rule.oid = depend.objid
    JOIN pg_class AS view ON view.oid = rule.ev_class
    JOIN pg_class AS used ON depend.refclassid = 'pg_class'::regclass AND used.oid = depend.refobjid AND used.oid <> view.oid
    LEFT JOIN pg_attribute AS attribute ON attribute.attrelid = used.oid AND attribute.attnum = nullif(depend.refobjsubid, 0)
    WHERE view.relnamespace = $1::regnamespace AND used.relnamespace = view.relnamespace"""
_MARK = "SELECT obj_description($1::regnamespace, 'pg_namespace')"
_POLICIES = "SELECT policyname, tablename FROM pg_policies WHERE schemaname = $1"

Uses = Mapping[str, Mapping[str, frozenset[str]]]
"""By view: the tables and views that it reads, each table with the columns of it that some view names."""


async def build(
    connection: asyncpg.Connection, projection: Projection, schema: str, resources: Sequence[Resource], readers: Collection[str],
) -> None:
    """Put the walls around one generation's tables, unless they stand as they should; ``readers`` see every row."""
    own = [each for each in (*resources, *BEHIND) if each.projection == projection.name]
    uses = await _uses(connection, schema)
    statements = list(_statements(projection, schema, own, readers, uses))
    mark = f"walls {sha256(';'.join(statements).encode()).hexdigest()}"
    if await connection.fetchval(_MARK, schema) == mark:
        return
    for name, table in await connection.fetch(_POLICIES, schema):
        await connection.execute(f"DROP POLICY {name} ON {schema}.{table}")
    for statement in statements:
        await connection.execute(statement)
    await open_door(connection, projection, resources)
    await connection.execute(f"COMMENT ON SCHEMA {schema} IS '{mark}'")


async def open_door(connection: asyncpg.Connection, projection: Projection, resources: Sequence[Resource]) -> None:
    """Let the API read the stable names of what the resources show, as far as they are there."""
    for view in sorted({each.view for each in (*resources, *BEHIND) if each.projection == projection.name}):
        if await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", f"reporting.{view}"):
            await connection.execute(f"GRANT SELECT ON reporting.{view} TO {API}")


def conditions(table: Table, shown: Sequence[Resource]) -> dict[Role, str]:
    """Which rows of a table each role sees, for the resources that read it. Where one of them is narrower for a caseworker, all are."""
    found = {}
    for role in Role:
        theirs = [each for each in shown if role in each.roles]
        narrow = role is Role.CASEWORKER and any(each.case or each.agency for each in theirs)
        if theirs:
            found[role] = _own(table) if narrow else "true"
    return found


def _own(table: Table) -> str:
    """A caseworker's rows: of the own agency's cases; of them what is the agency's own matter, or was given to it."""
    found = []
    if table.case:
        found.append(f"EXISTS (SELECT FROM reporting.own_cases() AS own (id) WHERE own.id = {table.name}.{table.case})")
    if table.agency:
        given = f" OR EXISTS (SELECT FROM reporting.own_events() AS own (id) WHERE own.id = {table.name}.{table.event})" if table.event else ""
        found.append(f"({table.name}.{table.agency} = {_AGENCY}{given})")
    return " AND ".join(found) or "false"


def _statements(
    projection: Projection, schema: str, resources: Sequence[Resource], readers: Collection[str], uses: Uses,
) -> Iterator[str]:
    yield f"GRANT USAGE ON SCHEMA {schema} TO {API}"
    for table in projection.tables:
        shown = [each for each in resources if table.name == each.view or table.name in uses.get(each.view, {})]
        yield f"ALTER TABLE {schema}.{table.name} ENABLE ROW LEVEL SECURITY"
        yield f"REVOKE ALL ON {schema}.{table.name} FROM {API}"
        yield from towns.policy(schema, table)
        for reader in readers:
            yield f"CREATE POLICY {reader} ON {schema}.{table.name} FOR SELECT TO {reader} USING (true)"
        for role, rows in conditions(table, shown).items():
            rows = _ROLE.format(role=role) + ("" if rows == "true" else f" AND {rows}")
            yield f"CREATE POLICY api_{role.lower()} ON {schema}.{table.name} FOR SELECT TO {API} USING ({rows})"
        if any(each.view == table.name for each in shown):
            yield f"GRANT SELECT ON {schema}.{table.name} TO {API}"
        elif named := _columns(table, shown, uses):
            yield f"GRANT SELECT ({', '.join(named)}) ON {schema}.{table.name} TO {API}"
    views = {each.view for each in resources} & projection.views.keys()
    for view in sorted(views.union(*(uses.get(each, {}) for each in views)) & projection.views.keys()):
        yield f"GRANT SELECT ON {schema}.{view} TO {API}"


def _columns(table: Table, shown: Sequence[Resource], uses: Uses) -> list[str]:
    """The columns that the views name: what is only counted is not shown. None where no view names any: then nothing of the table is granted."""
    return sorted(frozenset[str]().union(*(uses[each.view][table.name] for each in shown)))


async def _uses(connection: asyncpg.Connection, schema: str) -> Uses:
    direct: dict[str, dict[str, set[str]]] = {}
    nested: dict[str, set[str]] = {}
    for view, used, again, column in await connection.fetch(_USES, schema):
        if again:
            nested.setdefault(view, set()).add(used)
        else:
            direct.setdefault(view, {}).setdefault(used, set()).update([column] if column else [])
    return {view: _flat(view, direct, nested) for view in {*direct, *nested}}


def _flat(view: str, direct: Mapping[str, Mapping[str, set[str]]], nested: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    found = {table: frozenset(columns) for table, columns in direct.get(view, {}).items()}
    for inner in nested.get(view, ()):
        found[inner] = frozenset()
        for table, columns in _flat(inner, direct, nested).items():
            found[table] = found.get(table, frozenset()) | columns
    return found
