"""A good guest: what the bot asks of servers when nothing goes wrong."""

from __future__ import annotations

from collections import Counter

import pytest

from .scene import Scene


@pytest.fixture(scope="module")
def visited(run: Scene) -> Scene:
    """Two feeds, one with validators and one without; a piece of news in each; four passes."""
    run.sink("webhook")
    first, second = run.feed("alpha"), run.feed("beta", kind="atom")
    second.validators = False
    run.once()
    first.add(run.match("news"))
    second.add(run.other("other news"))
    for _ in range(3):
        run.once()
    return run


def test_an_unchanged_feed_is_asked_with_its_validators(visited: Scene) -> None:
    assert [visit.status for visit in visited.web.visits_to("/feeds/alpha")] == [200, 200, 304, 304]
    assert [visit.status for visit in visited.web.visits_to("/feeds/beta")] == [200, 200, 200, 200]


def test_an_article_is_read_once(visited: Scene) -> None:
    pages = Counter(visit.target for visit in visited.web.visits if visit.target.startswith("/a/"))
    assert pages == {"/a/news": 1, "/a/other-news": 1}


def test_the_user_agent_says_who_is_asking_and_where_to_complain(visited: Scene) -> None:
    agents = {visit.agent for visit in visited.web.visits}
    assert [agent for agent in agents if "storywatch" not in agent.lower() or "lab@example.org" not in agent] == []


def test_one_answer_about_robots_is_enough_for_a_pass(visited: Scene) -> None:
    assert len(visited.web.visits_to("/robots.txt")) <= 3
