"""Page bytes to the text of the article, or why there is none. The only importer of trafilatura.

Runs in a child process: trafilatura takes tens of seconds on some pages under 1 MB (trafilatura#189, #704). It is
imported when the first page is read, so that the parent, who only names :func:`article`, does not pay 25 MB for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from configparser import ConfigParser
from functools import cache
from typing import Any

from bot.core import charset, quality
from bot.core.text import clean_lines, plain
from bot.model import Article

# Characters kept of an article: the longest reads of magazines have 100,000; what is longer is a list or a book.
MOST = 200_000
# Paragraphs of an article: long ones have some hundreds. Matching takes 0.4 KB of memory for each, and 100,000 fit into MOST.
MOST_LINES = 5_000

# Fewer words than this are a caption or a heading. News flashes of one sentence have ten and more.
_FEWEST_WORDS = 8

# trafilatura takes what it found for too little below so many characters, and adds what else stands in the page. Its
# default is right where it missed the article; but a brief of two sentences then comes with every teaser of the page.
_ITS_LEAST, _BRIEF = 250, 100


def article(body: bytes, *, url: str, content_type: str | None, title: str, summary: str) -> Article:
    """The article in a page's bytes. Never raises for what the page holds; :attr:`Article.note` says what came of it.

    ``title`` and ``summary`` are the feed's, cleaned: text that has nothing to do with them is not taken for the
    article when it looks like a notice. ``url`` is the page's address. Paragraphs are lines of ``Article.text``.
    """
    if not body.strip():
        return _failed("an empty answer")
    if (what := foreign(body, content_type)) is not None:
        return _failed(f"{what}, not a web page")
    page = decoded(body, content_type)
    if _is_plain(page, content_type):
        return from_text(page, title, summary)
    read = from_text(_extracted(page, url, title), title, summary)
    return read if read.text else _embedded(page, title, summary) or read


def _failed(why: str) -> Article:
    return Article(text="", note=f"failed: {why}")


def from_text(raw: str, title: str, summary: str) -> Article:
    """The article in a text without markup, its paragraphs lines; or why it is none."""
    judged = quality.judge(_few_lines(clean_lines(raw, MOST)), title, summary)
    if judged.problem:
        return _failed(judged.problem)
    if quality.count_words(judged.text) < _FEWEST_WORDS:
        return _failed("no article text found")
    return Article(text=judged.text, note="read")


def _few_lines(text: str) -> str:
    """The text with its first paragraphs apart, and what is beyond them as one: no article has so many."""
    lines = text.split("\n")
    return text if len(lines) <= MOST_LINES else "\n".join((*lines[:MOST_LINES], " ".join(lines[MOST_LINES:])))


# ---------------------------------------------------------------- what is no web page

_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"PK\x03\x04", "a zip archive or office document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"{\\rtf", "an office document"),
    (b"\x1f\x8b", "gzip data that the server did not announce"),
    (b"\x28\xb5\x2f\xfd", "zstd data that the server did not announce"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
    (b"\x1a\x45\xdf\xa3", "a video"),
    (b"RIFF", "an image, sound or video file"),
)
_TYPES = {"image": "an image", "audio": "a sound file", "video": "a video", "font": "a font", "application/pdf": "a PDF"}
_TYPES |= {"application/zip": "a zip archive", "application/epub+zip": "an e-book", "application/json": "JSON"}
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")  # UTF-16, the one text that is full of NULs


def foreign(body: bytes, content_type: str | None) -> str | None:
    """What the bytes are ("a PDF"), if no page. They decide; the content type does where they look like nothing known."""
    start = body[:1024].lstrip()
    if (known := next((name for magic, name in _MAGIC if start.startswith(magic)), None)) is not None:
        return known
    if start[4:8] == b"ftyp":
        return "a video"
    announced = (content_type or "").lower()
    if start.startswith(b"<") or body.startswith(_WIDE) or "charset=utf-16" in announced:
        return None
    essence = announced.partition(";")[0].strip()
    named = _TYPES.get(essence) or _TYPES.get(essence.partition("/")[0])
    return named or ("binary data" if b"\x00" in start else None)


def decoded(body: bytes, content_type: str | None) -> str:
    """The text of a page; where nothing says in which encoding, and it is not UTF-8, by trafilatura's guess."""
    text = charset.decode(body, content_type)
    if text is not None:
        return text
    from trafilatura.utils import decode_file

    return str(decode_file(body))


_TAG = re.compile(r"<[a-zA-Z!/?]")


def _is_plain(page: str, content_type: str | None) -> bool:
    """Whether the page is its own text: announced as such, and without a tag at its beginning."""
    return (content_type or "").lower().startswith("text/plain") and not _TAG.search(page, 0, 200)


# ---------------------------------------------------------------- trafilatura


def _extracted(page: str, url: str, title: str) -> str:
    """The main text of a page, or nothing. A brief is believed when it speaks of the title's subject."""
    text = _extract(page, url, _BRIEF)
    if len(text) >= _ITS_LEAST or quality.stems(text) & quality.stems(title):
        return text
    return _extract(page, url, _ITS_LEAST)


def _extract(page: str, url: str, least: int) -> str:
    from trafilatura import extract

    return extract(page, url=url, fast=True, include_comments=False, include_tables=False, config=_config(least)) or ""


@cache
def _config(least: int) -> ConfigParser:
    from trafilatura.settings import use_config

    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(least))
    return config


def _embedded(page: str, title: str, summary: str) -> Article | None:
    """The article from the page's schema.org data (``articleBody``), where scripts or a gate keep it out of its text."""
    from trafilatura import load_html

    tree = load_html(page)
    scripts = () if tree is None else tree.iterfind('.//script[@type="application/ld+json"]')
    bodies = [body for script in scripts for body in _bodies(script.text or "")]
    read = from_text(plain(max(bodies, key=len, default="")), title, summary)
    return read if read.text else None


def _bodies(data: str) -> Iterator[str]:
    try:
        waiting: list[Any] = [json.loads(data, strict=False)]
    except (ValueError, RecursionError):
        return
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            if isinstance(body := node.get("articleBody"), str):
                yield body
            waiting += node.values()
