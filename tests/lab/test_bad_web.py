"""Feeds and articles that are broken in every usual way, beside good ones that must not suffer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import scripts
from .robot import Done
from .scene import Scene

FEEDS = {
    "html-page": (scripts.html_instead, r"(?i)html"),
    "empty-body": (scripts.empty, r"(?i)empty"),
    "cut-short": (scripts.truncated, r"(?i)truncat|cut|end is missing|incomplete"),
    "server-error": (scripts.status(500), r"500"),
    "not-found": (scripts.status(404), r"404"),
    "loop": (scripts.endless_redirect, r"(?i)redirect"),
    "too-big": (scripts.huge, r"(?i)large|big|MB|MiB|bytes|size"),
    "never-answers": (scripts.silence, r"(?i)deadline|time|answer|\bs\b"),
    "reset": (scripts.reset, r"(?i)reset|closed|broke|connection"),
}


# A host has one turn at a time: a feed that never answers would use up the others' deadlines at its host.
HOSTS = tuple(f"127.0.0.{number}" for number in range(1, len(FEEDS) + 2))


class Played:
    """The bad feeds' run: three passes, and what the bot said of it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        scene.network["deadline"] = "2s"
        scene.sink("webhook")
        good, shaky = scene.feed("good"), scene.feed("shaky")
        for host, (name, (script, _)) in zip(HOSTS[1:], FEEDS.items(), strict=True):
            scene.feed(name, scene.other(f"{name}-1"), scene.other(f"{name}-2"), host=host).script = script
        self.passes = [scene.once()]
        good.add(scene.match("from the good feed"))
        shaky.script = scripts.status(500)
        self.passes.append(scene.once())
        self.named_early = scene.named("webhook")
        shaky.add(scene.match("while it was down"))
        shaky.script = None
        self.passes.append(scene.once())
        self.status: Done = scene.robot.run("status")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with Scene(tmp_path_factory.mktemp("bad") / "scene", hosts=HOSTS) as scene:
        yield Played(scene)


def test_good_feeds_are_unharmed(played: Played) -> None:
    assert played.named_early == ["from the good feed"]


def test_a_feed_that_recovers_brings_what_it_published_meanwhile(played: Played) -> None:
    assert "while it was down" in played.scene.named("webhook")


def test_a_pass_over_bad_feeds_is_no_failure(played: Played) -> None:
    assert [done.code for done in played.passes] == [0, 0, 0]
    assert max(done.seconds for done in played.passes) < 20


@pytest.mark.parametrize("name", FEEDS)
def test_each_bad_feed_is_named_with_its_trouble_in_one_line(played: Played, name: str) -> None:
    word = FEEDS[name][1]
    assert [line for line in played.status.lines if name in line and re.search(word, line)], played.status.out
    assert [line for line in played.passes[0].lines if name in line and re.search(word, line)], played.passes[0].err


def test_nobody_sees_a_traceback(played: Played) -> None:
    assert not [done for done in played.scene.robot.done if "Traceback" in done.err]


ARTICLES = {
    "forbidden": scripts.status(403),
    "missing": scripts.status(404),
    "paywall": scripts.paywall,
    "cookie-notice": scripts.cookies,
    "document": scripts.pdf,
    "slow": scripts.silence,
    "broken": scripts.reset,
}


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory):
    """Items whose pages cannot be had: three passes, for those that are worth another try."""
    with Scene(Path(tmp_path_factory.mktemp("articles")) / "scene") as scene:
        scene.network["deadline"] = "2s"
        scene.three_sinks()
        feed = scene.feed("alpha")
        scene.web.robots = "User-agent: *\nDisallow: /private/\n"
        scene.once()
        feed.add(*(scene.match(name) for name in ARTICLES))
        feed.add(scene.item("no word of it", title="Harbour news", summary="Cranes.", text="OpenAI and NATO."))
        feed.add(scene.match("not for robots", target="/private/story"))
        for name, script in ARTICLES.items():
            scene.web.page(name).script = script
        scene.web.page("no word of it").script = scripts.status(403)
        for _ in range(3):
            scene.once()
        yield scene


@pytest.mark.parametrize("name", ARTICLES)
def test_without_its_article_an_item_is_judged_on_title_and_summary(articles: Scene, name: str) -> None:
    assert articles.verdict(name)["verdict"] == "match"
    assert articles.verdict(name)["where"] in {"title", "summary"}
    assert articles.rows(name)[0]["article"].startswith("failed: ")
    assert [articles.named(sink).count(name) for sink in articles.by_name] == [1, 1, 1]


def test_what_only_the_article_says_is_not_guessed(articles: Scene) -> None:
    assert articles.verdict("no word of it")["verdict"] == "no-match"


def test_a_page_closed_to_robots_is_not_asked_for(articles: Scene) -> None:
    assert articles.web.visits_to("/private/story") == []
    assert articles.verdict("not for robots")["verdict"] == "match"
    assert articles.rows("not for robots")[0]["article"].startswith(("not read: ", "failed: "))
