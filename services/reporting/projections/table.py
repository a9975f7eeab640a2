"""Tables (表): what a projection writes, stated once. How two rows of the same key become one decides how rows add up in memory,
how they are written to PostgreSQL, and why neither batches nor the order of partitions can be seen in the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
        return self.merger(*old, *new)

    @cached_property
    def merger(self) -> Callable[..., Row]:
        """``merged`` as one expression written out for these columns, old and new: it runs for every row of every event."""
        cells = ", ".join(_MERGERS[column.merge].format(n=number) for number, column in enumerate(self.columns))
        names = ", ".join(f"{side}{number}" for side in "on" for number in range(len(self.columns)))
        merger: Callable[..., Row] = eval(f"lambda {names}: ({cells},)")
        return merger

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

    def ddl(self, schema: str, keyed: bool = True) -> str:
        """The statement that makes the table, its key included unless ``keyed`` is false; indexes come later."""
        columns = ", ".join(f"{column.name} {column.type}{' NOT NULL' if column.merge is KEY else ''}" for column in self.columns)
        key = f", PRIMARY KEY ({', '.join(self.key)})" if keyed else ""
        return f"CREATE TABLE {schema}.{self.name} ({columns}{key})"

    def key_ddl(self, schema: str) -> str:
        """The statement that gives a table its key that was made without."""
        return f"ALTER TABLE {schema}.{self.name} ADD PRIMARY KEY ({', '.join(self.key)})"

    def index_ddl(self, schema: str) -> list[str]:
        """The statements that make the indexes; those that are there stay."""
        return [
            f"CREATE INDEX IF NOT EXISTS {self.name}_{number} ON {schema}.{self.name} ({columns})"
            for number, columns in enumerate(self.indexes, 1)
        ]

    def merge_from(self, schema: str, staged: str) -> str:
        """The statement that adds the rows of a table of the same columns to this one; no two of them have the same key."""
        changes = ", ".join(f"{column.name} = {_in_sql(column)}" for column in self.columns if column.merge is not KEY)
        names, then = ", ".join(self.names), f"UPDATE SET {changes}" if changes else "NOTHING"
        return (
            f"INSERT INTO {schema}.{self.name} AS old ({names}) SELECT {names} FROM {staged} ORDER BY {', '.join(self.key)} "
            f"ON CONFLICT ({', '.join(self.key)}) DO {then}"
        )


class _Found:
    """The rows of one table, and what is asked of it for each."""

    __slots__ = ("merged", "rows", "table", "width")

    def __init__(self, table: Table) -> None:
        self.table, self.width = table, len(table.key)
        self.merged = table.merger if self.width < len(table.columns) else None
        """None: a row is nothing but its key."""
        self.rows: dict[Row, Row] = {}


class Rows:
    """Rows of several tables, added up in memory: one for each key."""

    def __init__(self) -> None:
        self._found: dict[str, _Found] = {}

    def add(self, rows: Iterable[tuple[Table, Row]]) -> None:
        """Take rows into account, in the order in which they were said."""
        for table, row in rows:
            found = self._found.get(table.name)
            if found is None:
                found = self._found[table.name] = _Found(table)
            key = row[: found.width]
            old = found.rows.get(key)
            if old is None:
                found.rows[key] = row
            elif found.merged is not None:
                found.rows[key] = found.merged(*old, *row)

    def sorted(self) -> list[tuple[Table, list[Row]]]:
        """Each table with its rows, in the order of their keys: two writers that meet never wait for each other in a ring."""
        return [(each.table, [each.rows[key] for key in sorted(each.rows)]) for _, each in sorted(self._found.items())]

    def __len__(self) -> int:
        """How many rows there are."""
        return sum(len(each.rows) for each in self._found.values())


_SAID = "(o{n} if n{n} is None else n{n} if o{n} is None else "
_MERGERS = {
    KEY: "o{n}", LAST: "(o{n} if n{n} is None else n{n})", ADD: _SAID + "o{n} + n{n})",
    MIN: _SAID + "(n{n} if n{n} < o{n} else o{n}))", MAX: _SAID + "(n{n} if n{n} > o{n} else o{n}))",
}
"""What becomes of an old value o and a new one n of column n; None says nothing."""


def _in_sql(column: Column) -> str:
    """LEAST and GREATEST pass over NULL by themselves; a sum does not."""
    old, new = f"old.{column.name}", f"excluded.{column.name}"
    if column.merge is ADD:
        return f"COALESCE({old} + {new}, {old}, {new})"
    return column.merge.value.format(old=old, new=new)
