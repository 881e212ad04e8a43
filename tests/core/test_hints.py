"""What a feed and its server say about how often to ask."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import hints
from bot.core.hints import Hints, Rhythm

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def channel(inside: str, item: str = "<item><ttl>5</ttl></item>") -> bytes:
    return f"<rss version='2.0'><channel>{inside}{item}</channel></rss>".encode()


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("", Hints()),
        ("<ttl>60</ttl>", Hints(ttl=HOUR)),
        ("<ttl> 60\n</ttl>", Hints(ttl=HOUR)),
        ("<ttl>0</ttl><ttl>-5</ttl>", Hints()),
        ("<ttl>soon</ttl>", Hints()),
        ("<ttl>999999</ttl>", Hints(ttl=timedelta(days=366))),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", Hints(period=HOUR / 2)),
        ("<sy:updatePeriod> Daily </sy:updatePeriod>", Hints(period=DAY)),
        ("<sy:updatePeriod>often</sy:updatePeriod>", Hints()),
        ("<skipHours><hour>0</hour><hour> 7 </hour><hour>24</hour><hour>99</hour></skipHours>", Hints(skip_hours=(0, 7))),
        ("<skipDays><day>Sunday</day><day>MONDAY</day><day>Someday</day></skipDays>", Hints(skip_days=(0, 6))),
    ],
)
def test_what_a_document_says(inside, expected):
    assert hints.of_document(channel(inside)) == expected


@pytest.mark.parametrize("element", ["<ttl>", "<sy:updatePeriod>", "<skipHours><hour>", "<skipDays>" * 10_000])
def test_white_space_without_end_in_an_element_costs_little(element):
    began = time.process_time()
    hints.of_document(f"<rss><channel>{element}{' ' * 60_000}{'x' * 300}<item></item></channel></rss>".encode())
    assert time.process_time() - began < 1  # 0.01 s when measured; minutes before


def test_an_items_own_words_are_none_of_the_feeds():
    assert hints.of_document(channel("<title>t</title>", "<item><ttl>60</ttl></item>")) == Hints()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"cache-control": "public, max-age=300"}, 5 * MINUTE),
        ({"cache-control": 'Max-Age="300"'}, 5 * MINUTE),
        ({"cache-control": "no-store, max-age=300"}, timedelta(0)),
        ({"cache-control": "private"}, None),
        ({"expires": "Wed, 04 Mar 2026 13:00:00 GMT"}, HOUR),
        ({"expires": "Wed, 04 Mar 2026 13:00:00 GMT", "date": "Wed, 04 Mar 2026 12:30:00 GMT"}, HOUR / 2),
        ({"expires": "Wed, 04 Mar 2026 13:00:00 GMT", "cache-control": "max-age=60"}, MINUTE),
        ({"expires": "Tue, 03 Mar 2026 13:00:00 GMT"}, timedelta(0)),
        ({"expires": "0"}, None),
        ({"expires": "never"}, None),
    ],
)
def test_what_a_server_says(headers, expected):
    assert hints.fresh_for(headers, NOW) == expected


def test_the_rhythm_is_the_median_gap_and_the_span():
    moments = [NOW, NOW - HOUR, None, NOW - 3 * HOUR, NOW - 100 * HOUR]
    assert hints.rhythm(moments) == Rhythm(gap=2 * HOUR, span=100 * HOUR)
    assert hints.rhythm([NOW, None, NOW - HOUR]) is None


@pytest.mark.parametrize(
    ("found", "wishes", "expected"),
    [
        pytest.param(Rhythm(gap=HOUR, span=2 * DAY), [None], 30 * MINUTE, id="half the gap"),
        pytest.param(Rhythm(gap=25 * MINUTE, span=2 * DAY), [None], 10 * MINUTE, id="rounded down to what people write"),
        pytest.param(Rhythm(gap=DAY, span=20 * DAY), [None], HOUR, id="an hour at most"),
        pytest.param(Rhythm(gap=timedelta(0), span=timedelta(0)), [None], 5 * MINUTE, id="five minutes at least"),
        pytest.param(Rhythm(gap=10 * MINUTE, span=DAY), [15 * MINUTE, None], 15 * MINUTE, id="no sooner than wished"),
        pytest.param(Rhythm(gap=10 * MINUTE, span=DAY), [7 * DAY], HOUR, id="a wish of a week is no hour"),
        pytest.param(Rhythm(gap=2 * MINUTE, span=20 * MINUTE), [HOUR], 10 * MINUTE, id="half the span, or items pass unseen"),
        pytest.param(None, [None], 10 * MINUTE, id="nothing known"),
        pytest.param(None, [HOUR], HOUR, id="nothing known but the wish"),
    ],
)
def test_an_interval_that_fits(found, wishes, expected):
    assert hints.interval(found, wishes, 10 * MINUTE) == expected
