"""One request and its answer, over a connection that the guard has judged."""

from __future__ import annotations

import http.client
import logging
import re

from urllib3 import exceptions as foreign
from urllib3.response import BaseHTTPResponse

from bot.edge.http.asking import Answer, Ask, Care
from bot.edge.http.body import read_body
from bot.edge.http.budget import Budget
from bot.edge.http.keep import Kept
from bot.edge.http.line import Connection, hang_up, rearm
from bot.edge.http.routes import Routes
from bot.edge.http.transport import Prepared, Session
from bot.edge.http.trouble import Trouble, translate

# urllib3 writes whole addresses into its log lines, and a channel's address is a secret.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)

REDIRECTS = frozenset({301, 302, 303, 307, 308})  # RFC 9110 section 15.4
# Enough to recognise a challenge page or a channel's error word; a bomb in an error page gets no further.
ERROR_BYTES = 64 * 1024

# C1 controls stay: in a tag they are bytes of UTF-8, and tags go back verbatim. Whoever prints a header escapes it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Wire:
    """Carries single requests; may be shared between threads."""

    def __init__(self, routes: Routes) -> None:
        self._routes, self._kept = routes, Kept()
        self._session = Session()

    def close(self) -> None:
        """Close what idles, keep nothing from now on, wait for DNS no longer."""
        self._routes.close()
        self._kept.close()

    def carry(self, ask: Ask, budget: Budget) -> Answer:
        """Send a request, read its answer. Raises Trouble; its ``sent`` says whether bytes may have left.

        A POST gets a connection of its own: on one that idled, a message lost in the server's
        closing it could not be told from one that arrived.
        """
        budget.expect_headers()
        before = budget.received
        if ask.method == "GET" and (idle := self._kept.take(ask.key)) is not None:
            try:
                return self._converse(idle, ask, budget)
            except Trouble:
                if budget.received != before:
                    raise
                # Not a byte came back: the server closed while idle, and a GET may be asked again (RFC 9110 section 9.2.2).
        return self._converse(self._routes.open(ask.address, budget, inside=ask.inside), ask, budget)

    def _converse(self, connection: Connection, ask: Ask, budget: Budget) -> Answer:
        keep = False
        try:
            response = self._send(connection, ask, budget)
            try:
                answer = _read(response, ask, budget, inside=connection.inside)
                ended = response.length_remaining == 0 or response.closed
                keep = ended and ask.method == "GET" and connection.sock is not None
            finally:
                response.close()
        except Trouble as trouble:
            trouble.sent = True
            raise
        finally:
            budget.let_go()
            if keep:
                self._kept.give(ask.key, connection)
            else:
                hang_up(connection)
        return answer

    def _send(self, connection: Connection, ask: Ask, budget: Budget) -> BaseHTTPResponse:
        target, extra = self._routes.request_line(ask.address)
        headers = {**ask.headers, **extra} if extra else ask.headers
        try:
            rearm(connection, budget)
            return self._session.carry(Prepared(connection, ask.method, target, headers, ask.body))
        except (TimeoutError, foreign.TimeoutError):
            raise budget.late() from None
        except (OSError, http.client.HTTPException, foreign.HTTPError, ValueError) as error:
            raise translate(error) from None


def _read(response: BaseHTTPResponse, ask: Ask, budget: Budget, *, inside: bool) -> Answer:
    if response.status < 200:  # 101: what follows is another protocol
        raise Trouble(f"it gave no final answer (HTTP {response.status})", temporary=True)
    headers = {name.lower(): _printable(value) for name, value in response.headers.itermerged()}
    status, location = response.status, _location(response, ask)
    if location is not None:
        return Answer(status=status, headers=headers, inside=inside, location=location)
    error = status >= 400
    try:
        care: Care = "any" if error else ask.care
        body = read_body(response, min(ask.cap, ERROR_BYTES) if error else ask.cap, care, budget, ask.spool)
    except Trouble as trouble:
        trouble.status = status
        raise
    return Answer(status=status, headers=headers, inside=inside, body=body)


def _location(response: BaseHTTPResponse, ask: Ask) -> str | None:
    if response.status not in REDIRECTS or ask.method != "GET":
        return None
    return next(iter(response.headers.getlist("location")), "") or None


def _printable(value: str) -> str:
    return _CONTROL.sub(" ", value) if _CONTROL.search(value) else value
