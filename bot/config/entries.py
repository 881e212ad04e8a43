"""The ``[[feeds]]``, ``[[stories]]`` and ``[[channels]]`` tables as they stand in their files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.config.locate import KeyPath
from bot.config.secrets import Resolved
from bot.errors import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One ``[[feeds]]``, ``[[stories]]`` or ``[[channels]]`` table as it stands in its file."""

    origin: Resolved
    key: KeyPath
    table: dict[str, Any]

    @property
    def name(self) -> str | None:
        """Its name, if it has a readable one."""
        name = self.table.get("name")
        return name if isinstance(name, str) else None

    def fault(self, message: str, *key: str | int) -> Fault:
        """A fault at a key of the table, or at its header."""
        return self.origin.source.fault((*self.key, *key), message)

    def has(self, key: str) -> bool:
        """Whether the key is there, or may be: its reference or its line could not be read."""
        return key in self.table or (*self.key, key) in self.origin.unknown or self.origin.source.is_damaged(self.key)

    def written(self, key: str) -> bool:
        """Whether the key stands in the file, whatever became of its reference."""
        return key in self.origin.source.tables[str(self.key[0])][self.key[1]]


def entries(sources: Sequence[Resolved], kind: str) -> Iterator[Entry]:
    """All tables of a kind over all files, in order."""
    for origin in sources:
        for index, table in enumerate(listed(origin.tables.get(kind))):
            if isinstance(table, dict):
                yield Entry(origin=origin, key=(kind, index), table=table)


def listed(value: object) -> list[Any]:
    """The value if it is a list, else nothing."""
    return value if isinstance(value, list) else []
