"""The door itself: whole fetches, redirects followed by hand, each hop judged and paced like the first.

Nothing here or below looks at the environment, a netrc file or cookies, and nothing is asked
twice: when to try again is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from bot.edge.http.asking import Answer, Ask, Care
from bot.edge.http.budget import Budget
from bot.edge.http.guard import Guard
from bot.edge.http.names import Resolver, system_resolver
from bot.edge.http.pacing import HostTurns
from bot.edge.http.trouble import Trouble, refused
from bot.edge.http.urls import Address, join, parse
from bot.edge.spool import Spool, Spooled
from bot.model import Fetched, FetchFailure, Network, Secret

if TYPE_CHECKING:
    from bot.edge.http.exchange import Wire

# Asked before every hop with address, inside and the seconds left; a failure ends the fetch.
Gate: TypeAlias = Callable[[str, bool, float], FetchFailure | None]

# Browsers follow 20, RFC 9309 wants 5 for robots.txt; aggregator links need up to 6 (shortener, consent, http, www, slash).
MOST_REDIRECTS = 10
PERMANENT = frozenset({301, 308})  # RFC 9110, sections 15.4.2 and 15.4.9
POST_ANSWER_BYTES = 64 * 1024
BEGINNING = 64 * 1024  # bytes of a body on disk that are at hand: enough to recognise a challenge page

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.1
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # RFC 9110 section 5.5
_NOTHING: Mapping[str, str] = MappingProxyType({})
_NO_SECRETS: Mapping[str, Secret] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Want:
    """What stays the same over the hops of one fetch."""

    headers: Mapping[str, str] = field(repr=False)
    private: Mapping[str, Secret]
    cap: int
    care: Care
    turn: bool
    gate: Gate | None
    spool: Spool | None


class Door:
    """The only way to the network; one for the whole process, used by many threads at once."""

    def __init__(
        self,
        network: Network,
        *,
        user_agent: str,
        resolve: Resolver | None = None,
        turns: HostTurns | None = None,
        spool: Spool | None = None,
    ) -> None:
        """Raise ValueError for a range in ``network.allow`` that is none; ``turns`` are shared with the workers."""
        self._spool = spool or Spool()
        self._seconds = network.deadline.total_seconds()
        self._turns = HostTurns(network.host_gap.total_seconds()) if turns is None else turns
        self._guard = Guard.of(network.allow)
        self._network, self._resolve = network, resolve or system_resolver
        self._wire: Wire | None = None
        self._making = Lock()
        self._lock, self._live, self._closed = Lock(), set[Budget](), False
        self._base = {"User-Agent": user_agent, "Accept": "*/*"}

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        private: Mapping[str, Secret] | None = None,
        inside: bool = False,
        cap: int,
        turn: bool = True,
        cut: bool = False,
        gate: Gate | None = None,
        within: float | None = None,
        spool: bool = False,
    ) -> Fetched | FetchFailure:
        """Fetch an address; any status is an answer.

        ``headers`` go to every hop, ``private`` ones to the origin of ``url`` only. ``inside``: the
        address is one of the config or from something inside, so it may lie in ``network.allow``; a
        redirect may lead inside only from a hop that was. ``cap``: bytes of decoded body; ``cut``: a
        longer body is cut there instead of refused. The body of an error answer is cut at 64 KB.
        ``turn``: wait for the host's turn. ``within``: less time than ``network.deadline``, in seconds. ``spool``: a
        large body is left on disk (:attr:`Fetched.on_disk`), for whoever may have to wait with it.
        """
        want = _Want(
            headers=headers or _NOTHING,
            private=private or _NO_SECRETS,
            cap=cap,
            care="cut" if cut else "whole",
            turn=turn,
            gate=gate,
            spool=self._spool if spool else None,
        )
        with self._fetch(within) as budget:
            try:
                return self._walk(url.strip(" "), inside, want, budget)
            except Trouble as trouble:
                return _failure(trouble, budget)

    def post(self, url: Secret, body: bytes, headers: Mapping[str, str]) -> Fetched | FetchFailure:
        """Send a message to a channel, as an address of the config; a redirect is an answer, not followed.

        At most 64 KB of the answer are read. A failure says whether the message may have left. The
        address, a secret, is neither in the answer nor in a failure.
        """
        with self._fetch(None) as budget:
            try:
                ask = Ask(
                    address=parse(url.reveal()),
                    headers=self._headers(headers, {"Connection": "close"}),
                    inside=True,
                    cap=POST_ANSWER_BYTES,
                    care="any",
                    method="POST",
                    body=body,
                )
                return _fetched(str(url), self._carry(ask, budget))
            except Trouble as trouble:
                failure = _failure(trouble, budget)
                return replace(
                    failure, why=failure.why + ("; the message may have arrived" if trouble.sent else "; nothing was sent")
                )

    def close(self) -> None:
        """Break off every fetch under way, whatever it waits for, and refuse those that come: all fail, temporarily."""
        with self._lock:
            self._closed = True
            for budget in self._live:
                budget.cut()
        self._turns.dismiss()
        with self._making:
            if self._wire is not None:
                self._wire.close()

    def _carry(self, ask: Ask, budget: Budget) -> Answer:
        """Over the wire, which is made for the first request: a pass with nothing to do need not load requests and urllib3."""
        if self._wire is None:
            with self._making:
                if self._wire is None:
                    from bot.edge.http.exchange import Wire
                    from bot.edge.http.routes import Routes

                    budget.left()  # raises once the door is closed: nobody would close this wire any more
                    self._wire = Wire(Routes(self._network, self._guard, self._resolve))
        return self._wire.carry(ask, budget)

    @contextmanager
    def _fetch(self, within: float | None) -> Iterator[Budget]:
        budget = Budget(self._seconds if within is None else min(within, self._seconds))
        with self._lock:
            self._live.add(budget)
            if self._closed:
                budget.cut()
        try:
            yield budget
        finally:
            with self._lock:
                self._live.discard(budget)

    def _walk(self, url: str, inside: bool, want: _Want, budget: Budget) -> Fetched | FetchFailure:
        origin = parse(url).origin
        seen: set[Address] = set()
        moved: str | None = None
        permanent = True
        while len(seen) <= MOST_REDIRECTS:
            address = parse(url)
            if address in seen:
                raise refused("it redirects in a circle")
            seen.add(address)
            if want.gate is not None and (stopped := want.gate(url, inside, budget.left())) is not None:
                return stopped
            answer = self._hop(address, inside, want, budget, known=address.origin == origin)
            if answer.location is None:
                return replace(_fetched(url, answer), moved=moved)
            url, inside = join(url, answer.location), answer.inside
            permanent = permanent and answer.status in PERMANENT
            moved = url if permanent else moved
        raise refused(f"it redirects more than {MOST_REDIRECTS} times")

    def _hop(self, address: Address, inside: bool, want: _Want, budget: Budget, *, known: bool) -> Answer:
        private = {name: secret.reveal() for name, secret in want.private.items()} if known else _NOTHING
        headers = self._headers(want.headers, private)
        ask = Ask(address=address, headers=headers, inside=inside, cap=want.cap, care=want.care, spool=want.spool)
        with self._turns.turn(address.authority, budget.left()) if want.turn else nullcontext(True) as granted:
            if not granted:
                raise budget.late("no turn at its host")
            return self._carry(ask, budget)

    def _headers(self, *more: Mapping[str, str]) -> dict[str, str]:
        headers = dict(self._base)
        for some in more:
            for name, value in some.items():
                if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
                    raise refused("a header of the request has characters that HTTP does not take")
                headers[name.title()] = value
        headers["Accept-Encoding"] = "gzip"  # the one coding that is unpacked here; br and zstd make the better bombs
        return headers


def _failure(trouble: Trouble, budget: Budget) -> FetchFailure:
    """What the fetch's caller hears; of a fetch that was cut only that, for its own words would blame the server."""
    told = budget.cut_short() if budget.was_cut else trouble
    return FetchFailure(
        why=told.why, temporary=told.temporary, status=trouble.status, sent=trouble.sent, kind=told.kind, closed=told.closed
    )


def _fetched(url: str, answer: Answer) -> Fetched:
    found = Fetched(url=url, status=answer.status, headers=answer.headers, body=b"", inside=answer.inside)
    if isinstance(answer.body, Spooled):
        return replace(found, body=answer.body.read(BEGINNING), on_disk=answer.body)
    return replace(found, body=answer.body)
