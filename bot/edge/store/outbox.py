"""The outbox: alerts, the lanes they wait in, and the ledger of attempts.

``queued -> sending (committed before the POST) -> delivered | retry | parked``; an alert that went
into a digest is ``merged``. A row leaves only when a channel accepted it: at least once, never lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.edge.store import verdicts
from bot.edge.store.codec import entry_from_json, entry_to_json
from bot.edge.store.schema import alert_items, alerts, attempts, parts
from bot.model import Alert, AlertEntry, Answer, Attempt, OutboxRow, Queued

# `sending` too: a lane looks at its queue only between two alerts, so one found there lost its answer (a full disk, say).
# As text, word for word the condition of the index alerts_open: with bound values SQLite would not use it.
_OPEN = sa.text("alerts.state IN ('queued', 'retry', 'sending')")
# A retry further off than any schedule of ours or Retry-After sets (a day) was written under a wrong clock.
_HORIZON = timedelta(days=2)


def new_id() -> str:
    """An alert's id: the idempotency key of every retry. No full stop in it (Standard Webhooks 1.0.0)."""
    return f"alert_{secrets.token_hex(10)}"


def queue(tx: sa.Connection, alert: Alert) -> None:
    """Put an alert in its channel's queue. A second one about the same new development is ignored."""
    development = int(alert.entries[0].development.id) if alert.type == "development.new" else None
    content = _content(alert)
    added = tx.execute(
        insert(alerts)
        .values(
            id=alert.id, channel=alert.channel, type=alert.type, story=alert.story, development=development, content=content,
            created=alert.created, since=alert.created, state="queued",
        )
        .on_conflict_do_nothing()
        .returning(alerts.c.seq)
    ).scalar()  # fmt: skip
    if added is not None and alert.entries:
        rows = [{"item": item, "alert": added} for item in dict.fromkeys(int(entry.item.id) for entry in alert.entries)]
        tx.execute(sa.insert(alert_items), rows)


def _content(alert: Alert) -> dict[str, Any]:
    return {
        "story_title": alert.story_title, "feed": alert.feed, "problem": alert.problem, "baseline": alert.baseline,
        "repeats": alert.repeats,
        "entries": [entry_to_json(entry) for entry in alert.entries],
    }  # fmt: skip


def take_over(tx: sa.Connection, now: datetime) -> int:
    """Queue again what was being sent when its sender died; returns how many. The receiver may get those twice."""
    tx.execute(sa.update(alerts).where(alerts.c.due > now + _HORIZON).values(due=now))
    ambiguous = sa.update(alerts).where(alerts.c.state == "sending")
    count = tx.execute(
        ambiguous.values(state="queued", due=None, why="the last attempt was cut short; it may arrive twice")
    ).rowcount
    if count:
        _close_ledger(tx, attempts.c.state == "sending")
    return count


def _close_ledger(tx: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    tx.execute(sa.update(attempts).where(which).values(state="unknown", why="cut short: no answer was recorded"))


# Made once, as every tick asks: building a statement costs more than running it.
_MAY_GO = sa.or_(alerts.c.due.is_(None), alerts.c.due <= sa.bindparam("now", type_=alerts.c.due.type))
_CHANNELS_DUE = sa.select(alerts.c.channel).where(_OPEN, _MAY_GO).distinct()


def channels_due(connection: sa.Connection, now: datetime) -> set[str]:
    """The channels with an alert that may be sent now."""
    return set(connection.execute(_CHANNELS_DUE, {"now": now}).scalars())


# Only of the few digests: to read the content of every alert would cost more than all the rest.
_BASELINE = sa.case((alerts.c.type == "digest", alerts.c.content["baseline"].as_boolean()), else_=sa.false())


def waiting(connection: sa.Connection, channel: str) -> list[Queued]:
    """The channel's queue, in order."""
    query = sa.select(
        alerts.c.seq, alerts.c.type, alerts.c.story, alerts.c.due, alerts.c.tries, alerts.c.created, _BASELINE.label("baseline")
    )
    query = query.where(alerts.c.channel == channel, _OPEN).order_by(alerts.c.seq)
    return [Queued(**row._mapping) for row in connection.execute(query)]


def sent_since(connection: sa.Connection, channel: str, since: datetime) -> list[tuple[datetime, str]]:
    """When the channel accepted messages after ``since``, and of what type."""
    whole = sa.select(alerts.c.delivered_at.label("at"), alerts.c.type).where(
        alerts.c.channel == channel, alerts.c.state == "delivered", alerts.c.delivered_at > since
    )
    part = sa.select(parts.c.at, sa.literal("digest").label("type")).where(parts.c.channel == channel, parts.c.at > since)
    return [(row.at, row.type) for row in connection.execute(sa.union_all(whole, part).order_by("at"))]


def merge(tx: sa.Connection, seqs: Sequence[int], now: datetime) -> str:
    """Put those alerts of one channel and story into one digest at the end of the queue; returns its id."""
    rows = tx.execute(sa.select(alerts).where(alerts.c.seq.in_(seqs)).order_by(alerts.c.seq)).all()
    merged = [_alert(row) for row in rows]
    first = merged[0]
    digest = Alert(
        id=new_id(), type="digest", channel=first.channel, created=now, story=first.story, story_title=first.story_title,
        entries=tuple(entry for alert in merged for entry in alert.entries),
    )  # fmt: skip
    queue(tx, digest)
    tx.execute(sa.update(alerts).where(alerts.c.seq.in_(seqs)).values(state="merged", merged_into=digest.id, due=None))
    return digest.id


def take(tx: sa.Connection, seq: int, now: datetime) -> OutboxRow:
    """Mark an alert as being sent, before any byte leaves; with the state of its developments as of now."""
    update = sa.update(alerts).where(alerts.c.seq == seq)
    counted = {"attempts": alerts.c.attempts + 1, "tries": alerts.c.tries + 1}
    row = tx.execute(update.values(state="sending", due=None, **counted).returning(*alerts.c)).one()
    _close_ledger(tx, sa.and_(attempts.c.alert == seq, attempts.c.state == "sending"))
    tx.execute(sa.insert(attempts).values(alert=seq, number=row.attempts, at=now, state="sending"))
    found = _outbox_row(row)
    if found.parts:
        return found  # as its first messages said it: with more outlets, other entries would stand in the next one
    (found,) = _fresh(tx, [found])
    if found.alert.type == "digest":
        tx.execute(update.values(content=_content(found.alert)))
    return found


def part_accepted(tx: sa.Connection, seq: int, at: datetime) -> None:
    """One message of an alert that takes several was accepted: a retry goes on with the next."""
    chosen = sa.update(alerts).where(alerts.c.seq == seq).values(parts=alerts.c.parts + 1)
    row = tx.execute(chosen.returning(alerts.c.parts, alerts.c.channel)).one()
    tx.execute(insert(parts).values(alert=seq, number=row.parts, channel=row.channel, at=at).on_conflict_do_nothing())


def settle(tx: sa.Connection, seq: int, answer: Answer, *, now: datetime, due: datetime | None) -> None:
    """Keep what the channel answered. ``due``: when to try again (of ``retry``)."""
    delivered_at = now if answer.state == "delivered" else None
    values = {"state": answer.state, "due": due, "why": answer.why, "delivered_at": delivered_at}
    row = tx.execute(sa.update(alerts).where(alerts.c.seq == seq).values(**values).returning(alerts.c.attempts)).one()
    mine = sa.and_(attempts.c.alert == seq, attempts.c.number == row.attempts)
    tx.execute(sa.update(attempts).where(mine).values(state=answer.state, status=answer.status, why=answer.why))


def use_plain(tx: sa.Connection, seq: int) -> None:
    """The channel refused the alert's rich form: the next attempt sends it as plain text."""
    tx.execute(sa.update(alerts).where(alerts.c.seq == seq).values(plain=True))


def retry(tx: sa.Connection, ids: Sequence[str] | None, now: datetime) -> list[str]:
    """Queue refused and waiting alerts again (all, or those named), their tries counted anew; returns their ids."""
    chosen = sa.update(alerts).where(alerts.c.state.in_(("parked", "retry")))
    if ids is not None:
        chosen = chosen.where(alerts.c.id.in_(ids))
    return list(
        tx.execute(chosen.values(state="queued", due=None, plain=False, tries=0, since=now).returning(alerts.c.id)).scalars()
    )


def rows(connection: sa.Connection, *, state: str | None = None, ids: Sequence[str] | None = None) -> list[OutboxRow]:
    """The outbox for people, oldest first."""
    query = sa.select(alerts).order_by(alerts.c.seq)
    if state is not None:
        query = query.where(alerts.c.state == state)
    if ids is not None:
        query = query.where(alerts.c.id.in_(ids))
    return _fresh(connection, [_outbox_row(row) for row in connection.execute(query)])


def about(connection: sa.Connection, item: int) -> list[OutboxRow]:
    """The alerts that name an item."""
    named = sa.select(alert_items.c.alert).where(alert_items.c.item == item)
    found = connection.execute(sa.select(alerts).where(alerts.c.seq.in_(named)).order_by(alerts.c.seq))
    return _fresh(connection, [_outbox_row(row) for row in found])


def ledger(connection: sa.Connection, alert: str) -> list[Attempt]:
    """Every attempt at delivering the alert."""
    query = sa.select(attempts).join(alerts, alerts.c.seq == attempts.c.alert).where(alerts.c.id == alert)
    found = connection.execute(query.order_by(attempts.c.number))
    return [Attempt(number=row.number, at=row.at, state=row.state, status=row.status, why=row.why) for row in found]


def counts(connection: sa.Connection) -> dict[str, dict[str, int]]:
    """By channel: how many alerts are in each state."""
    query = sa.select(alerts.c.channel, alerts.c.state, sa.func.count()).group_by(alerts.c.channel, alerts.c.state)
    found: dict[str, dict[str, int]] = {}
    for channel, state, count in connection.execute(query):
        found.setdefault(channel, {})[state] = count
    return found


def most_tries(connection: sa.Connection) -> dict[str, int]:
    """By channel: how often the alert that was tried most of those waiting was tried."""
    query = sa.select(alerts.c.channel, sa.func.max(alerts.c.tries).label("most")).where(_OPEN).group_by(alerts.c.channel)
    return {row.channel: row.most for row in connection.execute(query)}


def last_trouble(connection: sa.Connection) -> dict[str, str]:
    """By channel: why its newest undelivered alert is undelivered."""
    query = sa.select(alerts.c.channel, alerts.c.why).where(alerts.c.state.in_(("parked", "retry"))).order_by(alerts.c.seq)
    return {row.channel: row.why for row in connection.execute(query)}


def _outbox_row(row: sa.Row[Any]) -> OutboxRow:
    return OutboxRow(
        seq=row.seq, alert=_alert(row), state=row.state, attempts=row.attempts, tries=row.tries, since=row.since, due=row.due,
        why=row.why, plain=row.plain,
        parts=row.parts, delivered_at=row.delivered_at, merged_into=row.merged_into,
    )  # fmt: skip


def _alert(row: sa.Row[Any]) -> Alert:
    content = row.content
    return Alert(
        id=row.id, type=row.type, channel=row.channel, created=row.created, story=row.story, story_title=content["story_title"],
        entries=tuple(entry_from_json(entry) for entry in content["entries"]), feed=content["feed"],
        problem=content["problem"], baseline=content["baseline"], repeats=content.get("repeats", False),
    )  # fmt: skip


def _fresh(connection: sa.Connection, found: list[OutboxRow]) -> list[OutboxRow]:
    """The alerts with their developments as they stand now: other outlets may have come since."""
    ids = {int(entry.development.id) for row in found for entry in row.alert.entries}
    now = verdicts.of_development(connection, ids)

    def fresh(entry: AlertEntry) -> AlertEntry:
        return replace(entry, development=now.get(int(entry.development.id), entry.development))

    return [replace(row, alert=replace(row.alert, entries=tuple(map(fresh, row.alert.entries)))) for row in found]
