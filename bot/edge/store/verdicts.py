"""Verdicts with their receipts, and the developments they belong to."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.edge.store import search
from bot.edge.store.outgoing import alert_items, alerts
from bot.edge.store.ready import Ready
from bot.edge.store.schema import articles, developments, items, prints, verdicts
from bot.model import AlertDevelopment, Candidate, Foreign, Hit, Ingredient, Judgement, Print, Receipt, Verdict


def save(tx: sa.Connection, judgements: Sequence[Judgement]) -> None:
    """Keep the verdicts of items, what became of their articles, and when (if ever) they are to be judged again."""
    _index(tx, judgements)
    tx.execute(_SETTLE, [_settled(judgement) for judgement in judgements])
    rows = [_row(judgement.item.id, verdict) for judgement in judgements for verdict in judgement.verdicts]
    if rows:
        tx.execute(_JUDGE, rows)


# Judging is safe to run twice: a later verdict takes the earlier one's place.
_JUDGE = (_judging := insert(verdicts)).on_conflict_do_update(
    index_elements=["item", "story"],
    set_={column.name: _judging.excluded[column.name] for column in verdicts.c if not column.primary_key},
)
_READ = (_reading := insert(articles)).on_conflict_do_update(index_elements=["item"], set_={"text": _reading.excluded["text"]})
_SETTLE = (
    sa.update(items)
    .where(items.c.id == sa.bindparam("n"))
    .values(
        judged_at=sa.bindparam("at"), due=sa.bindparam("again"), note=sa.bindparam("said"), tries=sa.bindparam("tried"),
        lease_until=None,
    )
)  # fmt: skip


def _settled(judgement: Judgement) -> dict[str, object]:
    item, article = judgement.item, judgement.article
    tried = item.tries + bool(article.retry)
    return {"n": item.id, "at": judgement.at, "again": judgement.again, "said": article.note, "tried": tried}


def _row(item: int, verdict: Verdict) -> dict[str, object]:
    receipt = verdict.receipt
    return {
        "item": item, "story": verdict.story, "verdict": verdict.verdict, "score": receipt.score, "terms": list(receipt.terms),
        "where": receipt.where, "sentence": receipt.sentence, "why": verdict.why or receipt.why, "rule": receipt.rule,
        "hits": [asdict(hit) for hit in receipt.hits], "development": verdict.development,
        "unannounced": verdict.verdict == "baseline", "threshold": receipt.threshold,
        "ingredients": [asdict(part) for part in receipt.ingredients], "language": receipt.language, "read": receipt.read,
    }  # fmt: skip


def _index(tx: sa.Connection, judgements: Sequence[Judgement]) -> None:
    """Make the items searchable with what is known of them now."""
    before = sa.select(items.c.id, articles.c.text).outerjoin(articles, articles.c.item == items.c.id)
    known = before.where(items.c.id.in_([judgement.item.id for judgement in judgements]), items.c.judged_at.is_not(None))
    indexed = {row.id: row.text for row in tx.execute(known)}
    for item in (judgement.item for judgement in judgements if judgement.item.id in indexed):
        search.take(tx, item.id, item.title, body(item.summary, indexed[item.id]))
    texts = [{"item": judgement.item.id, "text": judgement.article.text} for judgement in judgements if judgement.article.text]
    if texts:
        tx.execute(_READ, texts)
    search.put(tx, [(j.item.id, j.item.title, body(j.item.summary, j.article.text)) for j in judgements])


def body(summary: str, text: str | None) -> str:
    """What the index holds of an item beside its title."""
    return f"{summary}\n{text or ''}"


def open_development(tx: sa.Connection, story: str, headline: str, now: datetime) -> int:
    """A new development of the story; returns its id."""
    key = tx.execute(sa.insert(developments).values(story=story, headline=headline, opened=now)).inserted_primary_key
    assert key is not None  # noqa: S101 - an INSERT of one row always has one
    return int(key[0])


def keep_print(tx: sa.Connection, item: int, made: Print, at: datetime) -> None:
    """Keep what later items are compared with."""
    values = {"at": at, "title": made.title, "text": made.text, "lead": made.lead, "has_article": made.has_article}
    tx.execute(insert(prints).values(item=item, **values).on_conflict_do_update(set_=values))


# Of the newest so many a new match may be a copy. All of two weeks were read for each: of 8,000 matches in one pass the last
# waited 0.4 s each, in a transaction. Copies follow within days, and 1,000 matches in two weeks are 70 a day: no story that is
# read by people has as many. What copies an older one is told once more.
CANDIDATES = 1000
_CANDIDATES = Ready(
    sa.select(verdicts.c.development, prints)
    .select_from(prints.join(verdicts, verdicts.c.item == prints.c.item))
    # coalesce keeps SQLite from the index over every development there ever was: few prints are this young.
    .where(
        prints.c.at >= sa.bindparam("since"), verdicts.c.story == sa.bindparam("about"),
        sa.func.coalesce(verdicts.c.development, 0) != 0,
    )
    .order_by(prints.c.at.desc(), prints.c.item.desc())  # as the index prints_at has them: the rest is not looked at
    .limit(CANDIDATES)
)  # fmt: skip


def candidates(connection: sa.Connection, story: str, since: datetime) -> list[Candidate]:
    """The story's newest items that a new one may be a copy of, oldest first."""
    return [
        Candidate(
            development=row.development, item=row.item, when=row.at,
            title=row.title, text=row.text, lead=row.lead, has_article=row.has_article,
        )
        for row in reversed(_CANDIDATES.run(connection, {"since": since, "about": story}))
    ]  # fmt: skip


def of_items(connection: sa.Connection, ids: Collection[int]) -> dict[int, tuple[Verdict, ...]]:
    """The verdicts of each of the items, by story."""
    told = _told(connection, ids)
    found: dict[int, list[Verdict]] = {}
    for row in connection.execute(
        sa.select(verdicts).where(verdicts.c.item.in_(ids)).order_by(verdicts.c.item, verdicts.c.story)
    ):
        receipt = Receipt(
            holds=row.verdict != "no-match", score=row.score, terms=tuple(row.terms), where=row.where, sentence=row.sentence,
            why=row.why, rule=row.rule, hits=tuple(Hit(**hit) for hit in row.hits), threshold=row.threshold,
            ingredients=tuple(Ingredient(**part) for part in row.ingredients), language=row.language, read=row.read,
        )  # fmt: skip
        alerted = row.verdict == "match" and (row.item, row.story) in told
        verdict = Verdict(
            story=row.story, verdict=row.verdict, receipt=receipt, development=row.development, alerted=alerted, why=row.why
        )
        found.setdefault(row.item, []).append(verdict)
    return {item: tuple(of_item) for item, of_item in found.items()}


def _told(connection: sa.Connection, ids: Collection[int]) -> set[tuple[int, str]]:
    """Item and story of every alert that names one of the items and was accepted by its channel."""
    query = (
        sa.select(alert_items.c.item, alerts.c.story)
        .join(alerts, alerts.c.seq == alert_items.c.alert)
        .where(alert_items.c.item.in_(ids), alerts.c.state == "delivered")
    )
    return {(row.item, row.story) for row in connection.execute(query)}


# A list of any length in one text, which sqlite.org/json1.html, 4.1 reads back; every alert that is sent asks with a single one.
_AMONG = sa.select(sa.func.json_each(sa.bindparam("ids")).table_valued("value").c.value)
_STANDING = Ready(
    sa.select(developments.c.id, developments.c.headline, items.c.outlet)
    .join(verdicts, verdicts.c.development == developments.c.id)
    .join(items, items.c.id == verdicts.c.item)
    # A duplicate is the same page met in another feed, not another outlet that carries it.
    .where(developments.c.id.in_(_AMONG), verdicts.c.verdict != "duplicate")
    .order_by(developments.c.id, items.c.id)
)


def of_development(connection: sa.Connection, ids: Collection[int]) -> dict[int, AlertDevelopment]:
    """How each development stands now: its items and outlets, in the order they came."""
    headlines: dict[int, str] = {}
    outlets: dict[int, list[str]] = {}
    for row in _STANDING.run(connection, {"ids": json.dumps(list(ids))}) if ids else ():  # notices are about none
        headlines[row.id] = row.headline
        outlets.setdefault(row.id, []).append(row.outlet)
    return {
        key: AlertDevelopment(
            id=str(key),
            headline=Foreign(headlines[key]),
            items=len(outlets[key]),
            outlets=tuple(map(Foreign, dict.fromkeys(outlets[key]))),
        )
        for key in headlines
    }


def since(connection: sa.Connection, moment: datetime) -> tuple[int, int]:
    """How many items feeds listed anew after ``moment``, and how many of them hold the rule of some story."""
    new = sa.and_(items.c.first_seen > moment, items.c.baseline.is_(False), items.c.duplicate_of.is_(None))
    listed = connection.execute(sa.select(sa.func.count()).select_from(items).where(new)).scalar_one()
    holding = sa.select(sa.func.count(verdicts.c.item.distinct())).join(items, items.c.id == verdicts.c.item)
    return int(listed), int(connection.execute(holding.where(new, verdicts.c.verdict == "match")).scalar_one())


def unannounced(connection: sa.Connection) -> dict[str, list[int]]:
    """By story, the items of first polls that hold its rule and that no digest has named yet."""
    query = sa.select(verdicts.c.story, verdicts.c.item).where(verdicts.c.unannounced).order_by(verdicts.c.item)
    found: dict[str, list[int]] = {}
    for row in connection.execute(query):
        found.setdefault(row.story, []).append(row.item)
    return found


def announced(tx: sa.Connection, story: str, ids: Collection[int]) -> None:
    """Those items of the story were put into a digest."""
    tx.execute(sa.update(verdicts).where(verdicts.c.story == story, verdicts.c.item.in_(ids)).values(unannounced=False))
