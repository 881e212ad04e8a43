"""What receivers answer, and what becomes of the alert: nothing lost, nothing pressed on those who said stop."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from . import sinks
from .scene import Scene
from .server import Reply
from .sinks import Answer, Kind

HOUR = timedelta(hours=1)


PASSING: dict[str, tuple[Kind, Answer]] = {
    "slack 500": ("slack", sinks.BROKEN),
    "slack reset": ("slack", sinks.RESET),
    "discord 503": ("discord", sinks.BUSY),
    "discord silent": ("discord", sinks.SILENCE),
    "webhook 500": ("webhook", sinks.BROKEN),
    "webhook 302": ("webhook", Answer(reply=Reply(status=302, headers={"Location": "/elsewhere"}))),
}
WAITING: dict[str, tuple[Kind, Answer]] = {
    "slack 429": ("slack", sinks.retry_after(429, 1800)),
    "discord float": ("discord", sinks.discord_limit(1800.5)),
    "discord global": ("discord", sinks.discord_limit(1800.5, everywhere=True)),
    "webhook 503": ("webhook", sinks.retry_after(503, 1800)),
}
DEAD: dict[str, tuple[Kind, Answer]] = {
    "slack 404": ("slack", sinks.NO_SERVICE),
    "slack 200": ("slack", sinks.SLACK_200_NO_SERVICE),
    "discord 10015": ("discord", sinks.UNKNOWN_WEBHOOK),
    "webhook 410": ("webhook", sinks.GONE),
}
LOST = ("slack", "discord", "webhook")


@pytest.fixture(scope="module")
def played(run: Scene) -> dict[str, list[int]]:
    """One item on its way to all these receivers and a good one; how many requests each had got after each pass.

    None of them is dead: every other channel hears of a dead one, which would add to the counts.
    """
    run.network["deadline"] = "3s"
    run.sink("webhook", "good")
    for name, (kind, _) in {**PASSING, **WAITING}.items():
        run.sink(kind, name)
    for kind in LOST:
        run.sink(kind, f"{kind} lost")
    feed = run.feed("alpha")
    run.once()
    for name, (_, answer) in {**PASSING, **WAITING}.items():
        run.by_name[name].next(answer)
    for kind in LOST:
        run.by_name[f"{kind} lost"].next(sinks.RESET_AFTER_ACCEPT)
    feed.add(run.match("news"))
    counts: dict[str, list[int]] = {name: [] for name in run.by_name}
    for after in (HOUR, timedelta(seconds=1798), timedelta(seconds=30), 3 * HOUR, 24 * HOUR):
        run.once(after=after)
        for name, sink in run.by_name.items():
            counts[name].append(len(sink.messages))
    return counts


def test_a_good_receiver_does_not_wait_for_the_others(played: dict[str, list[int]]) -> None:
    assert played["good"] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("name", PASSING)
def test_what_may_pass_is_tried_again(played: dict[str, list[int]], run: Scene, name: str) -> None:
    assert (played[name][0], played[name][-1]) == (1, 2)
    assert run.named(name) == ["news"]


@pytest.mark.parametrize("name", WAITING)
def test_a_wish_to_wait_is_obeyed_to_the_second(played: dict[str, list[int]], run: Scene, name: str) -> None:
    assert played[name][:3] == [1, 1, 2], "not before the 1800 seconds are over, and then soon"
    assert run.named(name) == ["news"]


@pytest.mark.parametrize("kind", LOST)
def test_an_answer_that_got_lost_may_bring_the_message_twice(played: dict[str, list[int]], run: Scene, kind: str) -> None:
    assert played[f"{kind} lost"][-1] == 2
    assert run.named(f"{kind} lost") == ["news", "news"]


def test_every_try_of_an_alert_carries_its_one_id(played: dict[str, list[int]], run: Scene) -> None:
    for name in ("webhook lost", "webhook 500", "webhook 503"):
        assert len({message.headers["webhook-id"] for message in run.by_name[name].messages}) == 1


def test_a_dead_channel_is_asked_once_said_loudly_and_served_after_repair(scene: Scene) -> None:
    scene.sink("webhook", "good")
    for name, (kind, _) in DEAD.items():
        scene.sink(kind, name)
    feed = scene.feed("alpha")
    scene.once()
    for name, (_, answer) in DEAD.items():
        scene.by_name[name].always(answer)
    feed.add(scene.match("news"))
    for after in (HOUR, 3 * HOUR, 24 * HOUR, 80 * HOUR):
        scene.once(after=after)
        assert {name: len(scene.by_name[name].messages) for name in DEAD} == dict.fromkeys(DEAD, 1)
    told = [message.payload["data"]["feed"] for message in scene.by_name["good"].accepted if message.type == "feed.problem"]
    assert sorted(told) == sorted(f"channel {name}" for name in DEAD), "once, on a channel that works"
    status = scene.robot.run("status").exits(1)
    for name in DEAD:
        assert [line for line in status.lines if f"channel {name}: disabled" in line], status.out
    assert not scene.robot.run("alerts", "--state", "parked", "--json").ok().out
    for name in DEAD:
        scene.by_name[name].always(None)
    scene.robot.run("alerts", "retry").ok()
    scene.once()
    assert {name: scene.named(name) for name in DEAD} == {name: ["news"] for name in DEAD}
    assert scene.robot.run("status").code == 0
    scene.assert_valid()


def test_above_the_budget_one_digest_names_all_the_rest(scene: Scene) -> None:
    scene.three_sinks(budget="3/10m")
    feed = scene.feed("alpha")
    scene.once()
    keys = [f"news-{number}" for number in range(12)]
    feed.add(*(scene.match(key) for key in keys))
    for _ in range(3):
        scene.once()
    scene.assert_named(*keys)
    assert {name: len(sink.accepted) for name, sink in scene.by_name.items()} == {"slack": 4, "discord": 4, "webhook": 4}
    types = [message.type for message in scene.by_name["webhook"].accepted]
    assert Counter(types) == {"development.new": 3, "digest": 1}
    assert all(scene.verdict(key)["alerted"] for key in keys)


def test_a_big_digest_is_neither_cut_nor_refused(scene: Scene) -> None:
    scene.three_sinks(budget="1/10m")
    feed = scene.feed("alpha")
    scene.once()
    keys = [f"news-{number}" for number in range(60)]
    feed.add(*(scene.match(key) for key in keys))
    for _ in range(3):
        scene.once()
    scene.assert_named(*keys)


def test_a_channel_can_be_tried_by_hand(scene: Scene) -> None:
    scene.three_sinks()
    scene.feed("alpha")
    scene.write()
    for kind, sink in scene.by_name.items():
        scene.robot.run("alerts", "test", kind).ok()
        assert len(sink.accepted) == 1
    scene.assert_valid()
    scene.by_name["slack"].next(sinks.NO_SERVICE)
    assert scene.robot.run("alerts", "test", "slack").code == 1
