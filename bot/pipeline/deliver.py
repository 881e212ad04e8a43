"""deliver(lane): from the outbox to a channel. `sending` commits before a byte leaves, the answer after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.core import lane, render
from bot.edge.store import Transaction, outbox, window
from bot.errors import StateBusy
from bot.model import Alert, Answer, Channel, OutboxRow
from bot.pipeline.edges import Edges

# Times 5 s that an answer waits for another process's lock on the state (a backup, a VACUUM).
KEEP_TRIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one alert in its lane. ``due``: when it is tried again."""

    alert: Alert
    state: str
    why: str
    due: datetime | None


class Courier:
    """Empties the channels' lanes."""

    def __init__(self, edges: Edges, urgent: frozenset[str], chance: Callable[[], float]) -> None:
        self.edges, self.urgent, self.chance = edges, urgent, chance

    def deliver(self, channel: Channel, clock: Callable[[], datetime], tell: Callable[[Sent], None]) -> None:
        """Send what the channel's lane holds, in order, until it is empty or has to wait; ``tell`` hears of each."""
        while not self.edges.stopping():
            now = clock()
            with self.edges.store.read() as connection:
                queue, sent = window.look(connection, channel.name, channel.budget.per, now)
            step = lane.next_step(queue, sent, lane.rules(channel, self.urgent), now)
            if step.merge:
                with self.edges.store.write() as tx:
                    outbox.merge(tx, step.merge, now)
            elif step.send is not None:
                tell(self._send(channel, step.send, clock))
            else:
                return

    def _send(self, channel: Channel, seq: int, clock: Callable[[], datetime]) -> Sent:
        with self.edges.store.write() as tx:
            row = outbox.take(tx, seq, clock())
        answer = self._post(channel, row, clock)
        if answer is None:
            return self._pause(row, clock())
        if answer.state == "retry" and self.edges.stopping():
            # Cut off by us, and not the receiver's failure: left as `sending`, it is sent again at the next start.
            return Sent(alert=row.alert, state="sending", why="cut off: the bot is being stopped", due=None)
        now = clock()  # Retry-After counts from the answer
        simpler = answer.plain and not row.plain
        answer, due = (replace(answer, state="retry"), now) if simpler else self._after(row, answer, now)
        self._keep(partial(_settle, seq=seq, answer=answer, simpler=simpler, now=now, due=due))
        return Sent(alert=row.alert, state=answer.state, why=answer.why, due=due)

    def _keep(self, outcome: Callable[[Transaction], None]) -> None:
        """Commit what a channel answered, patiently: an answer that is lost means that the message is sent again."""
        for patience in range(KEEP_TRIES, 0, -1):
            try:
                with self.edges.store.write() as tx:
                    outcome(tx)
            except StateBusy:
                if patience == 1 or self.edges.stopping():
                    raise
            else:
                return

    def _post(self, channel: Channel, row: OutboxRow, clock: Callable[[], datetime]) -> Answer | None:
        """Send the messages of an alert that were not accepted yet; the first that fails decides.

        None: the budget is spent before the last of them.
        """
        payloads = render.for_channel(row.alert, channel, plain=row.plain)
        answer = Answer(state="delivered", why="all its messages were accepted before")
        for number, payload in enumerate(payloads[row.parts :], row.parts + 1):
            answer = self.edges.sender.send(channel, row.alert.id, payload, attempt=row.tries)
            if answer.state != "delivered":
                break
            if number < len(payloads):
                now = clock()
                self._keep(partial(outbox.part_accepted, seq=row.seq, at=now))
                with self.edges.store.read() as connection:
                    sent = outbox.sent_since(connection, channel.name, now - channel.budget.per)
                if not lane.may_go_on(sent, channel.budget):
                    return None
        return answer

    def _pause(self, row: OutboxRow, now: datetime) -> Sent:
        why = "the rest of its messages waits for the channel's budget"
        self._keep(partial(window.pause, seq=row.seq, why=why, now=now))
        return Sent(alert=row.alert, state="paused", why=why, due=None)

    def _after(self, row: OutboxRow, answer: Answer, now: datetime) -> tuple[Answer, datetime | None]:
        if answer.state != "retry":
            return answer, None
        due = lane.again(row.tries, row.since, answer.retry_after, now, self.chance())
        if due is None:
            return replace(answer, state="parked", why=f"given up after 75 hours: {answer.why}"), None
        return answer, due


def _settle(tx: Transaction, *, seq: int, answer: Answer, simpler: bool, now: datetime, due: datetime | None) -> None:
    if simpler:
        outbox.use_plain(tx, seq)
    outbox.settle(tx, seq, answer, now=now, due=due)
