"""How log lines are printed: for people or as JSON, one event a line, and never a secret."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from bot.model import Secret

_QUIET = ("urllib3", "requests", "apscheduler", "trafilatura", "htmldate", "courlan", "charset_normalizer", "alembic")


class Redacted(logging.Formatter):
    """A formatter that takes every known secret out of the finished line: the last defence, after the type ``Secret``."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        super().__init__()
        self._secrets: list[str] = []
        self.hide(secrets)

    def hide(self, secrets: Iterable[Secret]) -> None:
        """Take these out too."""
        # The longest first, or a secret that holds another would be left in half.
        self._secrets = sorted({*self._secrets, *(secret.reveal() for secret in secrets)} - {""}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """One line, without secrets or control characters."""
        line = self.line(record)
        for secret in self._secrets:
            line = line.replace(secret, "***").replace(json.dumps(secret)[1:-1], "***")
        return line

    def line(self, record: logging.LogRecord) -> str:
        """The line before redaction: ``2026-11-21T21:06:01Z WARNING feed Example: ...``."""
        text = f"{_moment(record)} {record.levelname:<7} {record.getMessage()}"
        if record.exc_info:
            # A traceback is many lines for people to read; each is indented, so none can pass for an event.
            text += "\n" + "\n".join("    | " + row for row in self.formatException(record.exc_info).splitlines())
        return _printable(text)


class JsonLines(Redacted):
    """One JSON object a line."""

    def line(self, record: logging.LogRecord) -> str:
        """``{"time", "level", "event", "message", ...}``; a traceback is one field of it."""
        event = {
            "time": _moment(record), "level": record.levelname.lower(), "event": getattr(record, "event", "log"),
            "message": record.getMessage(), **getattr(record, "fields", {}),
        }  # fmt: skip
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=True, default=str)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _printable(text: str) -> str:
    """Control characters made visible: a title must not be able to forge a line or drive the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


def hide(secrets: Iterable[Secret]) -> None:
    """Keep these out of every further line: the configuration was read again."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, Redacted):
            handler.formatter.hide(secrets)


def set_up(style: str, secrets: Iterable[Secret], *, level: int = logging.INFO) -> None:
    """Send the bot's log to stderr in the given style, ``text`` or ``json``, and keep the libraries quiet."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(secrets) if style == "json" else Redacted(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("storywatch").setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.captureWarnings(capture=True)
