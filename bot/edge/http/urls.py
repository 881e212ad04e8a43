"""Addresses, read strictly: what two parsers could read differently is refused, in words.

The one reading made here is the one that is judged, connected to and sent, so there is no
second parser to disagree with (RFC 3986; the WHATWG URL standard for what browsers accept).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

from bot.edge.http.trouble import Trouble, refused

# Servers must take request lines of 8,000 octets (RFC 9112 section 3); longer ones do not occur in feeds.
MAX_LENGTH = 8_192

DEFAULT_PORTS: Mapping[str, int] = {"http": 80, "https": 443}

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SCHEME = re.compile(r"(https?):(//)?", re.IGNORECASE | re.ASCII)  # ASCII: or else ſ would pass for s
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{0,6}))?")
_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")
# A last label that is a number makes the C library read the whole host as an IPv4 address: 127.1, 0x7f.1, 2130706433.
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_PLAIN = re.compile(r"[!$-;=?-\[\]_a-z~]*")
_SAFE = "!$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address as it will be used. ``host`` is lower-case ASCII, an IPv6 literal without brackets."""

    scheme: str
    host: str
    port: int
    target: str  # path and query, percent-encoded

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port (RFC 9110 section 4.3.1)."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """``host:port``, the port always written, an IPv6 literal in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def text(self) -> str:
        """The address written out, for a proxy's request line and for robots.txt."""
        default = DEFAULT_PORTS[self.scheme] == self.port
        host = self.authority.rpartition(":")[0] if default else self.authority
        return f"{self.scheme}://{host}{self.target}"


@lru_cache(maxsize=4_096)  # feeds are read again at every poll; a reading costs more than the guard's other work together
def parse(url: str) -> Address:
    """Read an address. Raises Trouble with the reason where it is not http(s), or not plain."""
    url = url.strip(" ")
    _refuse_oddities(url)
    scheme = _SCHEME.match(url)
    if scheme is None:
        raise refused("only http and https addresses are fetched")
    if not scheme[2]:
        raise refused("its address names no host")
    authority, target = _cut(url[scheme.end() :].partition("#")[0])
    host, port = _authority(authority)
    name = scheme[1].lower()
    return Address(scheme=name, host=host, port=DEFAULT_PORTS[name] if port is None else port, target=_target(target))


def join(base: str, location: str) -> str:
    """The absolute address of a redirect's ``Location`` (RFC 9110 section 10.2.2).

    Checked before joining, because ``urljoin`` drops the very characters that are to be refused.
    """
    with suppress(UnicodeError):  # raw UTF-8 is common, and http.client reads it as latin-1
        location = location.encode("latin-1").decode("utf-8")
    _refuse_oddities(location)
    try:
        return urljoin(base, location)
    except ValueError:
        raise refused("it redirects to an address that cannot be read") from None


def host_of(url: str) -> str:
    """The ``host:port`` an address is paced by; empty for one that the door will refuse."""
    try:
        return parse(url).authority
    except Trouble:
        return ""


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses have scheme, host and port in common; False where one is no address."""
    try:
        return parse(one).origin == parse(other).origin
    except Trouble:
        return False


def _refuse_oddities(url: str) -> None:
    if len(url) > MAX_LENGTH:
        raise refused(f"its address is longer than {MAX_LENGTH:,} characters")
    if _CONTROL.search(url):
        raise refused("its address holds a control character")
    if "\\" in url:
        raise refused("its address holds a backslash")


def _cut(rest: str) -> tuple[str, str]:
    end = min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))
    return rest[:end], rest[end:]


def _authority(text: str) -> tuple[str, int | None]:
    if "@" in text:
        raise refused("its address carries a user name")
    found = _AUTHORITY.fullmatch(text)
    if found is None:
        raise refused("the host or port in its address cannot be read")
    if not found[1]:
        raise refused("its address names no host")
    port = int(found[2]) if found[2] else None
    if port is not None and not 1 <= port <= 65_535:
        raise refused("the port in its address is not between 1 and 65535")
    return _host(found[1]), port


def _host(text: str) -> str:
    if text.startswith("["):
        return _literal6(text[1:-1])
    name = _ascii(text).removesuffix(".")
    if len(name) > 253 or not _NAME.fullmatch(name):
        raise refused("the host name in its address is not one")
    if _NUMERIC.fullmatch(name):
        return _literal4(name)
    return name


def _literal6(text: str) -> str:
    try:
        address = IPv6Address(text)
    except AddressValueError:
        raise refused("the IPv6 address in its address cannot be read") from None
    if address.scope_id is not None:
        raise refused("the IPv6 address in its address names an interface of ours")
    return str(address)


def _literal4(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        raise refused("the host in its address is a number in disguise") from None


def _ascii(name: str) -> str:
    if name.isascii():
        return name.lower()
    if len(name) > 253:  # the codec's time grows with the square of the length
        raise refused("the host name in its address is not one")
    try:
        return name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise refused("the host name in its address is not one") from None


def _target(text: str) -> str:
    target = text if text.startswith("/") else "/" + text
    if _PLAIN.fullmatch(target):
        return target
    return quote(target, safe=_SAFE, errors="surrogatepass")
