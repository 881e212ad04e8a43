"""New feeds written below what a file holds: whatever their names, nothing else of it changes."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import adding, load
from bot.config.adding import Feeds, NewFeed
from bot.config.labels import headings
from bot.core.text import clean
from bot.errors import StorywatchError

FILES = {
    "nothing": "",
    "comments alone": "# none yet\n",
    "no line end at the end": '[[feeds]]\nname = "A"\nurl = "https://a.example/"',
    "a table below the feeds": '[[feeds]]\nname = "A"\nurl = "https://a.example/"\nheaders = { X = "y" }\n\n[bot]\ninterval = "5m"\n',
    "a byte order mark": '\ufeff[[feeds]]\nname = "A"\nurl = "https://a.example/"\n',
    "other line ends": '[[feeds]]\r\nname = "A" # ours\r\nurl = "https://a.example/"\r\n',
}
SHOWABLE = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Zl", "Zp")), min_size=1, max_size=120)
NAMES = SHOWABLE.map(lambda text: clean(text, 120).replace("${", "{")).filter(bool)
FEEDS = st.builds(
    NewFeed, name=NAMES, url=SHOWABLE.map(lambda text: "https://b.example/" + "".join(c for c in text if c.isalnum())),
    interval=st.sampled_from([None, "5m"]), articles=st.sampled_from([None, "never"]), comments=st.lists(NAMES, max_size=2).map(tuple),
)  # fmt: skip


@pytest.mark.parametrize("case", FILES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(feeds=st.lists(FEEDS, min_size=1, max_size=3))
def test_a_file_says_what_it_said_and_the_new_feeds(tmp_path: Path, case: str, feeds: list[NewFeed]) -> None:
    path = tmp_path / "feeds.toml"
    before = FILES[case].encode()
    path.write_bytes(before)
    adding.add(path, feeds)
    after = path.read_bytes()
    assert after.startswith(before)
    text = after.decode("utf-8-sig")
    read = tomllib.loads(text)["feeds"]
    assert [(each["name"], each["url"]) for each in read[len(read) - len(feeds) :]] == [(each.name, each.url) for each in feeds]
    assert ("\r\n" in text) == ("\r\n" in FILES[case])
    assert all(f"# {line}" in text for each in feeds for line in each.comments)


@pytest.mark.parametrize(
    ("feed", "words"),
    [
        (NewFeed(name="x", url="ftp://a.example/"), "url: begins with ftp:"),
        (NewFeed(name="", url="https://a.example/"), "name: is empty"),
        (NewFeed(name="x\ny", url="https://a.example/"), "name: holds a control character"),
        (NewFeed(name="x", url="https://a.example/${file:/etc/passwd}"), "takes for a reference"),
        (NewFeed(name="${env:HOME}", url="https://a.example/"), "takes for a reference"),
        (NewFeed(name="x", url="https://a.example/", interval="1s"), "interval: 1s is too short"),
        (NewFeed(name="x", url="https://a.example/", articles="some"), "articles: "),
    ],
)
def test_what_the_configuration_would_refuse_is_never_written(tmp_path: Path, feed: NewFeed, words: str) -> None:
    path = tmp_path / "feeds.toml"
    with pytest.raises(StorywatchError, match=re.escape(words)):
        adding.add(path, [NewFeed(name="good", url="https://good.example/"), feed])
    assert not path.exists(), "all or nothing"


def test_a_link_stays_a_link_and_a_mode_a_mode(tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    real.write_text("")
    real.chmod(0o640)
    (tmp_path / "feeds.toml").symlink_to(real)
    adding.add(tmp_path / "feeds.toml", [NewFeed(name="x", url="https://a.example/")])
    assert (tmp_path / "feeds.toml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert "https://a.example/" in real.read_text()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text("# mine\n")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StorywatchError, match="cannot be written"):
            adding.add(path, [NewFeed(name="x", url="https://a.example/")])
    finally:
        tmp_path.chmod(0o700)
    assert path.read_text() == "# mine\n"


def test_feeds_are_known_by_name_and_by_any_spelling_of_their_address(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[[feeds]]\nname = "A"\nurl = "https://www.a.example/rss"\n')
    (tmp_path / "b.toml").write_text('\n\n[[feeds]]\nname = "B"\nurl = "https://b.example/?x=1"\n')
    feeds = Feeds(load(tmp_path, {}))
    assert [feeds.at(url) is None for url in ("http://a.example/rss/", "https://b.example/?x=2")] == [False, True]
    named = feeds.named("B")
    assert named is not None
    assert named.place == "b.toml:3"
    assert feeds.free("B") == "B (2)"
    feeds.take(NewFeed(name="B (2)", url="https://c.example/"))
    assert feeds.free("B") == "B (3)"


def test_a_heading_is_the_comment_line_above_a_spelling_within_its_list(tmp_path: Path) -> None:
    path = tmp_path / "stories.toml"
    path.write_text(
        '# not this\n[concepts]\n# nor this\na = [\n  "one",\n  # German\n  "zwei", "drei",  # a remark\n  "vier",\n\n  #Русский \n  "пять",\n]\n'
        'b = ["x"]  # one line\n'
    )
    assert headings([path]) == {
        "a": {"one": "", "zwei": "German", "drei": "German", "vier": "German", "пять": "Русский"}, "b": {"x": ""},
    }  # fmt: skip
