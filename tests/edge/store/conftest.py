"""A real state in a temporary folder, and short ways to fill it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.edge.store import Store, feeds, items, open_state, outbox, verdicts
from bot.model import (
    Alert,
    AlertDevelopment,
    AlertEntry,
    AlertItem,
    AlertMatch,
    Article,
    Entry,
    Feed,
    Foreign,
    Ingredient,
    Item,
    Judgement,
    NewItem,
    Print,
    Receipt,
    Verdict,
)

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LEASE = timedelta(hours=1)


def feed(name: str = "Example", url: str = "https://example.org/rss") -> Feed:
    return Feed(name=name, url=url, interval=timedelta(minutes=10))


def receipt(*, holds: bool = True, why: str = "both in the title") -> Receipt:
    return Receipt(
        holds=holds,
        score=0.9 if holds else 0.1,
        terms=("OpenAI", "北约"),
        where="title",
        sentence="A sentence.",
        why=why,
        rule="r1",
        threshold=0.5,
        ingredients=(Ingredient(name="headline", points=0.4, said="both in the title"),),
        language="en",
        read="title and summary",
    )


class Filled:
    """A state with helpers that do what the pipeline does, one step at a time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._count = 0

    def watch(self, *watched: Feed, now: datetime = NOW) -> None:
        with self.store.write() as tx:
            feeds.sync(tx, watched or [feed()], now)

    def log(self, title: str, *, name: str = "Example", now: datetime = NOW, summary: str = "", **changes: object) -> int:
        self._count += 1
        mark = f"{name}-{self._count}"
        entry = Entry(guid=mark, url=f"https://example.org/{mark}", title=title, summary=summary, published=None)
        new = NewItem(entry=entry, keys=(mark.encode().ljust(16, b"."),), outlet=name, **changes)  # type: ignore[arg-type]
        with self.store.write() as tx:
            return items.add(tx, name, [new], now)[0]

    def item(self, identity: int) -> Item:
        with self.store.read() as connection:
            return items.of_ids(connection, [identity])[0]

    def judge(
        self, identity: int, verdict: str = "match", *, story: str = "story", text: str = "", now: datetime = NOW,
        development: int | None = None, due: datetime | None = None, retry: bool = False,
    ) -> int | None:  # fmt: skip
        item = self.item(identity)
        holds = verdict in {"match", "baseline"}
        with self.store.write() as tx:
            if holds and development is None:
                development = verdicts.open_development(tx, story, item.title, now)
            found = Verdict(
                story=story, verdict=verdict, receipt=receipt(holds=holds), development=development, why="both in the title"
            )  # type: ignore[arg-type]
            article = Article(text=text, note="read" if text else "failed: 403", retry=retry)
            verdicts.save(tx, [Judgement(item=item, article=article, verdicts=(found,), at=now, again=due)])
            if holds:
                made = Print(title=item.title, text=b"t", lead=b"l", has_article=bool(text))
                verdicts.keep_print(tx, identity, made, now)
        return development

    def alert(
        self, identity: int, development: int, *, channel: str = "newsroom", kind: str = "development.new", now: datetime = NOW
    ) -> str:
        item = self.item(identity)
        alert = Alert(
            id=outbox.new_id(), type=kind, channel=channel, created=now, story="story", story_title="The story",  # type: ignore[arg-type]
            entries=(
                AlertEntry(
                    development=AlertDevelopment(id=str(development), headline=Foreign(item.title), items=1, outlets=(Foreign(item.outlet),)),
                    item=AlertItem(
                        id=str(item.id), feed=item.feed, outlet=Foreign(item.outlet), title=Foreign(item.title),
                        url=None if item.url is None else Foreign(item.url),
                        published=item.published, first_seen=item.first_seen,
                    ),
                    match=AlertMatch(score=0.9, terms=(Foreign("OpenAI"),), where="title", sentence=Foreign("A sentence.")),
                ),
            ),
        )  # fmt: skip
        with self.store.write() as tx:
            outbox.queue(tx, alert)
        return alert.id


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "seen.sqlite3"


@pytest.fixture
def filled(path: Path) -> Iterator[Filled]:
    store = open_state(path)
    yield Filled(store)
    store.close()
