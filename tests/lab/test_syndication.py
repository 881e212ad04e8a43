"""Agency copy: the same words from several outlets are one development and one alert."""

from __future__ import annotations

import pytest

from .scene import Scene


@pytest.mark.parametrize("together", [True, False], ids=["in the same pass", "a pass later"])
def test_a_verbatim_copy_is_a_match_without_an_alert_of_its_own(scene: Scene, together: bool) -> None:
    scene.three_sinks()
    first, second = scene.feed("First Post"), scene.feed("Second Sheet", kind="atom")
    scene.once()
    item = scene.match("original", outlet="First Post")
    copy = scene.item("copy", title=f"{item.title} | Second Sheet", summary=item.summary, text=item.text, outlet="Second Sheet")
    first.add(item)
    if not together:
        scene.once()
    second.add(copy)
    scene.once()
    scene.once()
    one, two = scene.verdict("original"), scene.verdict("copy")
    assert (one["verdict"], two["verdict"]) == ("match", "match")
    assert one["development"] == two["development"]
    assert sorted([one["alerted"], two["alerted"]]) == [False, True]
    if not together:
        scene.assert_named("original")
    else:
        assert [len(scene.named(name)) for name in scene.by_name] == [1, 1, 1]


def test_a_follow_up_that_says_something_new_is_told(scene: Scene) -> None:
    scene.three_sinks()
    feed = scene.feed("First Post")
    scene.once()
    feed.add(scene.match("report"))
    scene.once()
    feed.add(scene.match("answer"))
    scene.once()
    scene.assert_named("report", "answer")
    assert scene.verdict("report")["development"] != scene.verdict("answer")["development"]
