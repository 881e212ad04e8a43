"""``storywatch show``: one item with its whole receipt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

import click

from bot.cli.context import Context, examples
from bot.cli.output import write_json
from bot.cli.rows import article, as_json
from bot.cli.terminal import safe
from bot.cli.times import iso, local
from bot.core import identify
from bot.core.counting import count
from bot.edge.store import Reading, open_reading, outbox, verdicts
from bot.edge.store import log as log_room
from bot.errors import StorywatchError
from bot.model import AlertDevelopment, Entry, LogRow, OutboxRow, Verdict

_HITS = 20  # finds listed for a person; --json has all


@click.command(epilog=examples("storywatch show 42", "storywatch show https://example.org/article --json"))
@click.argument("item", metavar="ITEM|URL")
@click.option("--json", "as_json_", is_flag=True, help="As one JSON object, with hits, text and alerts.")
@click.pass_obj
def show(context: Context, *, item: str, as_json_: bool) -> None:
    """Show what is known of one item: its verdicts with all their evidence, its text, its alerts.

    ITEM is the id that `storywatch log` prints; URL any spelling of the item's address.
    """
    store = open_reading(context.load().state)
    with store.read() as connection:
        ids = _ids(connection, item)
        row = log_room.find(connection, ids[0], with_text=True) if ids else None
        if row is None:
            raise StorywatchError(f"{item}: not in the log; `storywatch log --search WORDS` finds items by their words")
        others = [other for other in _at(connection, row.item.url or "") if other != row.item.id]
        alerts = outbox.about(connection, row.item.id)
        developments = verdicts.of_development(connection, [v.development for v in row.verdicts if v.development is not None])
    if as_json_:
        write_json(_whole(row, alerts, others))
        return
    for line in _lines(row, alerts, developments, others):
        click.echo(safe(line))


def _ids(connection: Reading, wanted: str) -> list[int]:
    if wanted.isdecimal():
        return [int(wanted)] if len(wanted) < 19 else []  # SQLite's integers end there
    return _at(connection, wanted)


def _at(connection: Reading, url: str) -> list[int]:
    """The items of that address, in any spelling of it, and their duplicates; oldest first."""
    entry = Entry(guid=None, url=url, title="", summary="", published=None)
    return log_room.by_key(connection, identify.keys("", entry).url, url)


def _whole(row: LogRow, alerts: Sequence[OutboxRow], others: Sequence[int]) -> dict[str, object]:
    whole = as_json(row)
    for told, verdict in zip(whole["verdicts"], row.verdicts, strict=True):
        hits = [asdict(hit) for hit in verdict.receipt.hits]
        told |= {"rule": verdict.receipt.rule, "hits": hits}
    return whole | {
        "summary": row.item.summary, "outlet": row.item.outlet, "text": row.text, "judged": iso(row.judged_at),
        "duplicate_of": None if row.item.duplicate_of is None else str(row.item.duplicate_of),
        "also_logged_as": [str(other) for other in others],
        "alerts": [_alert(alert) for alert in alerts],
    }  # fmt: skip


def _alert(row: OutboxRow) -> dict[str, object]:
    return {"id": row.alert.id, "channel": row.alert.channel, "type": row.alert.type, "state": row.state, "why": row.why}


def _lines(
    row: LogRow, alerts: Sequence[OutboxRow], developments: Mapping[int, AlertDevelopment], others: Sequence[int]
) -> Iterator[str]:
    yield from _item_lines(row, others)
    for verdict in row.verdicts:
        yield ""
        yield from _verdict_lines(verdict, developments)
    if not row.verdicts and row.judged_at is not None:
        yield ""
        yield "no story looks at this feed"
    if alerts:
        yield ""
        yield from map(_alert_line, alerts)
    if row.text:
        yield ""
        yield "article text"
        yield from (f"  {paragraph}" for paragraph in row.text.splitlines())


def _item_lines(row: LogRow, others: Sequence[int]) -> Iterator[str]:
    item = row.item
    yield f"item {item.id}  {item.title or '(no title)'}"
    yield f"  address    {item.url or 'none'}"
    yield f"  feed       {item.feed}" + (f" (outlet: {item.outlet})" if item.outlet != item.feed else "")
    yield f"  published  {local(item.published, zone=True) or 'the feed gives no usable date'}"
    yield f"  seen       {local(item.first_seen, zone=True)}" + (", in the feed's first poll" if item.baseline else "")
    yield f"  article    {article(row)}"
    if item.summary:
        yield f"  summary    {item.summary}"
    if item.duplicate_of is not None:
        yield f"  duplicate  of item {item.duplicate_of}: {item.duplicate_why}"
    if others:
        yield f"  also       logged as item {', '.join(map(str, others))}"


def _verdict_lines(verdict: Verdict, developments: Mapping[int, AlertDevelopment]) -> Iterator[str]:
    receipt = verdict.receipt
    yield f"story {verdict.story}: {verdict.verdict}{', alerted' if verdict.alerted else ''}"
    yield f"  why          {verdict.why}"
    yield f"  score        {receipt.score:.2f} (rule {receipt.rule or 'none'})"
    if receipt.terms:
        yield f"  words        {', '.join(receipt.terms)}"
    if receipt.sentence:
        yield f"  sentence     {receipt.sentence} [{receipt.where}]"
    for hit in receipt.hits[:_HITS]:
        yield f"  found        {hit.term} ({hit.concept}) in the {hit.where}, at {hit.start}"
    if len(receipt.hits) > _HITS:
        yield f"               and {len(receipt.hits) - _HITS} more: --json has them all"
    if verdict.development is not None:
        yield f"  development  {verdict.development}" + _about(developments.get(verdict.development))


def _about(development: AlertDevelopment | None) -> str:
    if development is None:
        return ""
    return f': "{development.headline}", {count(development.items, "item")} from {", ".join(development.outlets)}'


def _alert_line(told: OutboxRow) -> str:
    when = f" {local(told.delivered_at, zone=True)}" if told.delivered_at else ""
    why = f" ({told.why})" if told.why else ""
    return f"alert {told.alert.id} ({told.alert.type}) for {told.alert.channel}: {told.state}{when}{why}"
