"""Bringing a state to the schema of this version, each step in one transaction.

Alembic is imported only when the stored revision differs: it costs 0.3 s (libraries.md, section 3).
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from bot.edge.store.engine import translated
from bot.errors import StateError

HEAD = "0005"  # the newest file in migrations/versions; a test holds the two equal


def revision(engine: sa.Engine, path: Path) -> str | None:
    """The schema revision of the state; None for an empty file."""
    with translated(path), engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def refuse_unknown(engine: sa.Engine, path: Path) -> None:
    """Raise StateError for a state of a newer version, or a file that is somebody else's; both are left as they are."""
    found = revision(engine, path)
    if found is not None and found > HEAD:
        raise StateError(f"{path}: written by a newer Storywatch (schema {found}, this one knows {HEAD}); install that version")
    if found is None:
        with translated(path), engine.connect() as connection:
            if sa.inspect(connection).get_table_names():
                raise StateError(f"{path}: an SQLite file, but not a state of Storywatch; name another file as [bot] state")


def upgrade(writer: sa.Engine, reader: sa.Engine, path: Path) -> None:
    """Apply the missing steps."""
    if revision(reader, path) == HEAD:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    # One BEGIN IMMEDIATE around each step: alembic's own defaults leave half a schema behind a kill (trap 7).
    with translated(path), writer.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)
