"""The item that a person means: by its id, or by any spelling of its address."""

from __future__ import annotations

from bot.core import identify
from bot.edge.store import Reading
from bot.edge.store import log as log_room
from bot.errors import StorywatchError
from bot.model import Entry, LogRow


def found(connection: Reading, wanted: str) -> LogRow:
    """The item with its text and marks. Raises StorywatchError when it is not in the log."""
    row = by_id(connection, wanted) if wanted.isdecimal() else _oldest(connection, wanted)
    if row is None:
        raise StorywatchError(f"{wanted}: not in the log; `storywatch log --search WORDS` finds items by their words")
    return row


def by_id(connection: Reading, wanted: str) -> LogRow | None:
    """The item of that number, if it is in the log."""
    return log_room.find(connection, int(wanted), with_text=True) if len(wanted) < 19 else None  # SQLite's integers end there


def at(connection: Reading, url: str) -> list[int]:
    """The items of that address, in any spelling of it, and their duplicates; oldest first."""
    entry = Entry(guid=None, url=url, title="", summary="", published=None)
    return log_room.by_key(connection, identify.keys("", entry).url, url)


def _oldest(connection: Reading, url: str) -> LogRow | None:
    ids = at(connection, url)
    return log_room.find(connection, ids[0], with_text=True) if ids else None
