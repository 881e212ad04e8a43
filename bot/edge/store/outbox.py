"""The outbox: alerts, the lanes they wait in, and the ledger of attempts.

``queued -> sending (committed before the POST) -> delivered | retry | parked``; an alert that went
into a digest is ``merged``. A row leaves only when a channel accepted it: at least once, never lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.edge.store import verdicts
from bot.edge.store.codec import entry_from_json, entry_to_json
from bot.edge.store.outgoing import alert_items, alerts, attempts, parts
from bot.edge.store.ready import Ready
from bot.model import Alert, AlertEntry, AlertState, Answer, Attempt, Foreign, OutboxRow, Queued

# `sending` too: a lane looks at its queue only between two alerts, so one found there lost its answer (a full disk, say).
# As text, word for word the condition of the index alerts_open: with bound values SQLite would not use it.
OPEN = sa.text("alerts.state IN ('queued', 'retry', 'sending')")


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
        "story_title": alert.story_title, "feed": alert.feed, "problem": alert.problem.raw, "baseline": alert.baseline,
        "repeats": alert.repeats,
        "entries": [entry_to_json(entry) for entry in alert.entries],
    }  # fmt: skip


def close_ledger(tx: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    """No answer to these attempts will be kept any more."""
    tx.execute(sa.update(attempts).where(which).values(state="unknown", why="cut short: no answer was recorded"))


# Made once, as every tick asks: building a statement costs more than running it.
_MAY_GO = sa.or_(alerts.c.due.is_(None), alerts.c.due <= sa.bindparam("now", type_=alerts.c.due.type))
_HEADS = sa.select(sa.func.min(alerts.c.seq)).where(OPEN).group_by(alerts.c.channel)  # in order: the first decides
_CHANNELS_DUE = sa.select(alerts.c.channel).where(alerts.c.seq.in_(_HEADS), _MAY_GO)
# Only of the few digests: to read the content of every alert would cost more than all the rest.
_BASELINE = sa.case((alerts.c.type == "digest", alerts.c.content["baseline"].as_boolean()), else_=sa.false())
_WAITING = (
    sa.select(
        alerts.c.seq, alerts.c.type, alerts.c.story, alerts.c.due, alerts.c.tries, alerts.c.created, _BASELINE.label("baseline")
    )
    .where(alerts.c.channel == sa.bindparam("channel"), OPEN)
    .order_by(alerts.c.seq)
)
_TAKE = Ready(
    sa.update(alerts)
    .where(alerts.c.seq == sa.bindparam("which"), OPEN)
    .values(state="sending", due=None, attempts=alerts.c.attempts + 1, tries=alerts.c.tries + 1)
    .returning(*alerts.c)
)
_ATTEMPT = Ready(sa.insert(attempts).values({name: sa.bindparam(f"new_{name}") for name in ("alert", "number", "at", "state")}))
_SETTLE = Ready(
    sa.update(alerts)
    .where(alerts.c.seq == sa.bindparam("which"))
    .values({name: sa.bindparam(f"new_{name}") for name in ("state", "due", "why", "delivered_at", "ambiguous")})
    .returning(alerts.c.attempts)
)
_ANSWERED = Ready(
    sa.update(attempts)
    .where(attempts.c.alert == sa.bindparam("which"), attempts.c.number == sa.bindparam("nth"))
    .values({name: sa.bindparam(f"new_{name}") for name in ("state", "status", "why")})
)


def channels_due(connection: sa.Connection, now: datetime) -> set[str]:
    """The channels whose first alert may be sent now; nothing overtakes it."""
    return set(connection.execute(_CHANNELS_DUE, {"now": now}).scalars())


def waiting(connection: sa.Connection, channel: str) -> list[Queued]:
    """The channel's queue, in order."""
    return [Queued(**row._mapping) for row in connection.execute(_WAITING, {"channel": channel})]


def merge(tx: sa.Connection, seqs: Sequence[int], now: datetime) -> str | None:
    """Put those alerts of one channel and story into one digest at the end of the queue; returns its id.

    None where all of them left the queue meanwhile.
    """
    rows = tx.execute(sa.select(alerts).where(alerts.c.seq.in_(seqs), OPEN).order_by(alerts.c.seq)).all()
    merged = [_alert(row) for row in rows]
    if not merged:
        return None
    first = merged[0]
    digest = Alert(
        id=new_id(), type="digest", channel=first.channel, created=now, story=first.story, story_title=first.story_title,
        entries=tuple(entry for alert in merged for entry in alert.entries),
    )  # fmt: skip
    queue(tx, digest)
    told = sa.update(alerts).where(alerts.c.seq.in_([row.seq for row in rows]))
    tx.execute(told.values(state="merged", merged_into=digest.id, due=None))
    return digest.id


def take(tx: sa.Connection, seq: int, now: datetime) -> OutboxRow | None:
    """Mark an alert as being sent, before any byte leaves; with the state of its developments as of now.

    None where it left the queue meanwhile: a person dropped it.
    """
    taken = _TAKE.run(tx, {"which": seq})
    if not taken:
        return None
    (row,) = taken
    if row.attempts > 1:
        close_ledger(tx, sa.and_(attempts.c.alert == seq, attempts.c.state == "sending"))
    _ATTEMPT.run(tx, {"new_alert": seq, "new_number": row.attempts, "new_at": now, "new_state": "sending"})
    found = _outbox_row(row)
    if found.parts:
        return found  # as its first messages said it: with more outlets, other entries would stand in the next one
    (found,) = _fresh(tx, [found])
    if found.alert.type == "digest":
        tx.execute(sa.update(alerts).where(alerts.c.seq == seq).values(content=_content(found.alert)))
    return found


def part_accepted(tx: sa.Connection, seq: int, at: datetime) -> None:
    """One message of an alert that takes several was accepted: a retry goes on with the next."""
    chosen = sa.update(alerts).where(alerts.c.seq == seq).values(parts=alerts.c.parts + 1)
    row = tx.execute(chosen.returning(alerts.c.parts, alerts.c.channel)).one()
    tx.execute(insert(parts).values(alert=seq, number=row.parts, channel=row.channel, at=at).on_conflict_do_nothing())


def settle(
    tx: sa.Connection, seq: int, answer: Answer, *, now: datetime, due: datetime | None, state: AlertState | None = None
) -> None:
    """Keep what the channel answered. ``due``: when to try again (of ``retry``); ``state``: the alert's, where it is another
    than the answer's. An ambiguous alert that is parked counts as held back.
    """
    after = state or answer.state
    (row,) = _SETTLE.run(
        tx,
        {
            "which": seq, "new_state": after, "new_due": due, "new_why": answer.why,
            "new_delivered_at": now if after == "delivered" else None,
            "new_ambiguous": answer.ambiguous and after == "parked",
        },
    )  # fmt: skip
    mine = {"which": seq, "nth": row.attempts}
    _ANSWERED.run(tx, mine | {"new_state": answer.state, "new_status": answer.status, "new_why": answer.why})


def use_plain(tx: sa.Connection, seq: int) -> None:
    """The channel refused the alert's rich form: the next attempt sends it as plain text."""
    tx.execute(sa.update(alerts).where(alerts.c.seq == seq).values(plain=True))


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


def _outbox_row(row: sa.Row[Any]) -> OutboxRow:
    return OutboxRow(
        seq=row.seq, alert=_alert(row), state=row.state, attempts=row.attempts, tries=row.tries, since=row.since, due=row.due,
        why=row.why, plain=row.plain,
        parts=row.parts, delivered_at=row.delivered_at, merged_into=row.merged_into, ambiguous=row.ambiguous,
    )  # fmt: skip


def _alert(row: sa.Row[Any]) -> Alert:
    content = row.content
    return Alert(
        id=row.id, type=row.type, channel=row.channel, created=row.created, story=row.story, story_title=content["story_title"],
        entries=tuple(entry_from_json(entry) for entry in content["entries"]), feed=content["feed"],
        problem=Foreign(content["problem"]), baseline=content["baseline"], repeats=content.get("repeats", False),
    )  # fmt: skip


def _fresh(connection: sa.Connection, found: list[OutboxRow]) -> list[OutboxRow]:
    """The alerts with their developments as they stand now: other outlets may have come since."""
    ids = {int(entry.development.id) for row in found for entry in row.alert.entries}
    now = verdicts.of_development(connection, ids)

    def fresh(entry: AlertEntry) -> AlertEntry:
        standing = now.get(int(entry.development.id), entry.development)
        return entry if standing == entry.development else replace(entry, development=standing)

    def refreshed(row: OutboxRow) -> OutboxRow:
        entries = tuple(map(fresh, row.alert.entries))
        return row if entries == row.alert.entries else replace(row, alert=replace(row.alert, entries=entries))

    return [refreshed(row) for row in found]
