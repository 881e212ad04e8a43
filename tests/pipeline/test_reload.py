"""The configuration changes while the bot is at work: what is in hand ends well, and what is new holds from now on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bot.config import load
from bot.daemon import Daemon, _stamp

from .conftest import CONFIG, World, item, rss

OLD, MOVED = "https://a.example.org/rss", "https://a.example.org/moved"
MOVES = CONFIG.replace(OLD, MOVED)
WITHOUT_B = CONFIG[: CONFIG.index('[[feeds]]\nname = "B"')]
SAME = "OpenAI and NATO look at a contract"


def test_a_feed_that_moves_while_it_is_polled_is_asked_at_its_new_address_at_once(world: World) -> None:
    ticks = world.ticks()
    ticks.rounds.start()
    ticks.rounds.poll_due()
    world.configure(MOVES)
    world.web.serve(MOVED, rss(item("n")), content_type="text/xml")
    ticks.rounds.reconfigure(world.pipeline)
    ticks.hand.run()
    ticks.rounds.flush()
    world.now += timedelta(seconds=5)
    ticks.poll()
    assert world.asked_for(MOVED) == 1


def test_a_feed_taken_out_while_its_new_document_is_read_stays_out(world: World) -> None:
    ticks = world.ticks()
    ticks.rounds.start()
    ticks.rounds.poll_due()
    world.web.feed("B", item("z"))
    world.configure(WITHOUT_B)
    ticks.rounds.reconfigure(world.pipeline)
    ticks.hand.run()
    ticks.rounds.flush()
    assert world.state_of("B").next_due is None


def test_a_feed_taken_out_while_it_is_polled_and_put_back_is_polled_again(world: World) -> None:
    ticks = world.ticks()
    ticks.rounds.start()
    ticks.poll()
    world.now += timedelta(minutes=20)
    ticks.rounds.poll_due()
    world.configure(WITHOUT_B)
    ticks.rounds.reconfigure(world.pipeline)
    ticks.hand.run()
    ticks.rounds.flush()
    world.configure(CONFIG)
    ticks.rounds.reconfigure(world.pipeline)
    before = world.asked_for("https://b.example.org/rss")
    world.now += timedelta(minutes=1)
    ticks.poll()
    assert world.asked_for("https://b.example.org/rss") == before + 1


def test_a_moved_feed_begins_without_the_trouble_of_its_old_address(world: World) -> None:
    world.web.serve(OLD, b"gone", status=410)
    world.once()
    assert world.state_of("A").lasting
    world.configure(MOVES)
    moved = world.state_of("A")
    assert (moved.problem, moved.lasting) == (None, False)


def test_operators_hear_that_the_new_address_fails_too(world: World) -> None:
    world.web.serve(OLD, b"gone", status=410)
    world.once()
    world.configure(MOVES)
    world.web.serve(MOVED, b"gone", status=404)
    world.once()
    assert world.told("ops") == [
        "the server answered 410 Gone; it is asked twice more within a day, and then no more",
        "the server answered 404 Not Found",
    ]


def test_a_shorter_interval_holds_for_the_wait_that_has_begun(world: World) -> None:
    world.configure(CONFIG.replace('interval = "10m"', 'interval = "24h"'))
    world.once()
    world.configure(CONFIG)
    assert world.state_of("A").next_due <= world.now + timedelta(minutes=11)


def test_an_item_that_waits_for_its_host_is_told_under_the_configuration_in_force_by_then(world: World) -> None:
    world.once()
    world.web.feed("A", item("x", SAME))
    world.poll()
    ticks = world.ticks()
    ticks.rounds.judge_waiting()
    world.configure(CONFIG.replace('"room"', '"newsroom"').replace("hooks.example.org/room", "hooks.example.org/newsroom"))
    ticks.rounds.reconfigure(world.pipeline)
    ticks.hand.run()
    assert [row.alert.channel for row in world.outbox()] == ["newsroom"]


def test_a_change_saved_while_another_is_taken_up_is_noticed_too(tmp_path: Path) -> None:
    file = tmp_path / "config" / "bot.toml"
    file.parent.mkdir()
    file.write_text(CONFIG)
    daemon = Daemon(load(file.parent, {}), {})

    def saved_again(pipeline: object) -> None:
        del pipeline
        file.write_text(CONFIG + '[[feeds]]\nname = "C"\nurl = "https://c.example.org/rss"\n')

    rounds: Any = SimpleNamespace(pipeline=SimpleNamespace(edges=None), reconfigure=saved_again)
    file.write_text(CONFIG + "\n# a change\n")
    daemon._reload(rounds)
    assert _stamp(daemon.config) != daemon._stamp
    rounds.reconfigure = lambda pipeline: None
    daemon._reload(rounds)
    assert _stamp(daemon.config) == daemon._stamp
    assert [feed.name for feed in daemon.config.feeds] == ["A", "B", "C"]
