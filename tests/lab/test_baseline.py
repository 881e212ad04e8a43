"""The first poll of a feed is a baseline: no flood at the start, and everything new from then on."""

from __future__ import annotations

from datetime import timedelta

from . import scripts
from .scene import Scene


def types(scene: Scene) -> list[str | None]:
    return [message.type for message in scene.by_name["webhook"].accepted]


def test_a_first_pass_is_told_in_one_digest_and_then_each_new_item_once(scene: Scene) -> None:
    scene.three_sinks()
    feed = scene.feed("alpha", scene.match("old-1"), scene.other("old-2"), scene.match("old-3"))
    scene.feed("beta", scene.match("old-4"))
    scene.once()
    assert types(scene) == ["digest"], "one digest for all feeds"
    assert [len(sink.messages) for sink in scene.by_name.values()] == [1, 1, 1]
    for key, verdict in {"old-1": "baseline", "old-2": "no-match", "old-3": "baseline", "old-4": "baseline"}.items():
        assert (scene.verdict(key)["verdict"], scene.verdict(key)["alerted"]) == (verdict, False)
    feed.add(scene.match("new"))
    scene.once()
    scene.once()
    assert types(scene) == ["digest", "development.new"]
    assert [scene.named(name)[-1] for name in scene.by_name] == ["new"] * 3
    assert scene.verdict("new")["alerted"] is True
    scene.assert_valid()


def test_a_first_pass_where_nothing_matched_says_nothing(scene: Scene) -> None:
    scene.three_sinks()
    scene.feed("alpha", scene.other("old"))
    scene.once()
    assert [len(sink.messages) for sink in scene.by_name.values()] == [0, 0, 0]


def test_a_backlog_that_was_asked_for_alerts_the_newest(scene: Scene) -> None:
    scene.sink("webhook")
    items = []
    for number in range(5):
        scene.now += timedelta(minutes=1)  # the newest by place is the newest by date too
        items.append(scene.match(f"old-{number}"))
    scene.feed("alpha", *items, alert_backlog=2)
    scene.once()
    alerted = [m.payload["data"]["item"]["url"] for m in scene.by_name["webhook"].accepted if m.type == "development.new"]
    assert sorted(str(scene.key(url)) for url in alerted) == ["old-3", "old-4"]
    assert [scene.verdict(f"old-{number}")["verdict"] for number in range(5)] == ["baseline"] * 3 + ["match"] * 2


def test_a_feed_that_failed_at_first_has_its_baseline_when_it_first_answers(scene: Scene) -> None:
    scene.sink("webhook")
    feed = scene.feed("alpha", scene.match("old"))
    feed.script = scripts.status(503)
    scene.once()
    feed.script = None
    scene.once()
    assert scene.verdict("old")["verdict"] == "baseline"
    feed.add(scene.match("new"))
    scene.once()
    assert types(scene).count("development.new") == 1
    assert scene.verdict("new")["alerted"] is True
