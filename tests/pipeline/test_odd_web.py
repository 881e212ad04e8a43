"""Feeds, pages and servers as they may be: cut off, doubled, unavailable for a while, and hostile."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from bot.cli.rows import as_json
from bot.edge.spool import Spool, Spooled
from bot.model import Fetched, FetchFailure

from .conftest import ABOUT, CONFIG, START, World, item, rss

A = "https://a.example.org/rss"
WITHOUT_B = CONFIG[: CONFIG.index('[[feeds]]\nname = "B"')]


def option(line: str) -> str:
    """The configuration with one more line for feed A."""
    return CONFIG.replace(f'"{A}"', f'"{A}"\n{line}')


# ---------------------------------------------------------------- the first document


def test_a_feed_that_is_always_cut_off_alerts_all_the_same(world: World) -> None:
    shown = [item("old")]
    for n in range(7):
        world.web.serve(A, rss(*shown, end="<item><title>cut in the mid"), content_type="application/rss+xml")
        world.once()
        shown.insert(0, item(f"n{n}", f"OpenAI and NATO {n}", summary=f"Event {n} " * 9))
    assert "match" in world.verdicts().values()


def test_the_backlog_asked_for_is_counted_once_though_the_first_document_came_in_two_pieces(world: World) -> None:
    world.configure(option("alert_backlog = 1"))
    entries = [item(f"n{n}", f"OpenAI and NATO {n}", date=START - timedelta(days=n), summary=f"Event {n} " * 9) for n in range(4)]
    whole = rss(*entries)
    for document in (whole[: whole.index(b"n2-guid")], whole):
        world.web.serve(A, document, content_type="application/rss+xml")
        world.once()
    assert sorted(world.verdicts().values()) == ["baseline", "baseline", "baseline", "match"]


# ---------------------------------------------------------------- one article, two feeds


@pytest.mark.parametrize("policy", ["never", "hinted"])
def test_a_page_not_read_for_one_feed_is_read_for_the_other(world: World, policy: str) -> None:
    world.configure(option(f'articles = "{policy}"'))
    world.once()
    world.web.feed("A", item("x", "A contract"))
    world.web.article("x", *ABOUT)
    world.once()
    assert world.told() == []
    world.web.feed("B", item("x", "A contract", guid="b"))
    world.once()
    assert world.told() == ["A contract"]


def test_an_article_new_in_one_feed_is_told_though_it_stood_in_anothers_first_document(world: World) -> None:
    world.configure(WITHOUT_B)
    world.once()
    world.configure(CONFIG)
    world.web.feed("B", item("x", "A contract", guid="b"))
    world.web.article("x", *ABOUT)
    world.once()
    assert world.told() == []
    world.web.feed("A", item("x", "A contract"))
    world.once()
    assert world.told() == ["A contract"]


# ---------------------------------------------------------------- servers that ask for patience


def test_a_robots_txt_that_is_down_for_a_moment_costs_no_item(world: World) -> None:
    world.once()
    world.web.feed("A", item("x", "A contract"))
    world.web.article("x", *ABOUT)
    up = world.robots.gate

    def down(url: str, inside: bool, seconds: float | None = None) -> FetchFailure:
        del url, inside, seconds
        return FetchFailure(why="robots.txt could not be read: HTTP 503", temporary=True, status=503)

    world.robots.gate = down  # type: ignore[method-assign]
    world.once(after=timedelta(minutes=15))
    assert world.told() == []
    world.robots.gate = up  # type: ignore[method-assign]
    for _ in range(6):
        world.once(after=timedelta(hours=1))
    assert world.told() == ["A contract"]


def test_a_page_is_not_asked_for_before_its_retry_after(world: World) -> None:
    url = "https://a.example.org/x"
    world.once()
    world.web.feed("A", item("x", "A contract"))
    world.web.answers[url] = Fetched(url=url, status=429, headers={"retry-after": "3600"}, body=b"")
    world.poll()
    asked = []
    for wait in (0, 6, 53, 2):
        world.now += timedelta(minutes=wait)
        world.judge()
        asked.append(world.asked_for(url))
    assert asked == [1, 1, 1, 2]


def test_a_date_as_retry_after_is_held_against_the_real_time_whatever_the_bots_clock_says(world: World) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=30), usegmt=True)
    world.web.serve(A, b"", status=503, retry_after=date)
    world.poll()
    assert timedelta(minutes=29) < world.state_of("A").next_due - world.now < timedelta(minutes=40)


# ---------------------------------------------------------------- hostile documents


HOSTILE = [
    "",
    " ",
    "\n\n",
    "\x00",
    "\ud800",
    "\u202e",
    "\U000e0001",
    "\x1b]52;c;AA\x07",
    "a" * 100_000,
    "9" * 5000,
    "-1",
    "1e400",
    "=cmd|' /C calc'!A0",
    "<![CDATA[",
    "]]>",
    "//x",
    "http://[::1",
    "http://a:99999/x",
    "http://\u202eevil",
    "http://ex.org/\ud800",
    "javascript:alert(1)",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "Thu, 01 Jan 0000 00:00:00 GMT",
]


def read_to_the_end(world: World) -> None:
    """The document is read, every item of it judged, told, and shown as JSON that a terminal can take."""
    ticks = world.ticks()
    ticks.poll()
    assert world.state_of("A").problem is None
    for _ in range(3):
        ticks.judge()
    world.deliver()
    rows = world.log()
    assert all(row.judged_at is not None and row.verdicts for row in rows)
    assert {row.state for row in world.outbox()} == {"delivered", "merged"}
    for row in rows:
        assert json.dumps(as_json(row), ensure_ascii=False).encode()


@pytest.mark.parametrize("field", ["id", "url", "title", "summary", "date_published", "content_text", "external_url"])
def test_no_value_in_a_json_feed_keeps_its_items_from_being_judged_and_told(world: World, field: str) -> None:
    entries = [
        {
            "id": f"id-{n}",
            "url": f"https://a.example.org/{n}",
            "title": f"OpenAI NATO {n}",
            "summary": f"OpenAI NATO {n}, or so. " * 8,
            "date_published": "2026-03-03T08:00:00Z",
            field: value,
        }
        for n, value in enumerate(HOSTILE)
    ]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": entries}
    world.once()
    world.web.serve(A, json.dumps(document).encode(), content_type="application/json")
    read_to_the_end(world)
    assert world.log()


@pytest.mark.parametrize("count", [1_500, 25_000], ids=["cut", "longer than what is cut"])
def test_a_document_on_disk_is_read_as_one_in_memory_is(world: World, tmp_path: Path, count: int) -> None:
    """The whole first, then what is new in it."""
    spool = Spool(tmp_path, held=1_000)

    def serve(*more: str) -> None:
        body = rss(*more, *(item(f"old{n}", date=None) for n in range(count)))
        kept = spool.keep([body])
        assert isinstance(kept, Spooled)
        world.web.answers["https://a.example.org/rss"] = Fetched(
            url="https://a.example.org/rss",
            status=200,
            headers={"content-type": "application/rss+xml"},
            body=body[:9],
            on_disk=kept,
        )

    serve()
    assert [polled.new for polled in world.poll()] == [min(count, 2_000), 0]
    serve(item("new", "OpenAI and NATO"))
    world.now += timedelta(hours=1)
    assert [polled.new for polled in world.poll()] == [1, 0]
    assert sum(row.item.title == "OpenAI and NATO" for row in world.log()) == 1


def test_no_character_and_no_date_in_an_rss_feed_keeps_its_items_from_being_judged_and_told(world: World) -> None:
    odd = [
        ("&#xD800;", ""),
        ("&#0;", "Thu, 01 Jan 1 00:00:00 GMT"),
        ("&#x1b;[2J", "31 Dec 9999 23:59:59 -1400"),
        ("&#x202e;", "99999999999"),
        ("&#xFFFF;", "Fri, 31 Feb 2026 25:61:61 GMT"),
    ]
    entries = [
        f"<item><title>OpenAI NATO {n} {text}</title><link>https://a.example.org/{n}{text}</link><guid>g{n}{text}</guid>"
        f"<pubDate>{date}</pubDate><description>{text} d{n}</description></item>"
        for n, (text, date) in enumerate(odd)
    ]
    world.once()
    world.web.serve(A, rss(*entries), content_type="application/rss+xml")
    read_to_the_end(world)
    assert len(world.log()) == len(odd)
