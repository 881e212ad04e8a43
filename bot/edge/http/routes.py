"""How a request gets to its host: straight to a judged address, or through the configured proxy."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock
from typing import Self
from urllib.parse import unquote

from bot.edge.http.budget import Budget
from bot.edge.http.guard import Guard, is_web_port
from bot.edge.http.line import Connection, Dialled, Plain, Secure, dial, hang_up, open_line, tls_context
from bot.edge.http.names import Names, Resolver, is_literal
from bot.edge.http.trouble import Trouble, refused
from bot.edge.http.urls import Address, parse
from bot.model import Network, Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """The proxy of ``network.proxy`` and the header that it wants."""

    address: Address
    headers: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, secret: Secret) -> Self:
        """Read ``http://user:password@host:port``. Raises Trouble."""
        scheme, _, rest = secret.reveal().partition("://")
        user, at, host = rest.rpartition("@")
        try:
            address = parse(f"{scheme}://{host}")
        except Trouble as trouble:
            raise refused(f"network.proxy cannot be used: {trouble.why}") from None
        if address.scheme != "http":
            raise refused("network.proxy cannot be used: it must begin with http://")
        token = base64.b64encode(unquote(user).encode()).decode()
        return cls(address=address, headers={"Proxy-Authorization": f"Basic {token}"} if at else {})


class Routes:
    """Opens connections.

    Without a proxy every address of a name is judged, and the one judged is the one connected to.

    With a proxy the guard sees less, because names are then resolved *by the proxy*: judged here are
    the proxy's own address (as one of the config: public, or in ``network.allow``), scheme and port,
    ``localhost``, and hosts that are written as addresses. The proxy itself must keep names that
    point to private addresses out, and no name counts as inside.
    """

    def __init__(self, network: Network, guard: Guard, resolve: Resolver) -> None:
        self._guard = guard
        self._names = Names(resolve)
        self._proxy, self._ca = network.proxy, network.ca
        self._lock = Lock()
        self._context: ssl.SSLContext | None = None

    def open(self, address: Address, budget: Budget, *, inside: bool) -> Connection:
        """A fresh connection for one origin and policy. Raises Trouble; nothing was sent then."""
        if self._proxy is None:
            connection = self._line(address.scheme, address)
            connection.dial = partial(self._straight, address, inside)
        else:
            connection = self._through(Proxy.of(self._proxy), address, inside)
        try:
            open_line(connection, budget)
        except Trouble:
            budget.let_go()
            hang_up(connection)
            raise
        return connection

    def close(self) -> None:
        """Stop waiting for DNS."""
        self._names.close()

    def request_line(self, address: Address) -> tuple[str, Mapping[str, str]]:
        """What to ask for, and headers for the proxy: only plain http goes to it unwrapped."""
        if self._proxy is None or address.scheme == "https":
            return address.target, {}
        return address.text, Proxy.of(self._proxy).headers

    def _straight(self, address: Address, inside: bool, budget: Budget) -> Dialled:
        answers = self._names.addresses(address.host, address.port, budget)
        return dial(self._guard.permitted(answers, address.port, inside=inside), address.port, budget)

    def _through(self, proxy: Proxy, address: Address, inside: bool) -> Connection:
        within = self._judge_unresolved(address, inside)
        connection = self._line(address.scheme, proxy.address)
        if isinstance(connection, Secure):
            connection.set_tunnel(address.host, address.port, headers=dict(proxy.headers))

        def to_proxy(budget: Budget) -> Dialled:
            return replace(self._straight(proxy.address, True, budget), inside=within)

        connection.dial = to_proxy
        return connection

    def _judge_unresolved(self, address: Address, inside: bool) -> bool:
        """Judge what can be judged without resolving; whether the address is inside."""
        if is_literal(address.host):
            return self._guard.permitted([address.host], address.port, inside=inside)[0].inside
        if address.host == "localhost" or address.host.endswith(".localhost"):  # RFC 6761: the proxy itself
            raise refused("its host would be the proxy itself")
        if not inside and not is_web_port(address.port):
            raise refused(f"port {address.port} is not one of the web")
        return False

    def _line(self, scheme: str, end: Address) -> Connection:
        if scheme == "http":
            return Plain(end.host, end.port)
        return Secure(end.host, end.port, ssl_context=self._tls())

    def _tls(self) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                try:
                    self._context = tls_context(self._ca)
                except OSError:
                    raise Trouble("the certificates of network.ca cannot be read", temporary=True) from None
            return self._context
