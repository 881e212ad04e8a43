"""Decisions about time and limits, each a function of values: what is due, and what is read.

``chance`` is a number in [0, 1) that the caller draws: jitter stays out of the core.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.core import challenge, pace
from bot.core.pace import rhythm
from bot.model import Feed, FeedState, Fetched, FetchFailure, Item, Mute

if TYPE_CHECKING:
    from bot.core.identify import Sighting

# Google's and Feedly's fetchers ask about hourly on average (reliability.md, section B): failing feeds
# are asked at least that often, so that none that recovers is missed for long.
SLOWEST_RETRY = timedelta(hours=1)
# Failures in a row after which a problem counts as lasting, though each may pass by itself.
PATIENCE = 3
# What a failure weighs (Media Cloud's rule, reliability.md, section B): active feeds do answer 404 and come back.
HARD, SOFT, TEMPORARY = 1.0, 0.5, 0.25
# A feed that fails every other poll never fails thrice in a row: from this score on, which good polls lower little by
# little, its problem counts as lasting too. Three soft failures, or eight polls of which every other one is soft.
FLAPPING = 1.5
GOOD = 0.125
MOST_SCORE = 8.0  # back-off has reached its end long before
# Good polls in a row after which what was is forgotten.
SETTLED = 3
READ = frozenset({200, 203})  # 203: a 200 that a proxy on the way has changed (RFC 9110, section 15.3.4)
# Six answers "nothing new" in a row are believed; the seventh poll asks without validators, for some servers lie.
BELIEVED = 6
# A page that could not be had is asked for again when the story may stand only there.
READ_AGAIN = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a feed gave nothing. ``lasting``: asking again will not help. ``weight``: what it adds to the feed's score.

    ``gone``: the server said 410. ``unanswered``: no server said anything, so the fault may be ours.
    """

    why: str
    lasting: bool
    retry_after: float | None = None
    weight: float = HARD
    gone: bool = False
    unanswered: bool = False


def fetch_problem(failure: FetchFailure) -> Problem:
    """A fetch that gave no answer, as a feed's problem."""
    weight = TEMPORARY if failure.kind == "name" else SOFT
    return Problem(
        why=failure.why,
        lasting=not failure.temporary,
        retry_after=failure.retry_after,
        weight=weight if failure.temporary and failure.kind != "certificate" else HARD,
        unanswered=failure.temporary and failure.status is None,
    )


def answer_problem(answer: Fetched, retry_after: float | None, *, conditional: bool) -> Problem | None:
    """What is wrong with a feed's answer before its body is looked at; None for a 200, or a 304 to a ``conditional`` request.

    Some servers answer 304 to everybody; taken for "nothing new", that would be silence for ever.
    """
    if answer.status in READ or (answer.status == HTTPStatus.NOT_MODIFIED and conditional):
        return None
    soft = may_pass(answer.status) or answer.status == HTTPStatus.NOT_FOUND
    return Problem(
        why=status_words(answer.status),
        lasting=not may_pass(answer.status),
        retry_after=retry_after,
        weight=SOFT if soft else HARD,
        gone=answer.status == HTTPStatus.GONE,
    )


def turned_away(problem: Problem, answer: Fetched) -> Problem:
    """The problem, named after the guard whose page it is where one is recognised: asking again will not help then."""
    guard = challenge.guard(answer.status, answer.headers, answer.body) if answer.status != HTTPStatus.NOT_FOUND else None
    if guard is None:
        return problem
    why = f"a page of {guard} that turns robots away, not a feed (HTTP {answer.status})"
    return replace(problem, why=why, lasting=True, weight=HARD)


def may_pass(status: int) -> bool:
    """Whether the same request may get another answer later: 408, 425, 429 and 5xx (RFC 9110, section 15)."""
    return status >= 500 or status in {408, 425, 429}


def status_words(status: int) -> str:
    """A status for people: ``404 Not Found``."""
    try:
        return f"the server answered {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"the server answered {status}"


def after_poll(state: FeedState, feed: Feed, now: datetime, chance: float, fresh: float | None = None) -> FeedState:
    """The feed's state after an answer that was fine. ``fresh``: the seconds for which its headers say it stays so."""
    good = state.good + 1
    state = replace(
        state,
        last_polled=now,
        last_ok=now,
        failures=0,
        problem=None,
        lasting=False,
        failing_since=None,
        score=max(0.0, state.score - GOOD) if good < SETTLED else 0.0,
        good=good,
        answers=state.answers + (state.first_polled is not None),
        turnover=rhythm.relaxed(state.turnover, feed.interval),
    )
    return replace(state, next_due=pace.due(state, feed, now, chance, fresh))


def after_failure(state: FeedState, feed: Feed, problem: Problem, now: datetime, chance: float) -> FeedState:
    """The feed's state after a poll that gave nothing: the wait doubles with each point of the score, up to an hour.

    It is never shorter than after a good poll, and ``Retry-After`` is a lower bound, no excuse to come earlier. What was
    seen stays untouched. A problem that asking again will not mend counts as lasting at once, unless its like is known
    to pass (404) and the feed has worked before.
    """
    failures, score = state.failures + 1, min(state.score + problem.weight, MOST_SCORE)
    base = max(feed.interval, pace.wait(state, feed, now))
    wait = min(max(base, base * 2 ** (score - 1)), max(base, SLOWEST_RETRY)) * (1 + pace.JITTER * chance)
    if problem.retry_after is not None:
        wait = max(wait, timedelta(seconds=problem.retry_after))
    at_once = problem.lasting and (problem.weight >= HARD or state.last_ok is None)
    return replace(
        state,
        next_due=now + wait,
        last_polled=now,
        failures=failures,
        problem=problem.why,
        lasting=at_once or failures >= PATIENCE or score >= FLAPPING,
        score=score,
        good=0,
        failing_since=state.failing_since or now,
    )


def after_bug(state: FeedState, now: datetime) -> FeedState:
    """The feed's state after an error that is our own: tried again in an hour, and said to whoever looks at the status."""
    problem = "an unexpected error of ours; its traceback is in the log"
    due = now + SLOWEST_RETRY
    return replace(state, next_due=due, last_polled=now, failures=state.failures + 1, problem=problem, lasting=True)


def after_document(state: FeedState, now: datetime, *, whole: bool, settled: bool) -> FeedState:
    """The feed's state after its document was read. The baseline ends with the first whole one, or with the second one
    that could be read at all (``settled``): a feed that is always cut off must not stay a baseline for ever.

    A document cut short must be asked for again, not confirmed by a 304.
    """
    if whole or settled:
        state = replace(state, first_polled=state.first_polled or now)
    return state if whole else replace(state, etag=None, modified=None, body_hash=None)


def conditional(state: FeedState) -> dict[str, str]:
    """The request headers that let the server answer 304 (RFC 9110, section 13.1); validators verbatim.

    None with every seventh poll: a server that says 304 for ever would be silence for ever.
    """
    if state.confirmed >= BELIEVED:
        return {}
    headers = {"If-None-Match": state.etag, "If-Modified-Since": state.modified}
    return {name: value for name, value in headers.items() if value}


def proven(state: FeedState) -> bool:
    """Whether the feed was read the last time it was asked: it goes before those that never were, or that fail."""
    return state.last_ok is not None and not state.failures


def enters_log(sighting: Sighting, doubled: AbstractSet[int]) -> bool:
    """Whether an entry becomes a row of the log: what is new, and the first other identity of an item in this feed.

    ``doubled``: items of which the feed has a duplicate in the log. One row tells the story; a feed that
    gives its items new guids with every poll must not fill the log with it.
    """
    return sighting.kind == "new" or (sighting.kind != "seen" and sighting.of is not None and sighting.of not in doubled)


# ---------------------------------------------------------------- reading


def why_not_read(item: Item, feed: Feed, *, hinted: bool) -> str | None:
    """Why an item's page is not asked for; None when it is. ``hinted``: its title or summary has a word of a story."""
    if item.url is None:
        return "the feed gives no address for it"
    if feed.articles == "never":
        return 'articles = "never" for this feed'
    if item.baseline and not hinted:
        return "it stood in the feed's first poll, and neither title nor summary has a word of a story"
    if feed.articles == "hinted" and not hinted:
        return "neither title nor summary has a word of a story"
    return None


def read_again(tries: int, now: datetime, retry_after: float | None = None) -> datetime | None:
    """When to ask again for a page that could not be had, after ``tries`` failures; None: give it up.

    Not before the server's ``Retry-After`` is over.
    """
    if not 1 <= tries <= len(READ_AGAIN):
        return None
    return now + max(READ_AGAIN[tries - 1], timedelta(seconds=retry_after or 0.0))


def muted(mutes: Sequence[Mute], story: str, feed: str) -> Mute | None:
    """The mute under which nobody is told of an item of that feed for that story; of several the one that ends last."""
    holding = [mute for mute in mutes if (mute.kind, mute.name) in {("story", story), ("feed", feed)}]
    return max(holding, key=lambda mute: mute.until, default=None)
