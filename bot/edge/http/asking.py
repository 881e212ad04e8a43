"""One request and its answer, as values: what the door hands to the wire, and gets back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bot.edge.http.urls import Address
from bot.edge.spool import Spool, Spooled

# What becomes of a body that is too large or breaks off: nothing of it will do ("whole"); its beginning, if it is
# only too large ("cut": robots.txt); or whatever came ("any": an error page, a channel's answer).
Care: TypeAlias = Literal["whole", "cut", "any"]

# (scheme, host, port) and whether ranges of network.allow were open to the request that made the connection.
Key: TypeAlias = tuple[tuple[str, str, int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request for one hop. ``inside``: it may go to ranges of ``network.allow``. ``spool`` takes a large body."""

    address: Address
    headers: Mapping[str, str] = field(repr=False)
    inside: bool
    cap: int
    care: Care
    spool: Spool | None = None
    method: Literal["GET", "POST"] = "GET"
    body: bytes | None = field(default=None, repr=False)

    @property
    def key(self) -> Key:
        """What a kept connection must have been made for."""
        return self.address.origin, self.inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. ``location``: where a redirect leads that a GET follows; its body is never read."""

    status: int
    headers: Mapping[str, str]
    inside: bool
    location: str | None = None
    body: bytes | Spooled = b""
