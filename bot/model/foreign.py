"""Text that a stranger wrote, as a type of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Foreign:
    """Text from outside on its way to a reader: it gets there only through the escaper of the place where it is shown.

    No ``str``, so the type checker stops it where text of ours is asked for; and no part of one, so that an f-string
    or ``str()`` fails at the first try instead of showing it as it is. ``raw`` is for escapers, and for places that keep or hand
    on data as data (the state, JSON).
    """

    raw: str

    def __str__(self) -> str:
        raise TypeError("text of strangers is shown through an escaper only")

    def __format__(self, spec: str) -> str:
        return str(self)

    def __bool__(self) -> bool:
        return bool(self.raw)
