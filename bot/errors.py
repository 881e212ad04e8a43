"""The error tree: what the bot raises on purpose, and who is meant to catch it.

    StorywatchError
    +-- ConfigError      config/*.toml is wrong: all faults at once        exit 78
    +-- StateError       the state cannot be used: corrupt, newer, ...     exit 1
    |   +-- StateBusy    another instance holds it, or it stays locked     exit 75
    |   +-- StateFull    no room on its disk: passes when there is some     exit 1
    |   +-- StateDamaged what is in it cannot be trusted: restore it        exit 1
    +-- ParseError       a feed document that is none                      a feed's failure
    +-- QueryError       a query that cannot be read: line, column, hint   inside ConfigError
    +-- ChildError       a child process was killed, died or failed        a feed's or page's failure
    +-- Stopping         work given up because the bot is being stopped    the work loop: nothing is recorded

Expected failures of the network are values (``model.FetchFailure``, ``model.Answer``), not errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class StorywatchError(Exception):
    """Base of all errors of ours; its text is one line for people."""

    exit_code = 1


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """One thing wrong in the configuration: ``file:line: message``."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class ConfigError(StorywatchError):
    """The configuration cannot be used; ``faults`` lists everything that is wrong with it."""

    exit_code = 78

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class StateError(StorywatchError):
    """The state cannot be used, and what to do about it."""


class StateBusy(StateError):
    """Another instance works on the state."""

    exit_code = 75


class StateFull(StateError):
    """There is no room on the state's disk. Whatever was not kept is done again, once there is."""


class StateDamaged(StateError):
    """The state's file is damaged, or is not there any more: no further work makes it better."""


class ParseError(StorywatchError):
    """A document that is no feed; the text says what it looks like instead."""


class QueryError(StorywatchError):
    """A query that cannot be read. ``column`` counts from 1 within ``line`` of the query's text."""

    def __init__(self, message: str, *, line: int = 1, column: int = 1, hint: str = "", source: str = "") -> None:
        self.message, self.line, self.column, self.hint, self.source = message, line, column, hint, source
        super().__init__(message)


class ChildError(StorywatchError):
    """Work handed to a child process came to nothing: deadline, crash, memory. ``died``: it cost the child its life."""

    def __init__(self, message: str, *, died: bool = False) -> None:
        self.died = died
        super().__init__(message)


class Stopping(StorywatchError):
    """Work given up half-way because the bot is being stopped; it is done again at the next start."""
