"""The reported figures, as the reporting database's reader sees them."""

from __future__ import annotations

import asyncio

from kernel.settings import Settings

READER, DATABASE = "tsunagu_reader", "tsunagu_reporting"
_FIGURES = """
    SELECT metric, CASE divided WHEN '' THEN '' ELSE divided || ':' || dimension END AS part, sum(value)::bigint AS value
    FROM reporting.figures GROUP BY 1, 2"""


def figures(settings: Settings) -> dict[tuple[str, str], int] | None:
    """Value of every figure by metric and part, all months together; None where nothing is reported yet."""
    return asyncio.run(_figures(settings))


async def _figures(settings: Settings) -> dict[tuple[str, str], int] | None:
    import asyncpg

    from kernel import postgres

    connection = await postgres.projections(settings).connect(role=READER, password=settings.password(READER), database=DATABASE)
    try:
        rows = await connection.fetch(_FIGURES)
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return {(row["metric"], row["part"]): row["value"] for row in rows}
