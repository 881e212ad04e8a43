"""deliver(lane): from the outbox to a channel. `sending` commits before a byte leaves, the answer after."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeAlias

from bot.config import Config
from bot.core import lane, render
from bot.edge.store import Transaction, channels, lost, outbox, window
from bot.errors import StateBusy, StateFull
from bot.model import AlertState, Answer, Channel, OutboxRow
from bot.pipeline.edges import Edges
from bot.pipeline.neighbours import Neighbours
from bot.pipeline.outcomes import Sent
from bot.pipeline.waiting import Waiting

# Times 5 s that an answer waits for another process's lock on the state (a backup, a VACUUM).
KEEP_TRIES = 12
# Seconds of a pause between two messages that a lane sits out; it comes back for a longer one, which goes by the bot's clock.
LONGEST_REST = 10.0

# Kinds of receivers that ask for no pause after a message they took.
UNPACED = frozenset({"webhook", "console", "mattermost"})
_Keep: TypeAlias = Callable[[Transaction], None] | None  # what is to be committed of an attempt; None: nothing
_BROKEN_OFF = "broken off between two of its messages: the rest follows"
_SPENT = "the rest of its messages waits for the channel's budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What is kept of an attempt: the answer, the state of the alert then, when it is due; ``simpler``: as plain text."""

    answer: Answer
    state: AlertState
    due: datetime | None = None
    simpler: bool = False


class Courier:
    """Empties the channels' lanes."""

    def __init__(self, config: Config, edges: Edges, chance: Callable[[], float]) -> None:
        self.edges, self.urgent, self.chance = edges, config.urgent, chance
        self._neighbours = Neighbours(config)

    def deliver(
        self, channel: Channel, clock: Callable[[], datetime], tell: Callable[[Sent], None], going: Callable[[], bool]
    ) -> None:
        """Send what the channel's lane holds, in order, until it is empty or has to wait; ``tell`` hears of each."""
        self._hold_lost(channel)
        free = False
        waiting = Waiting(self.edges.store, channel, lane.rules(channel, self.urgent))
        while going() and not self.edges.stopping():
            step = waiting.next_step(clock())
            if step.merge:
                with self.edges.store.write() as tx:
                    outbox.merge(tx, step.merge, clock())
                waiting.changed()
            elif step.send is None or not (free or self._turn(channel, clock, going)):
                return
            else:
                free = self._send_on(channel, step.send, waiting, clock, going, tell)

    def _send_on(
        self, channel: Channel, seq: int, waiting: Waiting, clock: Callable[[], datetime], going: Callable[[], bool],
        tell: Callable[[Sent], None],
    ) -> bool:  # fmt: skip
        """Send an alert, and those behind it as long as nothing is in the way. Whether nothing is in the next one's way.

        Where the next one is known, it is taken up in the transaction that keeps the answer to this one: half the commits.
        """
        free, alone = False, channel.kind in UNPACED and len(self._neighbours.concerned(channel)) == 1
        with self.edges.store.write() as tx:
            row = outbox.take(tx, seq, clock())
        if row is None:
            waiting.changed()  # a person dropped it
        while row is not None:
            sent, outcome = self._try(channel, row, clock, going)
            waiting.sent(row.seq, sent.state, clock())
            # Only this lane's own answers bar the channel then, and it just got a good one: no need to look again.
            free = sent.state == "delivered" and alone
            on = free and going() and not self.edges.stopping()
            row = self._keep_and_take(outcome, waiting.at_hand(clock()) if on else None, clock)
            tell(sent)
        return free

    def _hold_lost(self, channel: Channel) -> None:
        """An alert found as `sending` when a lane begins lost its answer: a full disk, say, kept us from keeping it."""
        if channel.on_ambiguous == "hold":
            with self.edges.store.read() as connection:
                found = lost.any_lost(connection, channel.name)
            if found:
                with self.edges.store.write() as tx:
                    lost.hold_lost(tx, channel.name)

    def _turn(self, channel: Channel, clock: Callable[[], datetime], going: Callable[[], bool]) -> bool:
        """Wait out the pause before the channel's next message; False where it may not be sent anything now."""
        while True:
            with self.edges.store.read() as connection:
                found = channels.standing(connection, channel)
            if found is None:
                return True
            if not found.lets_pass(clock()):
                return False
            seconds = (found.paced_until - self.edges.real()).total_seconds() if found.paced_until else 0.0
            if not 0 < seconds <= LONGEST_REST:  # more than was ever set: the real clock was put back
                return True
            self.edges.rest(seconds)
            if self.edges.stopping() or not going():
                return False

    def _try(
        self, channel: Channel, row: OutboxRow, clock: Callable[[], datetime], going: Callable[[], bool]
    ) -> tuple[Sent, _Keep]:
        """Send an alert that was taken up; what came of it, and what is to be kept of that."""
        answer = self._post(channel, row, clock, going)
        if isinstance(answer, str):
            pause = partial(window.pause, seq=row.seq, why=answer, now=clock())
            return Sent(alert=row.alert, state="paused", why=answer, due=None), pause
        if answer.state == "retry" and answer.status is None and self.edges.stopping():
            # Cut off by us, and not the receiver's failure: it is sent (again) at the next start.
            cut_short = replace(answer, why="cut off: the bot is being stopped")
            if answer.ambiguous:  # left as `sending`
                return Sent(alert=row.alert, state="sending", why=cut_short.why, due=None), None
            outcome = _Outcome(answer=cut_short, state="queued")
        else:
            outcome = self._judged(channel, row, answer, clock())  # Retry-After counts from the answer
        settle = partial(self._settle, channel=channel, row=row, outcome=outcome, now=clock())
        state = "sending" if outcome.state == "queued" and outcome.answer.state == "retry" else outcome.answer.state
        return Sent(alert=row.alert, state=state, why=outcome.answer.why, due=outcome.due), settle

    def _judged(self, channel: Channel, row: OutboxRow, answer: Answer, now: datetime) -> _Outcome:
        """What becomes of the alert after an answer."""
        if answer.plain and not row.plain:
            return _Outcome(answer=replace(answer, state="retry"), state="retry", due=now, simpler=True)
        if answer.ambiguous and channel.on_ambiguous == "hold":
            return _Outcome(answer=replace(answer, state="parked", why=f"{answer.why}; {lost.HELD}"), state="parked")
        if answer.state == "disabled":
            return _Outcome(answer=answer, state="queued")  # it waits with the others until the channel is repaired
        if answer.state != "retry":
            return _Outcome(answer=replace(answer, ambiguous=False), state=answer.state)
        due = lane.again(row.tries, row.since, answer.retry_after, now, self.chance())
        if due is None:
            given_up = replace(answer, state="parked", why=f"given up after 75 hours: {answer.why}", ambiguous=False)
            return _Outcome(answer=given_up, state="parked")
        return _Outcome(answer=answer, state="retry", due=due)

    def _keep_and_take(self, outcome: _Keep, seq: int | None, clock: Callable[[], datetime]) -> OutboxRow | None:
        """Commit what a channel answered, and with it that the next alert is being sent; the answer alone if need be.

        Whatever is wrong with the next alert, this one was sent: what is met here is met again when that is taken up alone.
        """
        if outcome is None:
            return None
        if seq is not None:
            with suppress(Exception), self.edges.store.write() as tx:
                outcome(tx)
                return outbox.take(tx, seq, clock())
        self._keep(outcome)
        return None

    def _keep(self, outcome: Callable[[Transaction], None]) -> None:
        """Commit what a channel answered, patiently: an answer that is lost means that the message is sent again."""
        for patience in range(KEEP_TRIES, 0, -1):
            try:
                with self.edges.store.write() as tx:
                    outcome(tx)
            except (StateBusy, StateFull):
                if patience == 1 or self.edges.stopping():
                    raise
            else:
                return

    def _post(self, channel: Channel, row: OutboxRow, clock: Callable[[], datetime], going: Callable[[], bool]) -> Answer | str:
        """Send the messages of an alert that were not accepted yet; the first that fails decides.

        A text: why the rest of them waits.
        """
        payloads = render.for_channel(row.alert, channel, plain=row.plain)
        # The last message is no part, so one is always left; unless the channel is of another kind now: then all is told anew.
        begun = row.parts if row.parts < len(payloads) else 0
        answer = Answer(state="parked", why="there is nothing to send")
        for number, payload in enumerate(payloads[begun:], begun + 1):
            answer = self.edges.sender.send(channel, row.alert.id, payload, attempt=row.tries)
            if answer.state != "delivered":
                break
            if number < len(payloads):
                now = clock()
                self._keep(partial(self._part_accepted, channel=channel, row=row, answer=answer, now=now))
                with self.edges.store.read() as connection:
                    sent = window.sent_within(connection, channel.name, channel.budget.per, now)
                if not lane.may_go_on(sent, channel.budget):
                    return _SPENT
                if self.edges.stopping() or not self._turn(channel, clock, going):
                    return _BROKEN_OFF
        return answer

    def _part_accepted(self, tx: Transaction, *, channel: Channel, row: OutboxRow, answer: Answer, now: datetime) -> None:
        outbox.part_accepted(tx, row.seq, now)
        self._obey(tx, channel, answer, now)

    def _settle(self, tx: Transaction, *, channel: Channel, row: OutboxRow, outcome: _Outcome, now: datetime) -> None:
        if outcome.simpler:
            outbox.use_plain(tx, row.seq)
        outbox.settle(tx, row.seq, outcome.answer, now=now, due=outcome.due, state=outcome.state)
        self._obey(tx, channel, outcome.answer, now)
        if outcome.answer.state == "disabled":
            refused = self._neighbours.of_address(channel)
            for each in [each for each in refused if channels.disable(tx, each, outcome.answer.why, now)]:
                self._neighbours.tell(tx, each, outcome.answer.why, now)

    def _obey(self, tx: Transaction, channel: Channel, answer: Answer, now: datetime) -> None:
        """Keep what the receiver asked for, for every channel that it concerns and over the next start."""
        if answer.retry_after is not None:
            wish = lane.later(now, answer.retry_after)
            for each in self._neighbours.concerned(channel, everywhere=answer.everywhere):
                channels.hold(tx, each, wish)
        if answer.pause > 0:
            for each in self._neighbours.concerned(channel):
                if answer.pause <= LONGEST_REST:
                    channels.pace(tx, each, lane.later(self.edges.real(), answer.pause))
                else:
                    channels.hold(tx, each, lane.later(now, answer.pause))
