"""The generic webhook's body: section 5 of the blueprint, key for key."""

import json
from datetime import timedelta, timezone

import pytest
from render_cases import PROBLEM, SENTENCE, TEST, T, alert, digest, entry

from bot.core.render import payloads

ENTRY = {
    "development": {"id": "12", "headline": "OpenAI weighs NATO deal", "items": 3, "outlets": ["Reuters", "WSJ", "BBC"]},
    "item": {
        "id": "7",
        "feed": "Reuters World",
        "url": "https://example.org/a?x=1&y=2",
        "title": "OpenAI weighs NATO deal",
        "published": "2026-03-03T14:05:00Z",
        "first_seen": "2026-03-03T14:05:00Z",
    },
    "match": {"score": 0.9, "terms": ["OpenAI", "NATO"], "where": "article", "sentence": SENTENCE},
}
BARE = {
    "development": {"id": "12", "headline": "x", "items": 3, "outlets": ["Reuters"]},
    "item": {"id": "7", "feed": "Reuters World", "title": "x", "first_seen": "2026-03-03T14:05:00Z"},
    "match": {"score": 0.9, "terms": [], },
}  # fmt: skip
STORY = {"alert": "alr_1", "story": "openai-nato"}

GOLDEN = {
    "a new development": (alert(entry()), STORY | ENTRY),
    "an update": (alert(entry(), type="development.update"), STORY | ENTRY),
    "absent keys are left out": (
        alert(entry(7, "x", url=None, published=None, where=None, sentence="", terms=(), outlets=("Reuters",))),
        STORY | BARE,
    ),
    "a digest": (digest(entry(), entry()), STORY | {"items": [ENTRY, ENTRY]}),
    "an empty digest": (digest(), STORY | {"items": []}),
    "a feed's problem": (PROBLEM, {"alert": "alr_1", "feed": "BBC <World>", "problem": "answers 404 since 2 March"}),
    "a test": (TEST, {"alert": "alr_1"}),
    "a test that names a story": (alert(type="test"), {"alert": "alr_1"}),
}


def body(one):
    (payload,) = payloads(one, "webhook")
    assert payload.content_type == "application/json"
    return json.loads(payload.body)


@pytest.mark.parametrize(("one", "data"), GOLDEN.values(), ids=GOLDEN)
def test_body(one, data):
    assert body(one) == {"type": one.type, "timestamp": "2026-03-03T14:05:00Z", "data": data}


def test_times_are_in_utc_whatever_zone_they_come_in():
    tokyo = T.astimezone(timezone(timedelta(hours=9)))
    assert body(alert(entry(published=tokyo))) == body(alert(entry()))


def test_texts_stay_as_the_log_has_them():
    text = "<!channel> @everyone [a](b) *c* & “ü” 北约"
    item = body(alert(entry(7, text, url="javascript:alert(1)")))["data"]["item"]
    assert (item["title"], item["url"]) == (text, "javascript:alert(1)")


@pytest.mark.parametrize("count", [10, 30, 50])
def test_sentences_are_cut_before_a_body_grows_over_20_kb(count):
    (payload,) = payloads(digest(*(entry(number, sentence="long " * 400) for number in range(count))), "webhook")
    assert len(payload.body) < 20_000
    assert [told["item"]["id"] for told in json.loads(payload.body)["data"]["items"]] == [str(number) for number in range(count)]


def test_a_title_of_10_000_letters_is_cut_but_none_of_300_entries_left_out():
    (payload,) = payloads(digest(*(entry(number, "x" * 10_000) for number in range(300))), "webhook")
    items = json.loads(payload.body)["data"]["items"]
    assert [told["item"]["title"] for told in items] == ["x" * 299 + "…"] * 300
    (payload,) = payloads(alert(entry(1, "x" * 10_000, sentence="y" * 10_000)), "webhook")
    assert len(payload.body) < 20_000
