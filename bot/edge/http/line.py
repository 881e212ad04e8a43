"""Sockets that keep a deadline, and connections that go only where the guard said.

urllib3 makes the requests and TLS; two things are ours. Its connection's ``_new_conn`` (a
private method: hence ``urllib3<3`` in pyproject.toml) is replaced, so that the address judged
is the address connected to, while Host, SNI and certificate go by the name. And its sockets are
of our classes, whose every read and write gets just the time that the fetch has left.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection

from bot.edge.http.budget import Budget
from bot.edge.http.guard import Peer, plain
from bot.edge.http.trouble import Trouble, refused, translate

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

# RFC 8305 starts the next address after 0.25 s and races them; without a race, a dead one gets this much.
SECONDS_PER_ADDRESS = 5.0
MOST_ADDRESSES = 8  # of a name with hundreds of records


class TimedSocket(socket.socket):
    """A TCP socket whose operations end at the budget's deadline."""

    budget: Budget

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        """Read what is there, in the time that is left."""
        self.settimeout(self.budget.left())
        received = super().recv_into(buffer, nbytes, flags)
        self.budget.take(received)
        return received

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        """Send all of it in the time that is left."""
        self.settimeout(self.budget.left())
        super().sendall(data, flags)


class TimedTLS(ssl.SSLSocket):
    """The same within TLS. Handshake, read and write each keep to the time-out as a whole (``_ssl.c``)."""

    budget: Budget

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """Read what is there, in the time that is left."""
        self.settimeout(self.budget.left())
        received = super().recv_into(buffer, nbytes, flags)
        self.budget.take(received)
        return received

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        """Send all of it in the time that is left."""
        self.settimeout(self.budget.left())
        super().sendall(data, flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """A connected socket, and whether the peer lies in ``network.allow``."""

    sock: TimedSocket
    inside: bool


Dial: TypeAlias = Callable[[Budget], Dialled]  # resolves, judges and connects


class Final(http.client.HTTPResponse):
    """The final answer: interim ones before it are skipped, whichever they are (RFC 9110 section 15.2), not only 100.

    A web server that sends 103 (Early Hints) to everybody would else never be read. 101 is none of them: it ends HTTP.
    """

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # private, as _new_conn
        return version, http.client.CONTINUE if 101 < status < 200 else status, reason


class _Guarded:
    """The part of a connection that both schemes share. ``lifeline``: the socket by which it can be cut off."""

    response_class: type[http.client.HTTPResponse] = Final
    dial: Dial
    budget: Budget
    inside: bool
    lifeline: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        dialled = self.dial(self.budget)
        self.inside, self.lifeline = dialled.inside, dialled.sock
        return dialled.sock


class Plain(_Guarded, HTTPConnection):
    """An http connection to a judged address."""


class Secure(_Guarded, HTTPSConnection):
    """An https connection to a judged address; the certificate is checked against the name."""

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        self.lifeline = sock.dup()  # TLS takes the socket's descriptor over, and leaves an empty one behind
        try:
            self.budget.hold(self.lifeline)
        except Trouble:
            sock.close()
            raise
        return sock


Connection: TypeAlias = Plain | Secure


def open_line(connection: Connection, budget: Budget) -> None:
    """Connect, with TLS if it is https. Nothing of the request has left when this raises Trouble."""
    connection.budget = budget
    try:
        connection.connect()
    except TimeoutError:
        raise budget.late("no connection") from None
    except (OSError, ValueError, http.client.HTTPException) as error:  # the last two: a proxy's answer to CONNECT
        raise translate(error) from None


def rearm(connection: Connection, budget: Budget) -> None:
    """Put a connection under the budget of the fetch that uses it now."""
    sock = connection.sock
    if not isinstance(sock, TimedSocket | TimedTLS) or connection.lifeline is None:
        raise TypeError("a connection without one of our sockets")
    sock.budget = budget
    budget.hold(connection.lifeline)


def hang_up(connection: Connection) -> None:
    """Close a connection for good. Its own ``close`` is called by http.client too, while a body is still to be read."""
    connection.close()
    if connection.lifeline is not None:
        connection.lifeline.close()


def dial(peers: Sequence[Peer], port: int, budget: Budget) -> Dialled:
    """Connect to the first of the judged addresses that answers. Raises Trouble."""
    problem = budget.late("no connection")
    some = peers[:MOST_ADDRESSES]
    for after, peer in zip(reversed(range(len(some))), some, strict=True):
        seconds = min(budget.left() / (after + 1), SECONDS_PER_ADDRESS) if after else budget.left()
        try:
            return _connect(peer, port, seconds, budget)
        except TimeoutError:
            problem = budget.late("no connection")
        except OSError as error:
            problem = translate(error)
    raise problem


def _connect(peer: Peer, port: int, seconds: float, budget: Budget) -> Dialled:
    family = socket.AF_INET if peer.address.version == 4 else socket.AF_INET6
    sock = TimedSocket(family, socket.SOCK_STREAM)
    try:
        budget.hold(sock)
        sock.budget = budget
        sock.settimeout(seconds)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect((str(peer.address), port))
        if plain(sock.getpeername()[0]) != peer.address:
            raise refused("another address answered than the one that was judged")
        sock.settimeout(budget.left())
    except (OSError, Trouble):
        budget.let_go()
        sock.close()
        raise
    return Dialled(sock=sock, inside=peer.inside)


def tls_context(ca: str | None) -> ssl.SSLContext:
    """The one context of all https connections: loading the roots takes 20-40 ms, so it happens once.

    Roots are certifi's and those of ``network.ca``; nothing of the environment (SSL_CERT_FILE,
    SSLKEYLOGFILE) is looked at. Raises OSError when ``ca`` cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(certifi.where())
    if ca is not None:
        context.load_verify_locations(ca)
    context.sslsocket_class = TimedTLS
    return context
