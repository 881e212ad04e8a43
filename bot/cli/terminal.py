"""Text from strangers on a terminal: a title must not move the cursor, set the clipboard or forge a line."""

from __future__ import annotations

from collections.abc import Mapping

import click

_BIDI = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))  # UAX #9: they show words in another order than they stand
_BREAKS = (0x2028, 0x2029)
_SHOWN: Mapping[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20)},  # the control pictures of Unicode: ESC is shown as one sign
    0x7F: "\u2421",
    **{code: f"<{code:02X}>" for code in range(0x80, 0xA0)},
    **{code: f"<{code:04X}>" for code in (*_BIDI, *_BREAKS)},
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}


def safe(text: str) -> str:
    """The text on one line, with visible stand-ins for what a terminal would obey instead of show.

    Covered: C0 and C1 controls (ESC, CR, line feeds and tabs among them), bidi controls, line
    separators and lone surrogates. Marks that scripts need (joiners, directional marks) stay.
    """
    return text if text.isprintable() else text.translate(_SHOWN)


def safe_lines(text: str) -> str:
    """As :func:`safe`, line by line: for text of ours that has lines, such as a query with a caret below it."""
    return "\n".join(safe(line) for line in text.split("\n"))


def say(text: str = "", *, err: bool = False, end: str = "\n") -> None:
    """A line for the person at the terminal, made :func:`safe`: a command prints no line of its own in another way.

    Rows of tables, JSON and CSV have their own writers in :mod:`bot.cli.output`, facts with colours in :mod:`bot.cli.sheet`.
    """
    click.echo(safe(text) + end, err=err, nl=False)


def say_lines(text: str, *, err: bool = False) -> None:
    """As :func:`say`, for text of ours that has lines."""
    click.echo(safe_lines(text), err=err)
