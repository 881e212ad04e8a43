"""What a terminal is shown."""

import pytest
from render_cases import PROBLEM, SENTENCE, TEST, alert, digest, entry

from bot.core.render import console, escape, payloads
from bot.model import Foreign

FULL = f"""OpenAI weighs NATO deal
  https://example.org/a?x=1&y=2
  Reuters · 2026-03-03 14:05 UTC
  > {SENTENCE}
  matched OpenAI, NATO, clearest in the article
  also carried by 2 other outlets: WSJ, BBC"""

GOLDEN = {
    "a new development": (alert(entry()), f"[OpenAI, NATO and the Pentagon]\n{FULL}\n\n"),
    "a digest": (
        digest(entry(), entry(), baseline=True),
        f"[OpenAI, NATO and the Pentagon · 2 items already matched when the watch began]\n{FULL}\n\n{FULL}\n\n",
    ),
    "a feed's problem": (PROBLEM, "[Problem with the feed BBC <World>]\nanswers 404 since 2 March\n\n"),
    "a test": (TEST, "[Storywatch can reach this channel: newsroom]\nThis is a test: nothing has happened.\n\n"),
}


@pytest.mark.parametrize(("one", "expected"), GOLDEN.values(), ids=GOLDEN)
def test_text(one, expected):
    (payload,) = payloads(one, "console")
    assert payload.body.decode() == expected
    assert payload.content_type == "text/plain; charset=utf-8"


def test_a_feed_cannot_steer_the_terminal():
    one = alert(
        entry(7, "a\x1b[2J\x9b31m\x1b]52;c;eA==\x07b\rc\u202ed", url="https://e.org/\x1b]8;;x\x07", sentence="x\x1b[1m\ny")
    )
    text = console.render(one)
    assert "a[2J31m]52;c;eA==b cd\n  https://e.org/%1B%5D8;;x%07\n" in text
    assert "> x[1m y\n" in text
    assert not set(text) & set("\x1b\x9b\x07\r\u202e")


def test_a_control_character_that_reaches_the_escaper_is_spelled_out():
    assert escape.terminal(Foreign("a\x1b[2J\x9b\u202e\nb")) == "a\\x1b[2J\\x9b\\u202e b"


def test_all_300_entries_are_shown():
    text = console.render(digest(*(entry(number, f"Headline {number}") for number in range(300))))
    assert [line for line in text.split("\n") if line.startswith("Headline ")] == [f"Headline {number}" for number in range(300)]
