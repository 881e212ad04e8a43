"""The end of a run that was asked to stop: what is being sent is sent, the rest is cut off and done again at the next start."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from bot import report
from bot.errors import StateError
from bot.rounds import Rounds

log = logging.getLogger("storywatch")

# SIGTERM to exit takes at most 10 s: what is being sent may end within DRAIN, then every connection is cut.
DRAIN_SECONDS, CUT_SECONDS = 4.0, 3.0


def drain(rounds: Rounds, cut: Callable[[], object]) -> None:
    """End the work in hand. A message that is cut off may have been taken: it would come twice, or be held back."""
    _until(lambda: not rounds.sending(), DRAIN_SECONDS)
    cut()
    if not _until(lambda: not rounds.busy(), CUT_SECONDS):
        report.said(log, logging.WARNING, "stopped", "some work did not end in time; it is done again at the next start")
    try:
        rounds.close()
    except StateError as error:
        report.said(log, logging.WARNING, "stopped", f"the last outcomes are not kept, and found again: {error}")


def _until(done: Callable[[], bool], seconds: float) -> bool:
    """Wait for something, at most that long; whether it came."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if done():
            return True
        pause.wait(0.02)
    return done()
