"""requests, with a way out of our own: its sessions and messages, over connections that the guard has judged.

A transport adapter is the place that requests gives for this. What requests would do by itself is
switched off, because it undoes the guard: its preparation rewrites an address after it was judged, its
session reads and unpacks the whole body of every redirect even when told not to follow (300 KB became
631 MB), and it takes proxies, passwords and certificates from the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import BaseAdapter
from requests.hooks import default_hooks
from requests.structures import CaseInsensitiveDict
from urllib3.response import BaseHTTPResponse

from bot.edge.http.line import Connection


class Prepared(requests.PreparedRequest):
    """A request to be sent as it stands over one connection; ``url`` is what its request line asks for."""

    def __init__(self, line: Connection, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> None:
        super().__init__()
        self.line = line
        self.method, self.url, self.body = method, target, body
        self.headers = CaseInsensitiveDict(headers)
        self.hooks = default_hooks()


class Transport(BaseAdapter):
    """Sends a :class:`Prepared` over its connection. The answer's body is left in ``raw``, unread."""

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        """One request, one answer. urllib3's, http.client's and the sockets' errors pass through: exchange.py translates."""
        if not isinstance(request, Prepared):
            raise TypeError("a request that did not come through the door")
        line, response = request.line, requests.Response()
        with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before it had read all
            line.request(str(request.method), str(request.url), request.body, request.headers, preload_content=False)
        response.raw = line.getresponse()
        response.status_code, response.request = response.raw.status, request
        return response

    def close(self) -> None:
        """Nothing to do: connections are kept elsewhere (keep.py)."""


class Session(requests.Session):
    """A session that follows no redirect, keeps no cookie and does not look at the environment."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http", "https"):
            self.mount(f"{scheme}://", Transport())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, so that no redirect's body is touched: the door follows them itself, hop by hop."""
        del resp

    def get_adapter(self, url: str | bytes) -> BaseAdapter:
        """The one there is: ``url`` may be a bare path here."""
        del url
        return self.adapters["https://"]

    def carry(self, prepared: Prepared) -> BaseHTTPResponse:
        """Send a request and return its answer, headers read and body not."""
        answer: BaseHTTPResponse = self.send(prepared, stream=True, allow_redirects=False, proxies={}).raw
        return answer
