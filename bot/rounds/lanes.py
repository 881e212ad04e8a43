"""The loop that delivers: one lane for each channel, so that a slow one never holds another up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bot import report
from bot.edge.store import channels
from bot.errors import StateError
from bot.model import Channel
from bot.pipeline import Pipeline, Sent
from bot.rounds.crew import Crew

log = logging.getLogger("storywatch")

AT_ONCE = 32  # lanes at work; a configuration has a few channels
AFTER_A_BUG = 60.0  # seconds: or an alert that trips a bug of ours would be sent every second


class Lanes:
    """The channels' lanes at work."""

    def __init__(self, crew: Crew, current: Callable[[], Pipeline]) -> None:
        """``current`` gives the pipeline in force: a lane that began under another ends after the alert in hand."""
        self._crew, self._current = crew, current
        self._threads = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="lane")
        self._in_hand: set[str] = set()
        self._resting: dict[str, float] = {}  # channel -> monotonic time until which an unexpected error keeps it quiet

    def busy(self) -> bool:
        """Whether a lane is at work."""
        return bool(self._in_hand)

    def start_due(self, pipeline: Pipeline) -> int:
        """Start the lanes that hold something to send now; a lane that is at work goes on by itself."""
        if self._crew.stopping():
            return 0
        with pipeline.edges.store.read() as connection:
            holding = channels.due(connection, pipeline.config.channels, self._crew.clock())
        now = time.monotonic()
        idle = [channel for channel in holding if channel.name not in self._in_hand]
        due = [channel for channel in idle if self._resting.get(channel.name, 0.0) <= now]
        for channel in due:
            self._in_hand.add(channel.name)
            try:
                self._threads.submit(self._deliver, pipeline, channel)
            except RuntimeError:  # no thread to be had just now: the next tick tries again
                self._in_hand.discard(channel.name)
                raise
        return len(due)

    def _deliver(self, pipeline: Pipeline, channel: Channel) -> None:
        try:
            pipeline.deliver(channel, self._crew.clock, self._sent, lambda: self._current() is pipeline)
        except StateError as error:
            self._crew.trouble.tell(error)
        except Exception:
            log.exception("the lane of channel %s failed unexpectedly: please report this", report.safe(channel.name))
            self._resting[channel.name] = time.monotonic() + AFTER_A_BUG
        finally:
            self._in_hand.discard(channel.name)
            self._crew.changed.set()

    def _sent(self, sent: Sent) -> None:
        report.sent(log, sent)
        self._crew.heard(sent)

    def close(self) -> None:
        """Start nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
