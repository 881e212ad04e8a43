"""Muted stories and feeds: judged and logged as ever, told nobody, and what comes of them afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.edge.store import mutes
from bot.model import Mute, Verdict

from .conftest import ABOUT, World, item

DAY = timedelta(days=1)
NEWS = "OpenAI and NATO, the news"


def mute(world: World, kind: str = "story", name: str = "story", until: timedelta = DAY) -> None:
    with world.store.write() as tx:
        mutes.put(tx, Mute(kind=kind, name=name, until=world.now + until))


def verdict(world: World, title: str, feed: str = "A") -> Verdict:
    (found,) = [row.verdicts[0] for row in world.log() if (row.item.title, row.item.feed) == (title, feed)]
    return found


@pytest.mark.parametrize(("kind", "name"), [("story", "story"), ("feed", "A")])
def test_what_is_muted_is_judged_and_logged_and_told_nobody_ever(world: World, kind: str, name: str) -> None:
    world.once()
    mute(world, kind, name)
    world.web.feed("A", item("news", NEWS))
    world.once()
    found = verdict(world, NEWS)
    assert (found.verdict, found.alerted) == ("match", False)
    assert f"; {kind} muted until 2026-03-04 08:20 UTC: told nobody" in found.why
    assert found.development is not None
    world.now += 2 * DAY
    world.once()
    assert world.outbox() == []


@pytest.mark.parametrize(("kind", "name"), [("story", "other"), ("feed", "B"), ("feed", "story"), ("story", "A")])
def test_another_story_or_feed_is_told_as_ever(world: World, kind: str, name: str) -> None:
    world.once()
    mute(world, kind, name)
    world.web.feed("A", item("news", NEWS))
    world.once()
    assert world.told() == [NEWS]
    assert "muted" not in verdict(world, NEWS).why


def copies(world: World) -> None:
    """The same article in both feeds, in A now."""
    for key in ("one", "two"):
        world.web.article(key, *(sentence * 3 for sentence in ABOUT))
    world.web.feed("A", item("one", NEWS))


def test_a_later_item_of_the_development_alerts_when_the_mute_has_ended(world: World) -> None:
    world.once()
    mute(world)
    copies(world)
    world.once()
    world.now += DAY
    world.web.feed("B", item("two", "OpenAI and NATO, the same elsewhere"))
    world.once()
    later = verdict(world, "OpenAI and NATO, the same elsewhere", "B")
    assert later.development == verdict(world, NEWS).development
    assert world.told() == ["OpenAI and NATO, the same elsewhere"]
    assert (later.alerted, verdict(world, NEWS).alerted) == (True, False)
    world.web.feed("A", item("one", NEWS), item("three", NEWS))
    world.web.article("three", *(sentence * 3 for sentence in ABOUT))
    world.once()
    assert len(world.told()) == 1, "and then no other of it"


def test_a_copy_in_a_feed_that_is_not_muted_alerts_at_once(world: World) -> None:
    world.once()
    mute(world, "feed", "A")
    copies(world)
    world.once()
    world.web.feed("B", item("two", NEWS))
    world.once()
    assert world.told() == [NEWS]
    assert verdict(world, NEWS, "B").alerted


def test_a_copy_of_what_was_told_before_the_mute_is_not_told_after_it(world: World) -> None:
    world.once()
    copies(world)
    world.once()
    mute(world)
    world.web.feed("B", item("two", NEWS))
    world.once()
    world.now += DAY
    world.web.feed("B", item("two", NEWS), item("four", NEWS))
    world.web.article("four", *(sentence * 3 for sentence in ABOUT))
    world.once()
    assert world.told() == [NEWS]


def test_a_mute_ends_at_its_moment(world: World) -> None:
    world.once(after=timedelta(hours=1))
    mute(world, until=timedelta(hours=1))
    world.web.feed("A", item("one", "OpenAI and NATO, one"))
    world.once(after=timedelta(hours=1))
    world.web.feed("A", item("one", "OpenAI and NATO, one"), item("two", "OpenAI, NATO: something else"))
    world.once()
    assert world.told() == ["OpenAI, NATO: something else"]
    with world.store.read() as connection:
        assert mutes.active(connection, world.now) == []


def test_a_mute_can_be_set_anew_and_taken_back(world: World) -> None:
    mute(world)
    mute(world, until=2 * DAY)
    mute(world, "feed", "A", until=3 * DAY)
    with world.store.read() as connection:
        assert [(each.kind, each.until - world.now) for each in mutes.active(connection, world.now)] == [
            ("story", 2 * DAY),
            ("feed", 3 * DAY),
        ]
    with world.store.write() as tx:
        assert [mutes.take(tx, "story", "story"), mutes.take(tx, "story", "story")] == [True, False]
        mutes.prune(tx, world.now + 4 * DAY)
        assert mutes.active(tx, world.now) == []


def test_the_first_passs_digest_leaves_out_what_is_muted(world: World) -> None:
    mute(world, "feed", "A")
    world.web.feed("A", item("a", "OpenAI and NATO in A"))
    world.web.feed("B", item("b", "OpenAI and NATO in B"))
    world.once()
    assert world.told() == ["OpenAI and NATO in B"]


def test_the_first_passs_digest_of_a_muted_story_is_none(world: World) -> None:
    mute(world)
    world.web.feed("A", item("a", "OpenAI and NATO in A"))
    world.once()
    world.now += 2 * DAY
    world.once()
    assert world.outbox() == []
