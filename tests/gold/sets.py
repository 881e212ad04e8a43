"""The labelled sets and what the rules make of them: ``python -m tests.gold`` prints the figures."""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.core import extract, match
from bot.model import Receipt, Story

from . import noise

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CORPUS = ROOT.parent / "shared" / "corpus" / "story-dev.jsonl"
FILES = {"openai-nato": ROOT / "config" / "stories.toml", "gerd": HERE / "stories.toml", "cattle-flu": HERE / "stories.toml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One labelled item; ``hard``: a negative that shares words with the story."""

    id: str
    lang: str
    title: str
    summary: str
    text: str
    relevant: bool
    hard: bool

    @property
    def lines(self) -> str:
        """The text as an article's text is kept: one paragraph a line."""
        return "\n".join(line for line in self.text.splitlines() if line.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How often a rule was right."""

    hits: int
    false_alarms: int
    misses: int

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + self.misses)

    @property
    def f1(self) -> float:
        return 2 * self.hits / max(1, 2 * self.hits + self.false_alarms + self.misses)


@cache
def rule(story: str) -> match.Rule:
    with FILES[story].open("rb") as file:
        tables = tomllib.load(file)
    found = next(each for each in tables["stories"] if each["name"] == story)
    return match.compile_rule(Story(name=story, title="", query=found["query"]), tables["concepts"])


@cache
def items(story: str) -> tuple[Item, ...]:
    rows = [json.loads(line) for line in (HERE / f"{story}.jsonl").read_text().splitlines()]
    return tuple(Item(**{name: row[name] for name in Item.__dataclass_fields__}) for row in rows)


@cache
def corpus() -> tuple[Item, ...]:
    """The workshop's own labelled sample, where it is at hand."""
    rows = [json.loads(line) for line in CORPUS.read_text().splitlines()]
    same: dict[str, Any] = {"relevant": "label", "hard": "why_hard"}
    return tuple(
        Item(
            **{name: row[name] for name in Item.__dataclass_fields__ if name not in same},
            relevant=row["label"] != "negative",
            hard="HARD" in row["why_hard"],
        )
        for row in rows
    )


def judged(story: str, item: Item, *, title: str | None = None, text: str | None = None) -> Receipt:
    texts = match.Texts(item.title if title is None else title, item.summary, item.lines if text is None else text)
    return match.judge(rule(story), texts)


def as_page(item: Item) -> str:
    """The item's text as it comes out of a whole page around it."""
    body = noise.page(item.title, item.lines, item.lang, random.Random(item.id))
    read = extract.article(body, url="https://example.org/a", content_type="text/html", title=item.title, summary=item.summary)
    return read.text


def figures(story: str, found: Iterator[tuple[Item, bool]]) -> Figures:
    hits = false_alarms = misses = 0
    for item, yes in found:
        hits += yes and item.relevant
        false_alarms += yes and not item.relevant
        misses += item.relevant and not yes
    return Figures(hits=hits, false_alarms=false_alarms, misses=misses)


VARIANTS: dict[str, Callable[[str, Item], Receipt]] = {
    "as written": judged,
    "without title": lambda story, item: judged(story, item, title=""),
    "as pages": lambda story, item: judged(story, item, text=as_page(item)),
}


def measure(story: str, variant: str = "as written", of: tuple[Item, ...] | None = None) -> Figures:
    judge = VARIANTS[variant]
    return figures(story, ((item, judge(story, item).holds) for item in (items(story) if of is None else of)))
