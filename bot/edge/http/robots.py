"""robots.txt (RFC 9309), asked before an article page is fetched. Rules are matched by protego."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from bot.edge.http.door import Door
from bot.edge.http.trouble import Trouble
from bot.edge.http.urls import Address, parse
from bot.model import Fetched, FetchFailure

if TYPE_CHECKING:
    from protego import Protego

PRODUCT = "Storywatch"  # the product token of RFC 9309 section 2.2.1 that a site can name us by

READ_BYTES = 500 * 1024  # section 2.5: the least that a crawler must read
FRESH_SECONDS = 24 * 3600.0  # section 2.4: the longest that a copy should be used
UNREACHABLE_SECONDS = 600.0  # section 2.3.1.4: until it can be read everything is forbidden, so ask again soon
MOST_HOSTS = 2_000
MOST_CHARACTERS = 4_000_000  # of all the rules kept; a site's are mostly below 2,000

Key: TypeAlias = tuple[tuple[str, str, int], bool]

_AGENT = re.compile(r"user[- ]?agent\s*[:\s]\s*(.*)", re.IGNORECASE | re.ASCII)
_TOKEN = re.compile(r"[A-Za-z_-]+")
_SITE_WIDE = ("sitemap", "site-map", "host")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What a site says to us: its rules as text, or why they could not be read; and until when it counts."""

    text: str
    failure: FetchFailure | None
    until: float


class Robots:
    """Answers by site, remembered; used by many threads at once."""

    def __init__(self, door: Door, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._door, self._clock = door, clock
        self._lock = threading.Lock()
        self._known: OrderedDict[Key, _Rules] = OrderedDict()
        self._characters = 0

    def allows(self, url: str, *, inside: bool = False) -> str | None:
        """None when the page may be fetched, else the reason in words. May fetch robots.txt, paced as any request."""
        failure = self.gate(url, inside)
        return None if failure is None else failure.why

    def gate(self, url: str, inside: bool, seconds: float | None = None) -> FetchFailure | None:
        """The same for ``Door.get(gate=...)``, which asks it at every hop: the rules of each site on the way hold."""
        try:
            address = parse(url)
        except Trouble:
            return None  # the door has the words for it
        rules = self._rules(address, inside, seconds)
        if rules.failure is not None:
            return rules.failure
        if not rules.text or _parsed(rules.text).can_fetch(address.text, PRODUCT):
            return None
        return FetchFailure(why="robots.txt forbids it", temporary=False)

    def _rules(self, address: Address, inside: bool, seconds: float | None) -> _Rules:
        key, now = (address.origin, inside), self._clock()
        with self._lock:
            known = self._known.get(key)
            if known is not None and known.until > now:
                self._known.move_to_end(key)
                return known
        site = Address(scheme=address.scheme, host=address.host, port=address.port, target="/robots.txt")
        rules = _judge(self._door.get(site.text, inside=inside, cap=READ_BYTES, cut=True, within=seconds), now)
        self._remember(key, rules)
        return rules

    def _remember(self, key: Key, rules: _Rules) -> None:
        with self._lock:
            self._forget(key)
            self._known[key] = rules
            self._characters += len(rules.text)
            while len(self._known) > MOST_HOSTS or (self._characters > MOST_CHARACTERS and len(self._known) > 1):
                self._forget(next(iter(self._known)))

    def _forget(self, key: Key) -> None:
        if (rules := self._known.pop(key, None)) is not None:
            self._characters -= len(rules.text)


@lru_cache(maxsize=2)
def _parsed(text: str) -> Protego:
    """Parsed at each use, not kept: 0.1 ms for most sites, where a parsed half megabyte takes 0.3 s and 15 MB.

    The last ones are kept all the same, so that such a site costs that once and not with each page.
    """
    from protego import Protego

    return Protego.parse(text)


def _judge(answer: Fetched | FetchFailure, now: float) -> _Rules:
    """RFC 9309 section 2.3.1: 2xx is read; 5xx or no answer forbids for now; anything else allows everything."""
    later = now + UNREACHABLE_SECONDS
    if isinstance(answer, FetchFailure):
        why = f"robots.txt could not be read: {answer.why}"
        return _Rules(text="", failure=FetchFailure(why=why, temporary=answer.temporary), until=later)
    if answer.status >= 500:
        why = f"robots.txt could not be read: HTTP {answer.status}"
        return _Rules(text="", failure=FetchFailure(why=why, temporary=True, status=answer.status), until=later)
    text = ours(answer.body.decode("utf-8-sig", errors="replace")) if 200 <= answer.status < 300 else ""
    return _Rules(text=text, failure=None, until=now + FRESH_SECONDS)


def ours(text: str) -> str:
    """The groups of a robots.txt that name us or everybody, with those two names alone.

    Keeps the parser's work in proportion: it stores each rule once for every agent of its group,
    so half a megabyte of agents and rules would otherwise become a hundred million rules.
    """
    return "\n".join(_ours(text))


def _ours(text: str) -> Iterator[str]:
    names: set[str] = set()  # the agents of the group being read that concern us
    open_ = False  # still among its user-agent lines
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        if (agent := _AGENT.match(line)) is not None:
            names = names if open_ else set()
            open_ = True
            if (name := _name(agent[1])) and name not in names:
                names.add(name)
                yield f"User-agent: {name}"
        elif line and not line.lower().startswith(_SITE_WIDE):
            open_ = False
            if names:
                yield line


def _name(value: str) -> str:
    if value == "*":
        return "*"
    token = _TOKEN.match(value)
    return PRODUCT if token is not None and token[0].lower() == PRODUCT.lower() else ""
