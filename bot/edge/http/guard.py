"""Which addresses of the network may be reached: pure judgement, no sockets.

Our own list, because ``ipaddress.is_global`` calls NAT64, 6to4, multicast and others public
(CVE-2024-4032 covers a part). Sources: IANA's special-purpose registries for IPv4 and IPv6
(RFC 6890 and its updates) and RFC 4291 section 2.4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self, TypeAlias

from bot.edge.http.trouble import refused

IpAddress: TypeAlias = IPv4Address | IPv6Address
IpNetwork: TypeAlias = IPv4Network | IPv6Network

FORBIDDEN_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local; the clouds' metadata services
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# All global unicast addresses come from this block; what lies outside (loopback, ::/96, fc00::/7, fe80::/10, fec0::/10,
# ff00::/8, 100::/64, 5f00::/16, 64:ff9b:1::/48) is private, special or not given out.
GLOBAL_6 = IPv6Network("2000::/3")
FORBIDDEN_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments; Teredo, which hides an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which hides an IPv4 address; withdrawn
        "3fff::/20",  # documentation
    )
)
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the way to an IPv4 address from a network that has only IPv6

WEB_PORTS = frozenset({80, 443})
# From 1024 up, those where something other than the web listens: fetch.spec.whatwg.org "bad port", and the customary
# ports of databases, caches, brokers, cluster managers and remote desktops.
SERVICE_PORTS = frozenset(
    {
        1080, 1433, 1434, 1521, 1719, 1720, 1723, 1883, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190,
        4369, 5060, 5061, 5432, 5672, 5900, 5901, 5984, 5985, 5986, 6000, 6379, 6380, 6443, 6566, 6665, 6666, 6667, 6668, 6669,
        6679, 6697, 9042, 9092, 9100, 9200, 9300, 10080, 10250, 10255, 11210, 11211, 26379, 27017, 27018, 27019, 28017, 61616,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """An address that may be connected to; ``inside``: it lies in ``network.allow``."""

    address: IpAddress
    inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The judgement of addresses, with the ranges that the configuration opens."""

    allow: tuple[IpNetwork, ...] = ()

    @classmethod
    def of(cls, ranges: Iterable[str]) -> Self:
        """From the spellings of ``network.allow``. Raises ValueError for one that is no range."""
        return cls(allow=tuple(ip_network(text, strict=False) for text in ranges))

    def permitted(self, answers: Iterable[str], port: int, *, inside: bool) -> list[Peer]:
        """Those of a name's addresses that may be reached, in the resolver's order.

        ``inside``: this hop may go to a range of ``allow``. Raises Trouble when none is left.
        """
        addresses = list(dict.fromkeys(_read(answers)))
        if not addresses:
            raise refused("its host name has no address")
        peers = [self._peer(address) for address in addresses]
        open_ = [peer for peer in peers if (peer.inside and inside) or not forbidden(peer.address)]
        if not open_:
            trouble = refused(_closed_words(any(peer.inside for peer in peers)))
            trouble.closed = tuple(str(address) for address in addresses) if inside else ()
            raise trouble
        fit = [peer for peer in open_ if (peer.inside and inside) or is_web_port(port)]
        if not fit:
            raise refused(f"port {port} is not one of the web (80, 443, or from 1024 up where no known service listens)")
        return fit

    def _peer(self, address: IpAddress) -> Peer:
        return Peer(address=address, inside=any(address in network for network in self.allow))


def forbidden(address: IpAddress) -> bool:
    """Whether an address is private, special or reserved, also where it hides in an IPv6 one."""
    if isinstance(address, IPv4Address):
        return any(address in network for network in FORBIDDEN_4)
    if address.ipv4_mapped is not None:
        return forbidden(address.ipv4_mapped)
    if address in NAT64:
        return forbidden(IPv4Address(address.packed[-4:]))
    return address not in GLOBAL_6 or any(address in network for network in FORBIDDEN_6)


def is_web_port(port: int) -> bool:
    """Whether a public server may be asked on this port: no errands to mail servers, caches, databases."""
    return port in WEB_PORTS or (port >= 1024 and port not in SERVICE_PORTS)


@lru_cache(maxsize=4_096)  # of a text's reading, not of a judgement: each address is read twice in every fetch
def plain(text: str) -> IpAddress:
    """An address as text, an IPv4-mapped one (RFC 4291 section 2.5.5.2) unwrapped. Raises ValueError."""
    address = ip_address(text)
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _read(answers: Iterable[str]) -> Iterable[IpAddress]:
    for text in answers:
        try:
            yield plain(text)
        except ValueError:
            continue  # what cannot be judged is not used


def _closed_words(known: bool) -> str:
    if known:
        return "its host is at a private address, and a public address may not lead there"
    return "its host is at a private or reserved address that is not in network.allow"
