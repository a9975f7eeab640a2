"""The reported figures, as the reporting database's reader sees them."""

from __future__ import annotations

import asyncio

from kernel.settings import Settings

READER, DATABASE = "tsunagu_reader", "tsunagu_reporting"


def figures(settings: Settings) -> dict[tuple[str, str], int] | None:
    """Value of every figure by metric and dimension, all months together; None where nothing is reported yet."""
    return asyncio.run(_figures(settings))


async def _figures(settings: Settings) -> dict[tuple[str, str], int] | None:
    import asyncpg

    connection = await asyncpg.connect(
        host=settings.database_host, port=settings.database_port, user=READER, password=settings.password(READER), database=DATABASE,
    )
    try:
        rows = await connection.fetch("SELECT metric, dimension, sum(value)::bigint AS value FROM reporting.figures GROUP BY 1, 2")
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return {(row["metric"], row["dimension"]): row["value"] for row in rows}
