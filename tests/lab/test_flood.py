"""No flood, nothing dropped: what receivers count, message by message, while much happens at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from .scene import Scene
from .sinks import Sink

WINDOW = timedelta(minutes=10)
BUDGET = 5


def play(scene: Scene, passes: int, after: timedelta = WINDOW) -> dict[str, list[int]]:
    """Passes, each a window of the budget after the last: how many messages each receiver accepted in them."""
    counts: dict[str, list[int]] = {name: [] for name in scene.by_name}
    for number in range(passes):
        before = {name: len(sink.accepted) for name, sink in scene.by_name.items()}
        scene.once(after=after if number else timedelta(minutes=1))
        for name, sink in scene.by_name.items():
            counts[name].append(len(sink.accepted) - before[name])
    return counts


def assert_no_flood(counts: dict[str, list[int]]) -> None:
    """In each window the budget and the one message of a digest on top, no more."""
    assert {name: most for name, each in counts.items() if (most := max(each)) > BUDGET + 1} == {}


def types(sink: Sink) -> Counter[str | None]:
    return Counter(message.type for message in sink.accepted)


@pytest.fixture
def room(scene: Scene) -> Scene:
    scene.three_sinks(budget=f"{BUDGET}/10m")
    return scene


def test_fifty_new_matches_in_a_minute(room: Scene) -> None:
    feed = room.feed("alpha")
    room.once()
    keys = [f"news-{number}" for number in range(50)]
    feed.add(*(room.match(key) for key in keys))
    assert_no_flood(play(room, 3))
    room.assert_named(*keys)
    assert types(room.by_name["webhook"]) == {"development.new": BUDGET, "digest": 1}
    assert all(room.verdict(key)["alerted"] for key in keys)


def test_a_flood_that_goes_on_for_hours(room: Scene) -> None:
    feed = room.feed("alpha")
    room.once()
    keys: list[str] = []
    counts: list[dict[str, list[int]]] = []
    for number in range(6):  # 12 new ones a pass, four passes in a window of the budget
        new = [f"news-{number}-{n}" for n in range(12)]
        feed.add(*(room.match(key) for key in new))
        keys += new
        counts.append(play(room, 1))
        room.now += timedelta(minutes=2)
    for name in room.by_name:
        for first in range(len(counts) - 3):
            assert sum(counts[at][name][0] for at in range(first, first + 4)) <= BUDGET + 1, name
    assert_no_flood(play(room, 4))
    room.assert_named(*keys)


def test_a_first_run_over_much_that_matches(room: Scene) -> None:
    keys = [f"old-{number}" for number in range(90)]
    for name, some in (("alpha", keys[:50]), ("beta", keys[50:])):
        room.feed(name, *(room.match(key) for key in some))
    assert_no_flood(play(room, 4))
    room.assert_named(*keys)
    assert types(room.by_name["webhook"]) == {"digest": 1}


def test_a_return_after_days_in_which_many_feeds_had_news(room: Scene) -> None:
    feeds = [room.feed(f"feed-{number}") for number in range(12)]
    room.once()
    room.now += timedelta(days=3)
    keys = []
    for number, feed in enumerate(feeds):
        new = [f"news-{number}-{n}" for n in range(5)]
        feed.add(*(room.match(key) for key in new))
        keys += new
    assert_no_flood(play(room, 4))
    room.assert_named(*keys)


def test_a_feed_that_renames_its_guids(room: Scene) -> None:
    items = [room.match(f"news-{number}") for number in range(20)]
    feed = room.feed("alpha")
    room.once()
    feed.add(*items)
    assert_no_flood(play(room, 3))
    before = {name: len(sink.messages) for name, sink in room.by_name.items()}
    feed.dress = lambda item, poll: replace(item, guid=f"renamed-{poll}-{item.key}")
    play(room, 3)
    assert feed.polls > 4, "it was looked at"
    assert {name: len(sink.messages) for name, sink in room.by_name.items()} == before
    room.assert_named(*(item.key for item in items))


def test_quiet_hours_hold_and_release_one_summary(scene: Scene) -> None:
    scene.three_sinks(quiet="22:00-07:00", timezone="Europe/Berlin")
    feed = scene.feed("alpha")
    scene.now = scene.now.replace(hour=20, minute=0)  # 21:00 in Berlin
    scene.once()  # 22:00
    keys = ["evening", "night", "morning"]
    for key in keys:
        feed.add(scene.match(key))
        scene.once(after=timedelta(hours=2))
    assert [len(sink.messages) for sink in scene.by_name.values()] == [0, 0, 0]
    scene.once(after=timedelta(hours=2, minutes=59))
    assert [len(sink.messages) for sink in scene.by_name.values()] == [0, 0, 0], "06:59"
    scene.once(after=timedelta(minutes=1))
    assert [len(sink.messages) for sink in scene.by_name.values()] == [1, 1, 1]
    assert types(scene.by_name["webhook"]) == {"digest": 1}
    scene.assert_named(*keys)
    feed.add(scene.match("day"))
    scene.once()
    assert types(scene.by_name["webhook"]) == {"digest": 1, "development.new": 1}


def test_a_digest_channel_tells_all_at_its_hour_and_nothing_when_nothing_is_new(scene: Scene) -> None:
    scene.three_sinks(digest="daily 08:00", timezone="Europe/Berlin")
    feed = scene.feed("alpha")
    scene.now = scene.now.replace(hour=8, minute=0)
    scene.once()
    for number in range(3):
        feed.add(scene.match(f"news-{number}"))
        scene.once()
    assert [len(sink.messages) for sink in scene.by_name.values()] == [0, 0, 0]
    scene.now = scene.now.replace(hour=7) + timedelta(days=1)
    scene.once(after=timedelta())
    assert types(scene.by_name["webhook"]) == {"digest": 1}
    scene.assert_named("news-0", "news-1", "news-2")
    scene.once(after=timedelta(days=1))
    assert [len(sink.messages) for sink in scene.by_name.values()] == [1, 1, 1]


def test_a_muted_story_is_logged_and_told_nobody(scene: Scene) -> None:
    scene.three_sinks()
    feed = scene.feed("alpha")
    scene.once()
    until = scene.now + timedelta(days=2)
    scene.robot.run("mute", scene.story, "--until", until.isoformat()).ok()
    feed.add(scene.match("muted"))
    scene.once()
    verdict = scene.verdict("muted")
    assert (verdict["verdict"], verdict["alerted"]) == ("match", False)
    assert "muted until" in verdict["why"]
    scene.now = until
    feed.add(scene.match("news"))
    scene.once(after=timedelta())
    scene.assert_named("news")
