"""``storywatch explain``: what the rules make of a page, a file or an item now. Nothing is recorded."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

import click

from bot.cli import finding, progress, receipt, sheet, stories
from bot.cli.context import Context, examples
from bot.cli.marked import text_lines
from bot.cli.output import write_json
from bot.cli.rows import article as note_of
from bot.cli.rows import as_json as row_json
from bot.cli.rows import verdict_json
from bot.cli.sheet import Line, fact, line
from bot.cli.show import item_lines
from bot.cli.terminal import say
from bot.cli.times import local
from bot.config import Config
from bot.core import match
from bot.core.page import Page
from bot.edge.http import Door, HostTurns
from bot.edge.pool import Pool
from bot.edge.store import open_reading
from bot.errors import StateError, StorywatchError
from bot.model import LogRow, Receipt, Verdict
from bot.pipeline.explain import Explainer
from bot.workshop import user_agent

# Browsers save a page in one file with its pictures inside, so this is more than the bot takes from a server.
FILE_BYTES = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What is to be judged. ``row``: it is an item of the log."""

    name: str
    texts: match.Texts
    note: str
    row: LogRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What a rule says now, and what was said then of an item of the log."""

    rule: match.Rule
    verdict: Verdict
    then: Verdict | None


@click.command(
    epilog=examples(
        "storywatch explain https://example.org/article",
        "storywatch explain saved-page.html --story openai-nato",
        "curl -s https://example.org/article | storywatch explain - --json",
        "storywatch explain 42",
    )
)
@click.argument("source", metavar="URL|FILE|ITEM")
@click.option("--story", metavar="NAME", help="By this story's rule only; default: by all.")
@click.option("--title", default="", metavar="TEXT", help="The headline, in the place of the one that the page or file has.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object, with the text and every place of the words in it.")
@click.pass_obj
def explain(context: Context, *, source: str, story: str | None, title: str, as_json: bool) -> None:
    """Judge a page, a file or an item now, and print the receipt and the text with the words of the stories in it.

    Nothing is recorded, no alert is sent, and a running bot is not in the way. FILE is a saved web page, or plain text whose
    first line is the headline; - is the standard input. The description that a page gives of itself stands for a feed's summary.
    An item of the log, given by its number, is judged by the present rule over what the log keeps of it; what was said then
    stands beside it.

    On a terminal words of the story are coloured, lines that are no part of the article are dim; elsewhere, and with NO_COLOR,
    words stand in [brackets], words that exclude an item in [!brackets].

    Exit code 0 when it was judged, whatever came of it; 1 when there was nothing to judge.
    """
    config = context.load()
    rules = [match.compile_rule(each, config.concepts) for each in stories.chosen(config, story)]
    if not rules:
        raise StorywatchError("there is no story to judge by: write a [[stories]] table, or run `storywatch init`")
    subject = _subject(source, title, config)
    judged = [_judged(rule, subject) for rule in rules]
    if as_json:
        write_json(_whole(subject, judged))
    else:
        sheet.write(_lines(subject, judged), brackets=True)


# ---------------------------------------------------------------- what is to be judged


def _subject(source: str, title: str, config: Config) -> _Subject:
    if source.isdecimal() and (row := _item(source, config)) is not None:
        texts = match.Texts(title=title or row.item.title, summary=row.item.summary, article=row.text or "")
        return _Subject(name=f"item {row.item.id}", texts=texts, note=_kept(row), row=row)
    with ExitStack() as closing:
        if _scheme(source) in {"http", "https"}:
            found = _reader(config, closing, f"asking {_host(source)}").fetched(source, title)
        else:
            body = _bytes(source)
            found = _reader(config, closing, "reading").read(body, title)
    return _of_page(source, found, given=bool(title))


def _of_page(source: str, found: Page, *, given: bool) -> _Subject:
    why = found.article.note.removeprefix("failed: ")
    if why != found.article.note and not given:
        raise StorywatchError(f"{source}: {why} (with --title TEXT its title is judged alone)")
    texts = match.Texts(title=found.title, summary=found.summary, article=found.article.text)
    return _Subject(name="standard input" if source == "-" else source, texts=texts, note=found.article.note)


def _item(number: str, config: Config) -> LogRow | None:
    try:
        store = open_reading(config.state)
    except StateError:
        if Path(number).exists():
            return None
        raise
    with store.read() as connection:
        row = finding.by_id(connection, number)
    if row is None and not Path(number).exists():
        raise StorywatchError(f"{number}: neither an item of the log nor a file")
    return row


def _kept(row: LogRow) -> str:
    gone = row.note == "read" and row.text is None
    return "not kept any more: judged on title and summary" if gone else note_of(row)


def _reader(config: Config, closing: ExitStack, words: str) -> Explainer:
    closing.enter_context(progress.bar(words))
    pool = Pool(1)
    closing.callback(pool.stop, 0.0)
    turns = HostTurns(config.network.host_gap.total_seconds())
    door = Door(config.network, user_agent=user_agent(config.network.contact), turns=turns)
    closing.callback(door.close)
    return Explainer(door, pool)


def _bytes(source: str) -> bytes:
    """The bytes of a file or of the standard input."""
    try:
        if source != "-":
            path = Path(unquote(urlsplit(source).path) if source.startswith("file://") else source)
            with path.open("rb") as file:
                return _some(file, source)
        if sys.stdin is None:
            raise StorywatchError("-: there is no standard input")
        if sys.stdin.isatty():
            say("paste the text, its headline on the first line; end with Ctrl-D on a line of its own", err=True)
        return _some(sys.stdin.buffer, source)
    except IsADirectoryError:
        raise StorywatchError(f"{source}: a folder: name one file") from None
    except FileNotFoundError:
        raise StorywatchError(f"{source}: no such file (an address begins with http:// or https://)") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise StorywatchError(f"{source}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _some(file: BinaryIO, source: str) -> bytes:
    body = file.read(FILE_BYTES + 1)
    if len(body) > FILE_BYTES:
        raise StorywatchError(f"{source}: larger than {FILE_BYTES // 1_000_000} MB, which no article is")
    return body


def _scheme(text: str) -> str:
    return text.partition("://")[0].lower() if "://" in text else ""


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2][:40]


# ---------------------------------------------------------------- the answer


def _judged(rule: match.Rule, subject: _Subject) -> _Judged:
    found: Receipt = match.judge(rule, subject.texts)
    verdict = Verdict(story=rule.story, verdict="match" if found.holds else "no-match", receipt=found, why=found.why)
    before = subject.row.verdicts if subject.row else ()
    return _Judged(rule=rule, verdict=verdict, then=next((each for each in before if each.story == rule.story), None))


def _lines(subject: _Subject, judged: Sequence[_Judged]) -> Iterator[Line]:
    yield from _head(subject)
    for each in judged:
        yield line()
        yield line(f"story {each.rule.story}: ", (each.verdict.verdict, "head"), " now" if subject.row else "")
        if subject.row:
            yield fact("then", _then(each, subject.row))
        yield from receipt.lines(each.verdict.receipt, each.verdict.why)
    yield line()
    yield line("text")
    yield from text_lines(subject.texts, [each.rule for each in judged])


def _head(subject: _Subject) -> Iterator[Line]:
    if subject.row is not None:
        yield from item_lines(subject.row)
        return
    yield line(f"{subject.name}  ", (subject.texts.title or "(no title)", "head"))
    yield fact("article", subject.note)


def _then(each: _Judged, row: LogRow) -> str:
    if each.then is None:
        return "not judged for this story"
    told = each.then.receipt
    same = ", the same rule" if told.rule == each.rule.version else f" by rule {told.rule or 'none'}"
    return f"{each.then.verdict}, score {told.score:.2f}{same} ({local(row.judged_at, zone=True)}): {each.then.why}"


def _whole(subject: _Subject, judged: Sequence[_Judged]) -> dict[str, object]:
    texts = subject.texts
    cut = match.left_out(texts.article, texts.title)
    return {
        "source": subject.name, "title": texts.title, "summary": texts.summary, "article": subject.note, "text": texts.article,
        "left_out": [{"start": start, "end": end, "what": what} for (start, end), what in cut],
        "item": row_json(subject.row) if subject.row else None,
        "verdicts": [_verdict(each, texts) for each in judged],
    }  # fmt: skip


def _verdict(each: _Judged, texts: match.Texts) -> dict[str, object]:
    found = match.all_places(each.rule, texts.title, texts.summary, texts.article)
    places = [{"where": place.where, "start": place.span[0], "end": place.span[1], "role": place.role} for place in found]
    then = None if each.then is None else verdict_json(each.then) | receipt.as_json(each.then.receipt)
    return verdict_json(each.verdict) | receipt.as_json(each.verdict.receipt) | {"places": places, "then": then}
