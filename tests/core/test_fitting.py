"""The interval that fits a feed, by one look at its document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.pace import fitting
from bot.core.pace.fitting import Spread

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_the_spread_is_the_median_gap_and_the_span() -> None:
    moments = [NOW, NOW - HOUR, None, NOW - 3 * HOUR, NOW - 100 * HOUR]
    assert fitting.spread(moments) == Spread(gap=2 * HOUR, span=100 * HOUR)
    assert fitting.spread([NOW, None, NOW - HOUR]) is None


@pytest.mark.parametrize(
    ("found", "hinted", "expected"),
    [
        pytest.param(Spread(gap=HOUR, span=2 * DAY), 0, 30 * MINUTE, id="half the gap"),
        pytest.param(Spread(gap=25 * MINUTE, span=2 * DAY), 0, 10 * MINUTE, id="rounded down to what people write"),
        pytest.param(Spread(gap=DAY, span=20 * DAY), 0, HOUR, id="an hour at most"),
        pytest.param(Spread(gap=timedelta(0), span=timedelta(0)), 0, 5 * MINUTE, id="five minutes at least"),
        pytest.param(Spread(gap=10 * MINUTE, span=DAY), 900, 15 * MINUTE, id="no sooner than hinted at"),
        pytest.param(Spread(gap=10 * MINUTE, span=DAY), 7 * 86_400, HOUR, id="a hint at a week is no hour"),
        pytest.param(Spread(gap=10 * MINUTE, span=DAY), 1e12, HOUR, id="a max-age that no calendar holds"),
        pytest.param(Spread(gap=2 * MINUTE, span=20 * MINUTE), 3600, 10 * MINUTE, id="half the span, or items pass unseen"),
        pytest.param(None, 0, 10 * MINUTE, id="nothing known"),
        pytest.param(None, 3600, HOUR, id="nothing known but the hint"),
        pytest.param(None, 60, 10 * MINUTE, id="nothing known but a hint below the usual"),
    ],
)
def test_an_interval_that_fits(found: Spread | None, hinted: float, expected: timedelta) -> None:
    assert fitting.interval(found, hinted, 10 * MINUTE) == expected
