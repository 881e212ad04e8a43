"""judge(item): from a logged item to verdicts with receipts. Receipts and outbox rows commit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.config import Config
from bot.core import decide, develop, extract, match
from bot.edge.http import retry_after
from bot.edge.store import Transaction, log, mutes, restored, verdicts
from bot.errors import ChildError
from bot.model import (
    Article,
    Feed,
    Fetched,
    FetchFailure,
    Item,
    Judgement,
    Mute,
    Print,
    Receipt,
    Story,
    Verdict,
    VerdictName,
)
from bot.pipeline.edges import Edges
from bot.pipeline.herald import queue
from bot.pipeline.outcomes import Judged

# Decoded size (reliability.md, C2): an article's text is some KB of its page; bigger pages are no articles.
PAGE_BYTES = 5_000_000


class Judge:
    """Judges items."""

    def __init__(self, config: Config, edges: Edges) -> None:
        self.edges = edges
        self.feeds = {feed.name: feed for feed in config.feeds}
        self.stories = {story.name: story for story in config.stories}
        self.rules = {rule.story: rule for rule in match.compile_rules(config.stories, config.concepts)}

    def judge(self, item: Item, now: datetime) -> Judged:
        """Decide for every story that looks at the item's feed, and queue what is to be told."""
        watching = [story for story in self.stories.values() if story.watches(item.feed)]
        settled, copies = self._before(item, watching)
        rules = [self.rules[story.name] for story in watching if story.name not in settled | copies.keys()]
        article = self._article(item, rules)
        with self.edges.desk.page():
            texts = match.Texts(title=item.title, summary=item.summary, article=article.text)
            receipts = zip(rules, match.judge_all(rules, texts), strict=True)
            found = [_verdict(item, rule.story, receipt) for rule, receipt in receipts]
            return self._record(item, article, [*found, *copies.values()], now)

    def _before(self, item: Item, watching: Sequence[Story]) -> tuple[set[str], dict[str, Verdict]]:
        """The stories that said their last word on the item, and the verdicts it has as a duplicate."""
        if item.duplicate_of is None and item.judged_at is None:
            return set(), {}
        with self.edges.store.read() as connection:
            done = verdicts.of_items(connection, [item.id]).get(item.id, ())
            if item.duplicate_of is None:
                return {verdict.story for verdict in done if verdict.verdict != "no-match"}, {}
            original = log.find(connection, item.duplicate_of)
        if original is None:  # pruned: known by its tombstone only, and still no news
            return set(), {story.name: _duplicate(item, story.name, None) for story in watching}
        names = {story.name for story in watching}
        # A "no" said without looking at the page is no last word: this feed may have it read.
        unread = original.note.startswith("not read:")
        said = [v for v in original.verdicts if v.story in names and not (unread and v.verdict == "no-match")]
        return set(), {verdict.story: _duplicate(item, verdict.story, verdict) for verdict in said}

    def _article(self, item: Item, rules: Sequence[match.Rule]) -> Article:
        """The text of the item's page; or why there is none: then title and summary decide."""
        if not rules:
            return Article(text="", note="not read: " + (item.duplicate_why or "no story looks at this feed"))
        feed = self.feeds.get(item.feed) or Feed(name=item.feed, url="", interval=timedelta())
        hinted = feed.articles != "never" and match.hints(rules, item.title, item.summary)
        why = decide.why_not_read(item, feed, hinted=hinted)
        if why is not None or item.url is None:
            return Article(text="", note=f"not read: {why}")
        asked = self.edges.door.get(item.url, inside=item.inside, cap=PAGE_BYTES, gate=self.edges.robots.gate, spool=True)
        answer = self.edges.sound(asked)
        if isinstance(answer, FetchFailure):
            return Article(text="", note=f"failed: {answer.why}", retry=answer.temporary)
        if answer.status != 200:
            note = f"failed: {decide.status_words(answer.status)}"
            wait = retry_after(answer.headers, datetime.now(UTC))
            return Article(text="", note=note, retry=decide.may_pass(answer.status), wait=wait)
        return self._extract(item, answer)

    def _extract(self, item: Item, answer: Fetched) -> Article:
        """The page's text. A page that ends its child gets a second one, for the fault may be the machine's; not a third."""
        content_type = answer.headers.get("content-type")
        about = {"title": item.title, "summary": item.summary}
        said: list[str] = []
        while len(said) < 2:
            try:
                return self.edges.pool.read(extract.article, answer.whole, url=answer.url, content_type=content_type, **about)
            except ChildError as error:
                said.append(str(error))
                if not error.died:
                    break
        deadly = len(said) == 2
        return Article(text="", note=f"failed: reading the page {said[-1]}{', twice' if deadly else ''}", deadly=deadly)

    def _record(self, item: Item, article: Article, found: list[Verdict], now: datetime) -> Judged:
        missed = article.retry and not item.baseline and any(verdict.verdict == "no-match" for verdict in found)
        again = decide.read_again(item.tries + 1, now, article.wait) if missed else None
        judgement = Judgement(item=item, article=article, verdicts=tuple(found), at=now, again=again)
        if not any(verdict.receipt.holds for verdict in found):
            return Judged(judgement=judgement, kept=False)
        made = develop.fingerprint(item.title, item.summary, article.text)
        with self.edges.store.write() as tx:
            active = mutes.active(tx, now)
            placed = [_place(tx, item, _muted(item, verdict, active), made, now) for verdict in found]
            judgement = replace(judgement, verdicts=tuple(verdict for verdict, _ in placed))
            verdicts.save(tx, [judgement])
            verdicts.keep_print(tx, item.id, made, now)
            for verdict, new in placed:
                if verdict.verdict == "match":
                    self._tell(tx, item, verdict, new=new, muted=bool(decide.muted(active, verdict.story, item.feed)), now=now)
        return Judged(judgement=judgement, kept=True)

    def _tell(self, tx: Transaction, item: Item, verdict: Verdict, *, new: bool, muted: bool, now: datetime) -> None:
        """Queue a match that opened its development, or that is the first of it to come outside of a mute."""
        development = verdict.development or 0
        if muted:
            if new:
                mutes.keep_untold(tx, development)
        elif new and restored.in_doubt(tx, item.feed, item.first_seen):
            restored.hold(tx, item.id, verdict.story)
        elif new or mutes.untold(tx, development):
            queue(tx, "development.new", self.stories[verdict.story], [(item, verdict)], now)
            mutes.told(tx, development)


def _verdict(item: Item, story: str, receipt: Receipt) -> Verdict:
    kind: VerdictName = "no-match" if not receipt.holds else "baseline" if item.baseline else "match"
    return Verdict(story=story, verdict=kind, receipt=receipt, why=receipt.why)


def _muted(item: Item, verdict: Verdict, active: Sequence[Mute]) -> Verdict:
    """The verdict; of a match under a mute with the reason why nobody is told."""
    mute = decide.muted(active, verdict.story, item.feed) if verdict.verdict == "match" else None
    if mute is None:
        return verdict
    return replace(verdict, why=f"{verdict.why}; {mute.kind} muted until {mute.until:%Y-%m-%d %H:%M} UTC: told nobody")


def _duplicate(item: Item, story: str, original: Verdict | None) -> Verdict:
    """The original's verdict again, under this item's name; never told, never placed anew."""
    nothing = Receipt(holds=False, score=0.0, terms=(), where=None, sentence="", why="", rule="")
    receipt = replace(original.receipt, holds=False) if original is not None else nothing
    development = original.development if original is not None else None
    return Verdict(story=story, verdict="duplicate", receipt=receipt, development=development, why=item.duplicate_why)


def _place(tx: Transaction, item: Item, verdict: Verdict, made: Print, now: datetime) -> tuple[Verdict, bool]:
    """The verdict within the development the item is a copy of, or within a new one (True)."""
    if not verdict.receipt.holds:
        return verdict, False
    copied = develop.place(made, now, verdicts.candidates(tx, verdict.story, now - develop.WINDOW))
    if copied is not None:
        return replace(verdict, development=copied.development, why=f"{verdict.why}; {copied.why}"), False
    return replace(verdict, development=verdicts.open_development(tx, verdict.story, item.title, now)), True
