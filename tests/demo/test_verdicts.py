"""Every piece of the demo is judged as its label says: by title and summary of its feed, and the text of its page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import shipped
from bot.config import load
from bot.core import extract, match, parse
from bot.demo import Outlet, Piece, documents, outlets
from bot.demo.place import fill
from bot.model import Article

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]  # whole plays take half a minute each

SITE = "http://127.0.0.1:1"
NOW = datetime(2026, 3, 5, tzinfo=UTC)
OUTLETS = outlets()
PIECES = [(outlet, piece) for outlet in OUTLETS for piece in outlet.pieces if not piece.again]


@pytest.fixture(scope="module")
def rule(tmp_path_factory: pytest.TempPathFactory) -> match.Rule:
    """The shipped story, as the demo's configuration has it."""
    config = load(fill(tmp_path_factory.mktemp("demo"), shipped.texts(), OUTLETS, SITE), {})
    return match.compile_rule(config.stories[0], config.concepts)


def article(outlet: Outlet, piece: Piece, title: str, summary: str) -> Article:
    if piece.page == "forbidden":
        return Article(text="", note="failed: the server answered 403 Forbidden")
    body = documents.page(outlet, piece)
    return extract.article(body, url=SITE + piece.path, content_type=documents.HTML, title=title, summary=summary)


@pytest.mark.parametrize(("outlet", "piece"), PIECES, ids=lambda thing: getattr(thing, "key", ""))
def test_a_piece_is_judged_as_an_editor_would(rule: match.Rule, outlet: Outlet, piece: Piece) -> None:
    body = documents.feed(outlet, [piece], SITE)
    content_type = documents.TYPES[outlet.kind]
    (entry,) = parse.feed(body, url=SITE + outlet.feed_path, content_type=content_type, now=NOW).entries
    text = article(outlet, piece, entry.title, entry.summary).text
    receipt = match.judge(rule, match.Texts(title=entry.title, summary=entry.summary, article=text))
    assert receipt.holds == piece.relevant, f"{piece.hard or piece.development}: {receipt.score} {receipt.why}"
