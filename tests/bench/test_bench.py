"""The bench of the poll cycles, in small: the same bytes for a seed, an honest web, a floor and a bot that read it."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
import requests

from tests.bench import documents, process
from tests.bench.__main__ import line, main
from tests.bench.bot import Bot
from tests.bench.documents import Shape
from tests.bench.rows import Row
from tests.bench.web import Web

SITE = "http://127.9.0.1:80"


def test_a_seed_makes_the_same_documents_every_time_and_another_seed_others() -> None:
    one, same, other = (documents.feed(Shape(seed=seed), 3, 1, SITE) for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize("number", range(12))
def test_a_feed_lists_its_entries_newest_first_and_changes_by_two(number: int) -> None:
    shape = Shape(feeds=12)
    before, after = (_guids(documents.feed(shape, number, version, SITE)[0]) for version in (0, 1))
    assert len(before) == len(after) == documents.entries_of(shape, number)
    assert after[documents.NEW_ENTRIES :] == before[: -documents.NEW_ENTRIES]


def test_as_many_titles_have_the_storys_word_as_the_shape_says() -> None:
    shape = Shape(hinted=0.05)
    titles = [documents.title(shape, feed, entry) for feed in range(40) for entry in range(50)]
    assert 0.03 < sum(documents.HINT in title for title in titles) / len(titles) < 0.07


def _guids(document: bytes) -> list[str]:
    return [entry.id for entry in feedparser.parse(io.BytesIO(document)).entries]


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with tempfile.TemporaryDirectory() as folder, Web(Shape(feeds=3, changed=0.0, hinted=0.05), Path(folder)) as web:
        yield web


def test_the_web_answers_304_to_whom_knows_the_tag_and_counts_it(web: Web) -> None:
    web.reset()
    first = requests.get(web.urls[0], timeout=5)
    second = requests.get(web.urls[0], headers={"If-None-Match": first.headers["etag"]}, timeout=5)
    assert (first.status_code, second.status_code) == (200, 304)
    assert web.counts() == {"200": 1, "304": 1, "connections": 2}


def test_the_floor_and_the_bot_read_the_same_web(web: Web, tmp_path: Path) -> None:
    expected = sum(documents.entries_of(web.shape, feed) for feed in range(3))
    urls = tmp_path / "urls"
    urls.write_text("\n".join(web.urls))
    floor = process.python("tests.bench.floor", "--state", str(tmp_path / "f.db"), "--urls", str(urls), "--hint", documents.HINT)
    told = json.loads(process.run(floor, tmp_path).output.splitlines()[-1])
    bot = Bot(tmp_path / "bot", web, articles="hinted")
    spent = bot.once()
    assert told["cpu"] > 0
    assert spent.cpu > 0
    assert f"{expected} new items" in spent.output


def test_a_ratio_above_what_is_to_be_reached_is_said_to_be_missed() -> None:
    row = Row(name="steady", unit="s CPU", bot=3.0, divisor=1.5, reach=1.5)
    assert line(row).split() == ["steady", "3.00", "1.50", "s", "CPU", "2.00", "1.50", "NOT", "reached"]


def test_a_row_that_does_not_exist_is_a_wrong_call_that_names_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["steadyy"])
    assert "there are start, steady" in capsys.readouterr().err
