"""Towns (市町村): the wall between the rows of several towns in one database. A town sees its own rows, a prefecture those of all its towns.

The wall is row security: without the words of ``see`` a connection sees no row of any town. The owner of the tables, who writes them, sees all.
"""

from __future__ import annotations

from collections.abc import Iterable

import asyncpg

from services.reporting.projections.table import Table

SETTING = "tsunagu.towns"
"""Municipality codes between commas, as the connection has them."""


def policy(schema: str, table: Table) -> list[str]:
    """The statement that hides a table's rows of other towns, from whoever may else see them; none for a table that has no column for it."""
    if not table.municipality:
        return []
    seen = f"{table.municipality} = ANY (string_to_array(current_setting('{SETTING}', true), ','))"
    return [f"CREATE POLICY towns ON {schema}.{table.name} AS RESTRICTIVE FOR SELECT USING ({seen})"]


async def see(connection: asyncpg.Connection, municipalities: Iterable[str]) -> None:
    """From now on this connection, or, within a transaction, this transaction sees the rows of these towns and of no other."""
    await connection.execute("SELECT set_config($1, $2, $3)", SETTING, ",".join(municipalities), connection.is_in_transaction())
