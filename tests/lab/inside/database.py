"""SQLite under watch: every statement and commit passes through connections of our class."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from .points import Points

# What a transaction is, told by a statement in it: the words the statement has, and a value that it binds.
KINDS = {
    "migration": ("alembic_version", None),
    "items": ("INSERT INTO items", None),
    "verdicts": ("INSERT INTO verdicts", None),
    "alerts": ("INSERT INTO alerts", None),
    "sending": ("UPDATE alerts", "sending"),
    "delivered": ("UPDATE alerts", "delivered"),
    "retry": ("UPDATE alerts", "retry"),
    "parked": ("UPDATE alerts", "parked"),
    "feeds": ("UPDATE feeds", None),
    "retention": ("DELETE FROM meta", None),
}
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP")


def kind_of(statement: str, values: object) -> str | None:
    """The kind of transaction a statement gives away."""
    if not statement.lstrip().upper().startswith(WRITES):
        return None
    bound = list(values.values()) if isinstance(values, dict) else list(values) if isinstance(values, (tuple, list)) else []
    found = (kind for kind, (words, value) in KINDS.items() if words in statement and (value is None or value in bound))
    return next(found, None)


def watch(points: Points) -> None:
    """Have every connection that SQLAlchemy opens from now on pass its points."""

    class Cursor(sqlite3.Cursor):
        def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:  # type: ignore[override]
            points.call(statement[:60])
            done = super().execute(statement, values)
            self.connection.saw(statement, values)  # type: ignore[attr-defined]
            return done

        def executemany(self, statement: str, values: Any) -> sqlite3.Cursor:  # type: ignore[override]
            points.call(statement[:60])
            done = super().executemany(statement, values)
            self.connection.saw(statement, ())  # type: ignore[attr-defined]
            return done

    class Connection(sqlite3.Connection):
        kinds: set[str]

        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:  # type: ignore[override]
            return self.cursor().execute(statement, values)

        def saw(self, statement: str, values: object) -> None:
            kind, kinds = kind_of(statement, values), self.__dict__.setdefault("kinds", set())
            if kind and kind not in kinds:
                kinds.add(kind)
                points.reach(f"{kind}: within")

        def commit(self) -> None:
            points.call("COMMIT")
            kinds = sorted(self.__dict__.pop("kinds", ()))
            for kind in kinds:
                points.reach(f"{kind}: commit")
            super().commit()
            for kind in kinds:
                points.reach(f"{kind}: committed")
            points.keep()

        def rollback(self) -> None:
            self.__dict__.pop("kinds", None)
            super().rollback()

        def backup(self, *args: Any, **options: Any) -> None:
            points.reach("backup: begins")
            super().backup(*args, **options)
            points.reach("backup: made")

        def close(self) -> None:
            points.reach("state: closing")
            super().close()
            points.reach("state: closed")
            points.keep()

    @event.listens_for(Engine, "do_connect")
    def connect(dialect: object, record: object, args: object, options: dict[str, Any]) -> None:
        options["factory"] = Connection
