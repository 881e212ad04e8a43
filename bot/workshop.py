"""Where the parts are put together: the state, the door, the children and the workers of one run."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self, TextIO

from bot import __version__
from bot.config import Config
from bot.edge import memory
from bot.edge.http import Door, HostTurns, Paced, Robots
from bot.edge.pool import Pool
from bot.edge.send import Sender
from bot.edge.spool import Spool
from bot.edge.store import Store, open_state
from bot.pipeline import Edges, Pipeline
from bot.rounds import Crew, Heard, Rounds
from bot.rounds.timepiece import Timepiece

# Threads that poll and read pages. Waiting for servers is most of it: with 1 % silent feeds, 8 threads took twice
# the wall time of 32, and CPU was the same (performance.md, section 3).
WORKERS = 16


def user_agent(contact: str | None) -> str:
    """Who we are to the servers we ask (RFC 9110, 10.1.5), with a way to reach whoever runs this bot."""
    return f"Storywatch/{__version__} (news feed monitor{f'; {contact}' if contact else ''})"


class Workshop:
    """The edges of one run, opened together and closed in the right order."""

    def __init__(self, config: Config, stopping: threading.Event, out: TextIO | None = None) -> None:
        self.config, self.stopping, self.out = config, stopping, out or sys.stdout
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        memory.bound()
        with ExitStack() as opening:
            store: Store = open_state(self.config.state)
            opening.callback(store.close)
            turns = HostTurns(self.config.network.host_gap.total_seconds())
            spool = Spool(self.config.state.parent)  # on the state's disk: the system's place for such files may be in memory
            agent = user_agent(self.config.network.contact)
            self._door = Door(self.config.network, user_agent=agent, turns=turns, spool=spool)
            opening.callback(self._door.close)
            self._pool = Pool()
            opening.callback(self._pool.stop)
            self._workers = Paced(turns, WORKERS)
            opening.callback(self._workers.stop, 1.0)
            sender = Sender(self._door.post, self.out)
            robots = Robots(self._door)
            self.edges = Edges(
                store=store, door=self._door, robots=robots, pool=self._pool, sender=sender, spool=spool,
                stopping=self.stopping.is_set, rest=self.stopping.wait,
            )  # fmt: skip
            self._closing = opening.pop_all()
        return self

    def rounds(self, clock: Callable[[], datetime], heard: Heard | None = None) -> Rounds:
        """Rounds of work under the configuration, at the given clock (cut to the milliseconds the state keeps)."""

        def whole_milliseconds() -> datetime:
            now = clock()
            return now.replace(microsecond=now.microsecond // 1000 * 1000)

        timepiece = clock if isinstance(clock, Timepiece) else None
        crew = Crew(clock=whole_milliseconds, stopping=self.stopping.is_set, timepiece=timepiece)
        return Rounds(Pipeline(self.config, self.edges), self._workers, replace(crew, heard=heard) if heard else crew)

    def cut(self) -> None:
        """Break off every connection and child: what was in hand ends at once, unrecorded."""
        self._door.close()
        self._pool.stop()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._closing.__exit__(kind, error, trace)
