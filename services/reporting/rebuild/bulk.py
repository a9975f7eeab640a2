"""Bulk: many rows into a generation's tables at once, by COPY; where rows may meet others of their key, by way of a table that is gone again."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from services.reporting.generations import Generation
from services.reporting.projections.table import Row, Rows, Table


async def write(connection: asyncpg.Connection, generation: Generation, rows: Rows, worker: int) -> None:
    """Write rows, each added to what is there under its key; in the caller's transaction. ``worker`` keeps two writers' names apart."""
    for table, found in rows.sorted():
        if table.each:
            await _copy(connection, generation.schema, table.name, table, found)
        else:
            await _merge(connection, generation, table, found, f"{table.name}_of_{worker}")


async def _merge(connection: asyncpg.Connection, generation: Generation, table: Table, rows: Sequence[Row], staged: str) -> None:
    """The table in between is unlogged, made and dropped in the same transaction: nobody ever sees it, and a crash leaves none."""
    place = f"{generation.schema}.{staged}"
    await connection.execute(f"CREATE UNLOGGED TABLE {place} (LIKE {generation.schema}.{table.name})")
    await _copy(connection, generation.schema, staged, table, rows)
    await connection.execute(table.merge_from(generation.schema, place))
    await connection.execute(f"DROP TABLE {place}")


async def _copy(connection: asyncpg.Connection, schema: str, name: str, table: Table, rows: Sequence[Row]) -> None:
    await connection.copy_records_to_table(name, schema_name=schema, columns=table.names, records=rows)
