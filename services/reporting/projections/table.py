"""Tables (表): what a projection writes, stated once. How two rows of the same key become one decides how rows add up in memory,
how they are written to PostgreSQL, and why neither batches nor the order of partitions can be seen in the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

Row = tuple[Any, ...]
"""Values in the order of the columns; None: this fact says nothing about it."""


class Merge(Enum):
    """What becomes of a column where a row with the same key is there already. All but LAST give the same in any order."""

    KEY = "key"
    ADD = "{old} + {new}"
    MIN = "LEAST({old}, {new})"
    MAX = "GREATEST({old}, {new})"
    LAST = "COALESCE({new}, {old})"
    """What was said last counts. To be written from the events of one key in one log only: nothing else has an order."""


KEY, ADD, MIN, MAX, LAST = Merge.KEY, Merge.ADD, Merge.MIN, Merge.MAX, Merge.LAST


@dataclass(frozen=True, slots=True)
class Column:
    """A name, a PostgreSQL type, and how two values become one."""

    name: str
    type: str
    merge: Merge = LAST


@dataclass(frozen=True)
class Table:
    """One table of a projection. ``each``: every fact has rows of its own, which never meet another of the same key."""

    name: str
    columns: tuple[Column, ...]
    each: bool = False
    case: str = ""
    """The column that names the case, for whoever may see only some cases."""
    agency: str = ""
    """The column that names the agency whose matter the row is."""
    municipality: str = ""
    """The column that names the town, where rows of several towns lie together: a town sees its own, the prefecture those of all its towns."""
    event: str = ""
    """The column that names the event: whoever was given that event sees its row as the agency whose matter it is does."""
    indexes: tuple[str, ...] = ()
    """Columns, as in ``CREATE INDEX … (columns)``."""

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The names of the key columns, which come first."""
        return tuple([column.name for column in self.columns if column.merge is KEY])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple([column.name for column in self.columns])

    def row(self, **values: Any) -> Row:
        """A row that says only this. Raises TypeError for a column that is not there or a key that is not said."""
        unknown = values.keys() - set(self.names)
        missing = set(self.key) - values.keys()
        if unknown or missing:
            raise TypeError(f"{self.name}: unknown {sorted(unknown)}, missing {sorted(missing)}")
        return tuple([values.get(name) for name in self.names])

    def merged(self, old: Row, new: Row) -> Row:
        """One row in place of two with the same key, the second said after the first."""
        return tuple([_value(column.merge, before, after) for column, before, after in zip(self.columns, old, new, strict=True)])

    @cached_property
    def upsert(self) -> str:
        """The statement that writes one row, its name to be filled in for ``{table}``."""
        places = ", ".join(f"${number}" for number in range(1, len(self.columns) + 1))
        insert = f"INSERT INTO {{table}} AS old ({', '.join(self.names)}) VALUES ({places})"
        changes = ", ".join(
            f"{column.name} = {_in_sql(column)}" for column in self.columns if column.merge is not KEY
        )
        if self.each:
            return insert
        return f"{insert} ON CONFLICT ({', '.join(self.key)}) DO {f'UPDATE SET {changes}' if changes else 'NOTHING'}"

    def ddl(self, schema: str) -> str:
        """The statement that makes the table, its key included; indexes come later."""
        columns = ", ".join(f"{column.name} {column.type}{' NOT NULL' if column.merge is KEY else ''}" for column in self.columns)
        return f"CREATE TABLE {schema}.{self.name} ({columns}, PRIMARY KEY ({', '.join(self.key)}))"

    def index_ddl(self, schema: str) -> list[str]:
        """The statements that make the indexes."""
        return [f"CREATE INDEX ON {schema}.{self.name} ({columns})" for columns in self.indexes]


class Rows:
    """Rows of several tables, added up in memory: one for each key."""

    def __init__(self) -> None:
        self.tables: dict[str, tuple[Table, dict[Row, Row]]] = {}

    def add(self, rows: Iterable[tuple[Table, Row]]) -> None:
        """Take rows into account, in the order in which they were said."""
        for table, row in rows:
            _, found = self.tables.setdefault(table.name, (table, {}))
            key = row[: len(table.key)]
            old = found.get(key)
            found[key] = row if old is None else table.merged(old, row)

    def sorted(self) -> list[tuple[Table, list[Row]]]:
        """Each table with its rows, in the order of their keys: two writers that meet never wait for each other in a ring."""
        return [(table, [rows[key] for key in sorted(rows)]) for _, (table, rows) in sorted(self.tables.items())]

    def __len__(self) -> int:
        """How many rows there are."""
        return sum(len(rows) for _, rows in self.tables.values())


def _value(merge: Merge, old: Any, new: Any) -> Any:
    if old is None or new is None:
        return old if new is None else new
    match merge:
        case Merge.ADD:
            return old + new
        case Merge.MIN:
            return min(old, new)
        case Merge.MAX:
            return max(old, new)
        case _:
            return new


def _in_sql(column: Column) -> str:
    """LEAST and GREATEST pass over NULL by themselves; a sum does not."""
    old, new = f"old.{column.name}", f"excluded.{column.name}"
    if column.merge is ADD:
        return f"COALESCE({old} + {new}, {old}, {new})"
    return column.merge.value.format(old=old, new=new)
