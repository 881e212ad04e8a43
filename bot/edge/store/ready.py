"""Statements that every alert of a lane asks: compiled once, and run on the driver's own cursor.

SQLAlchemy keeps a compiled statement too, but its way to the cursor and back (a context, events, a result and its rows) takes
58 us of CPU for a small UPDATE, this way 5, of which SQLite needs 3. A delivery has five statements: they were a third of its
CPU time. The tables' types still say how each value goes in and comes out.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

Statement: TypeAlias = sa.Select[Any] | sa.Insert | sa.Update

_DIALECT = sqlite.dialect(paramstyle="named")


class Ready:
    """A statement whose every value is given at each run; those that it fixes itself stay."""

    def __init__(self, statement: Statement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self._sql = str(compiled)
        put = {name: _of(bind.type).bind_processor(_DIALECT) for name, bind in compiled.binds.items() if name in compiled.params}
        self._put = {name: convert for name, convert in put.items() if convert is not None}
        self._fixed = {
            name: self._in(name, value) for name, value in compiled.params.items() if not compiled.binds[name].required
        }
        columns = statement.exported_columns
        self._got = [(at, got) for at, column in enumerate(columns) if (got := _of(column.type).result_processor(_DIALECT, None))]
        self._row = _row_class([str(column.key) for column in columns])

    def run(self, connection: sa.Connection, values: Mapping[str, object]) -> list[Any]:
        """Run it with these values, by the names of its parameters; its rows, each with the columns as attributes.

        Raises sqlite3's own errors, which ``Store.write`` and ``Store.read`` put into ours.
        """
        driver: Any = connection.connection.driver_connection
        found = driver.execute(
            self._sql, self._fixed | {name: self._in(name, value) for name, value in values.items()}
        ).fetchall()
        return [self._out(row) for row in found]

    def _in(self, name: str, value: object) -> object:
        convert = self._put.get(name)
        return value if convert is None else convert(value)

    def _out(self, row: tuple[Any, ...]) -> Any:  # noqa: ANN401 - a tuple class made for the statement
        values = list(row)
        for at, convert in self._got:
            values[at] = convert(values[at])
        return self._row(*values)


def _row_class(names: list[str]) -> Callable[..., Any]:
    return namedtuple("Row", names)  # noqa: PYI024 - its names are the statement's


def _of(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    return kind.dialect_impl(_DIALECT)
