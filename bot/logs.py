"""How log lines are printed: for people or as JSON, one event a line, and never a secret."""

from __future__ import annotations

import json
import logging
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TextIO

from bot.model import Secret

_QUIET = ("urllib3", "requests", "apscheduler", "trafilatura", "htmldate", "courlan", "charset_normalizer", "alembic")

# Hiding a text of one to three characters would black out half of every line, and tell by the gaps what it is.
_SHORTEST = 4
_OBEYED = {"Cc", "Cs", "Zl", "Zp"}  # controls, lone surrogates, line and paragraph separators
_BIDI = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))  # UAX #9: they change the order shown


class Redacted(logging.Formatter):
    """A formatter that takes every known secret out of what it prints: the last defence, after the type ``Secret``."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        super().__init__()
        self._secrets: list[str] = []
        self.hide(secrets)

    def hide(self, secrets: Iterable[Secret]) -> None:
        """Take these out too."""
        texts = {*self._secrets, *(secret.reveal() for secret in secrets)}
        # The longest first, or a secret that holds another would be left in half.
        self._secrets = sorted((text for text in texts if len(text) >= _SHORTEST), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """``2026-11-21T21:06:01Z WARNING feed Example: ...``, on one line; a traceback follows, each line of it indented."""
        # A traceback is many lines for people to read; the mark keeps each from passing for an event.
        rows = [f"    | {row}" for row in self.traceback(record)]
        return "\n".join([f"{_moment(record)} {record.levelname:<7} {self.clean(record.getMessage())}", *rows])

    def traceback(self, record: logging.LogRecord) -> list[str]:
        """The lines of the record's traceback, if it has one."""
        text = self.formatException(record.exc_info) if record.exc_info else ""
        return [_printable(line) for line in self._redacted(text).splitlines()]

    def clean(self, text: str) -> str:
        """A text on one line, without secrets and without what a terminal would obey."""
        return _printable(" ".join(self._redacted(text).split()))

    def _redacted(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


class JsonLines(Redacted):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """``{"time", "level", "event", "message", ...}``; a traceback is one field of it."""
        event: dict[str, object] = {
            "time": _moment(record), "level": record.levelname.lower(), "event": getattr(record, "event", "log"),
            "message": self.clean(record.getMessage()),
        }  # fmt: skip
        fields: Mapping[str, object] = getattr(record, "fields", {})
        event |= {name: self._value(value) for name, value in fields.items()}
        if lines := self.traceback(record):
            event["traceback"] = "\n".join(lines)
        return json.dumps(event, ensure_ascii=True)

    def _value(self, value: object) -> object:
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, (list, tuple)):
            return [self._value(part) for part in value]
        return self.clean(str(value))


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to ``sys.stderr`` as it is at that moment: while a progress bar is shown, the bar stands in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _printable(text: str) -> str:
    """Control characters made visible: a title must not be able to forge a line or drive the terminal."""
    return text if text.isprintable() else "".join(f"\\x{ord(c):02x}" if _is_obeyed(c) else c for c in text)


def _is_obeyed(character: str) -> bool:
    return unicodedata.category(character) in _OBEYED or character in _BIDI


def hide(secrets: Iterable[Secret]) -> None:
    """Keep these out of every further line: the configuration was read again."""
    hidden = tuple(secrets)
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, Redacted):
            handler.formatter.hide(hidden)


def set_up(style: str, secrets: Iterable[Secret], *, level: int = logging.INFO) -> None:
    """Send the bot's log to stderr in the given style, ``text`` or ``json``, and keep the libraries quiet."""
    handler = _Stderr(sys.stderr)
    handler.setFormatter(JsonLines(secrets) if style == "json" else Redacted(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("storywatch").setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.captureWarnings(capture=True)
