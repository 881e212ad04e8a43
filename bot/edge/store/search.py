"""The log's full-text index (FTS5), for scripts with and without spaces between words.

FTS5's tokenizer takes a run of Chinese or Japanese for one word and its trigram tokenizer finds
nothing shorter than three characters, though 北约 is two. So each character of such scripts is
indexed as a word of its own, and a search for several is a search for the phrase. The index is
contentless (sqlite.org/fts5.html, section 4.4.1): taking a row out needs the text that was put in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import sqlalchemy as sa

# Thai to Myanmar and Khmer, kana, Han and its extensions, Hangul (particles follow the word without a space).
_UNSPACED = (
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff])"
)
_compiled = cache(re.compile)  # milliseconds, which who only reads need not take
_TERM = re.compile(r'"([^"]*)"?|(\S+)')
_PUT = sa.text("INSERT INTO search(rowid, title, body) VALUES (:item, :title, :body)")


def put(tx: sa.Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    """Index the words of items: id, title, body."""
    tx.execute(_PUT, [{"item": item, "title": _spaced(title), "body": _spaced(body)} for item, title, body in rows])


def take(tx: sa.Connection, item: int, title: str, body: str) -> None:
    """Take an item out; ``title`` and ``body`` must be what was put in."""
    tx.execute(
        sa.text("INSERT INTO search(search, rowid, title, body) VALUES ('delete', :item, :title, :body)"),
        {"item": item, "title": _spaced(title), "body": _spaced(body)},
    )


def expression(words: str) -> str | None:
    """What a person typed, as an FTS5 expression: every word or "phrase" must occur; ``word*`` is a beginning.

    Every term is quoted, so that no character of it is taken for FTS5's own syntax. None: nothing to search for.
    """
    terms = []
    for phrase, word in _TERM.findall(words):
        text = _spaced(phrase or word.rstrip("*"))
        if any(character.isalnum() for character in text):
            terms.append('"' + text.replace('"', '""') + '"' + ("*" if word.endswith("*") else ""))
    return " AND ".join(terms) or None


def _spaced(text: str) -> str:
    return _compiled(_UNSPACED).sub(r" \1 ", text)
