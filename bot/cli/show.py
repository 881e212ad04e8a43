"""``storywatch show``: one item with its whole receipt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import click

from bot.cli import finding, receipt, sheet
from bot.cli.context import Context, examples
from bot.cli.output import write_json
from bot.cli.rows import article, as_json
from bot.cli.sheet import Line, fact, line
from bot.cli.times import iso, local
from bot.core import highlight
from bot.core.counting import count
from bot.edge.store import open_reading, outbox, verdicts
from bot.model import AlertDevelopment, LogRow, OutboxRow, Verdict


@click.command(epilog=examples("storywatch show 42", "storywatch show https://example.org/article --json"))
@click.argument("item", metavar="ITEM|URL")
@click.option("--json", "as_json_", is_flag=True, help="As one JSON object, with hits, text, marks and alerts.")
@click.pass_obj
def show(context: Context, *, item: str, as_json_: bool) -> None:
    """Show what is known of one item: its verdicts with all their evidence, its text, its marks, its alerts.

    ITEM is the id that `storywatch log` prints; URL any spelling of the item's address.

    A receipt says why in words; the score with what it is made of, and the threshold it is held against; every word of the
    story with the places where it begins, in characters; the sentence that tells most; what text there was to judge on.
    """
    store = open_reading(context.load().state)
    with store.read() as connection:
        row = finding.found(connection, item)
        others = [other for other in finding.at(connection, row.item.url or "") if other != row.item.id]
        alerts = outbox.about(connection, row.item.id)
        developments = verdicts.of_development(connection, [v.development for v in row.verdicts if v.development is not None])
    if as_json_:
        write_json(_whole(row, alerts, others))
    else:
        sheet.write(_lines(row, alerts, developments, others))


def _whole(row: LogRow, alerts: Sequence[OutboxRow], others: Sequence[int]) -> dict[str, object]:
    whole = as_json(row)
    for told, verdict in zip(whole["verdicts"], row.verdicts, strict=True):
        told.update(receipt.as_json(verdict.receipt))
    return whole | {
        "summary": row.item.summary, "outlet": row.item.outlet, "text": row.text, "judged": iso(row.judged_at),
        "duplicate_of": None if row.item.duplicate_of is None else str(row.item.duplicate_of),
        "also_logged_as": [str(other) for other in others],
        "marks": [receipt.mark_json(mark) for mark in row.marks],
        "alerts": [_alert(alert) for alert in alerts],
    }  # fmt: skip


def _alert(row: OutboxRow) -> dict[str, object]:
    return {"id": row.alert.id, "channel": row.alert.channel, "type": row.alert.type, "state": row.state, "why": row.why}


def _lines(
    row: LogRow, alerts: Sequence[OutboxRow], developments: Mapping[int, AlertDevelopment], others: Sequence[int]
) -> Iterator[Line]:
    yield from item_lines(row)
    if others:
        yield fact("also", f"logged as item {', '.join(map(str, others))}")
    for verdict in row.verdicts:
        yield line()
        yield from _verdict_lines(verdict, row, developments)
    if not row.verdicts and row.judged_at is not None:
        yield line()
        yield line("no story looks at this feed")
    for mark in row.marks:
        if mark.story not in {verdict.story for verdict in row.verdicts}:
            yield line()
            yield line(f"story {mark.story}: never judged")
            yield receipt.mark_line(mark)
    if alerts:
        yield line()
        yield from map(_alert_line, alerts)
    if row.text:
        yield line()
        yield line("article text")
        yield from stored_text(row.text, row.verdicts)


def item_lines(row: LogRow) -> Iterator[Line]:
    """What an item is: title, address, where and when it was seen, what became of its page."""
    item = row.item
    yield line(f"item {item.id}  ", (item.title or "(no title)", "head"))
    yield fact("address", item.url or "none")
    yield fact("feed", item.feed + (f" (outlet: {item.outlet})" if item.outlet != item.feed else ""))
    yield fact("published", local(item.published, zone=True) or "the feed gives no usable date")
    yield fact("seen", local(item.first_seen, zone=True) + (", in the feed's first poll" if item.baseline else ""))
    yield fact("article", article(row))
    if item.summary:
        yield fact("summary", item.summary)
    if item.duplicate_of is not None:
        yield fact("duplicate", f"of item {item.duplicate_of}: {item.duplicate_why}")


def _verdict_lines(verdict: Verdict, row: LogRow, developments: Mapping[int, AlertDevelopment]) -> Iterator[Line]:
    yield line(f"story {verdict.story}: ", (verdict.verdict, "head"), ", alerted" if verdict.alerted else "")
    yield from receipt.lines(verdict.receipt, verdict.why)
    if verdict.development is not None:
        yield fact("development", f"{verdict.development}" + _about(developments.get(verdict.development)))
    yield from (receipt.mark_line(mark) for mark in row.marks if mark.story == verdict.story)


def _about(development: AlertDevelopment | None) -> str:
    if development is None:
        return ""
    outlets = ", ".join(outlet.raw for outlet in development.outlets)
    return f': "{development.headline.raw}", {count(development.items, "item")} from {outlets}'


def _alert_line(told: OutboxRow) -> Line:
    when = f" {local(told.delivered_at, zone=True)}" if told.delivered_at else ""
    why = f" ({told.why})" if told.why else ""
    return line(f"alert {told.alert.id} ({told.alert.type}) for {told.alert.channel}: {told.state}{when}{why}")


def stored_text(text: str, told: Sequence[Verdict]) -> Iterator[Line]:
    """A text that the log keeps, with the words that the receipts point at, which stand at offsets into all of it."""
    hits = [hit for verdict in told for hit in verdict.receipt.hits if hit.where == "article"]
    at = 0
    for paragraph in text.splitlines(keepends=True):
        inside = [((hit.start - at, hit.end - at), "word") for hit in hits if at <= hit.start < at + len(paragraph)]
        pieces = highlight.stretches(paragraph.rstrip("\r\n"), inside)
        yield Line(prefix="  ", runs=tuple((piece, "word" if kind else "plain") for piece, kind in pieces))
        at += len(paragraph)
