"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/): feedparser does not read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.core import dates, entries
from bot.core.text import clean, plain
from bot.errors import ParseError
from bot.model import Entry, ParsedFeed


def feed(text: str, *, url: str, now: datetime, most: int) -> ParsedFeed:
    """The newest ``most`` items of a JSON Feed; ParseError when it is damaged or other JSON."""
    try:
        document = json.loads(text)
    except RecursionError:
        raise ParseError("JSON that is nested too deep for a feed") from None
    except ValueError as error:  # also for a number of more than 4,300 digits
        raise ParseError(f"JSON that is damaged or breaks off: {clean(str(error), 80)}") from None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise ParseError("JSON, but not a JSON Feed (it has no list of items)")
    items = [item for item in document["items"] if isinstance(item, dict)]
    ends = [dates.from_iso(item.get("date_published")) for item in (*items[:1], *items[-1:])]
    read = [entry for item in items[entries.newest(ends, len(items), most)] if (entry := _entry(item, url, now)) is not None]
    fitting = entries.within(read)
    return ParsedFeed(
        title=clean(plain(_text(document, "title")), entries.TITLE),
        entries=fitting,
        left_out=max(0, len(items) - most) + len(read) - len(fitting),
    )


def _entry(item: Mapping[str, object], url: str, now: datetime) -> Entry | None:
    published = dates.believable((dates.from_iso(item.get(key)) for key in ("date_published", "date_modified")), now)
    return entries.build(
        guid=_text(item, "id"),
        link=_text(item, "url", "external_url"),
        base=url,
        title=_text(item, "title"),
        summaries=_texts(item, ("summary", "content_html", "content_text")),
        published=published,
    )


def _text(values: Mapping[str, object], *keys: str) -> str:
    """The first of these that holds text. Ids are often numbers, against the specification."""
    return next(_texts(values, keys), "")


def _texts(values: Mapping[str, object], keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        value = values.get(key)
        if isinstance(value, str) and value.strip():
            yield value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield str(value)
