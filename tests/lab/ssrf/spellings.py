"""Forbidden addresses x the ways to write them. Generated from the ranges, not from what the bot refuses.

An address is written as a URL (``http://...``) or as a name that the lab's DNS answers with it. The ranges are those of
reliability.md C1 (IANA's special-purpose registries); of each one address inside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

PUBLIC = "93.184.216.34"
ZONE = "ssrf.example"

FORBIDDEN_4 = (
    "0.0.0.0", "0.1.2.3", "10.0.0.5", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "172.31.255.254",
    "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "240.0.0.1", "255.255.255.255",
)  # fmt: skip
FORBIDDEN_6 = (
    "::", "::1", "::2", "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:db8::1", "2002:808:808::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00::1", "fe80::1", "fec0::1", "ff02::1",
)  # fmt: skip
# Ports of the public address where no web server is to be asked: an errand to a mail server or a cache.
SERVICES = (1, 22, 23, 25, 53, 110, 143, 445, 587, 993, 1023, 1080, 2049, 3306, 3389, 5432, 5900, 6000, 6379, 9200, 11211, 27017)
_WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")
_CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """One way to write a forbidden address: ``form`` says which way. ``a``, ``aaaa``: what DNS answers for its ``name``."""

    form: str
    address: str
    url: str
    name: str = ""
    a: tuple[str, ...] = ()
    aaaa: tuple[str, ...] = ()


def every() -> list[Spelling]:
    """The whole table."""
    found = [*_fours(), *_sixes(), *_named(), *_ports()]
    return list({each.url: each for each in found}.values())


def _fours() -> Iterator[Spelling]:
    for text in FORBIDDEN_4:
        for form, host in _forms(text):
            yield Spelling(form=form, address=text, url=f"http://{host}/")
        for form, url in _tricks(text):
            yield Spelling(form=form, address=text, url=url)


def _forms(text: str) -> Iterator[tuple[str, str]]:
    a, b, c, d = (int(part) for part in text.split("."))
    number = int(IPv4Address(text))
    high, low = f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    yield from (
        ("dotted", text),
        ("trailing dot", f"{text}."),
        ("two trailing dots", f"{text}.."),
        ("one number", str(number)),
        ("one hex number", f"0x{number:08x}"),
        ("one HEX number", f"0X{number:08X}"),
        ("one octal number", f"0{number:o}"),
        ("an overflow of it", str(number + 2**32)),
        ("hex parts", f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        ("octal parts", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        ("padded parts", f"{a:03d}.{b:03d}.{c:03d}.{d:03d}"),
        ("two parts", f"{a}.{number & 0xFFFFFF}"),
        ("three parts", f"{a}.{b}.{c * 256 + d}"),
        ("mixed parts", f"0x{a:x}.{b}.0{c:o}.{d}"),
        ("full-width", text.translate(_WIDE)),
        ("circled digits", text.translate(_CIRCLED)),
        ("ideographic dots", text.replace(".", "。")),
        ("percent-encoded", "".join(f"%{ord(sign):02x}" for sign in text)),
        ("mapped", f"[::ffff:{text}]"),
        ("mapped, in hex", f"[::ffff:{high}:{low}]"),
        ("mapped, in full", f"[0:0:0:0:0:FFFF:{high}:{low}]"),
        ("translated", f"[::ffff:0:{text}]"),
        ("compatible", f"[::{text}]"),
        ("NAT64", f"[64:ff9b::{text}]"),
        ("local NAT64", f"[64:ff9b:1::{high}:{low}]"),
        ("6to4", f"[2002:{high}:{low}::1]"),
        ("Teredo", f"[2001:0:{high}:{low}:8000:63bf:{0xFFFF - (number >> 16):x}:{0xFFFF - (number & 0xFFFF):x}]"),
        ("ISATAP", f"[2002:{high}:{low}:0:0:5efe:{high}:{low}]"),
        ("with a port", f"{text}:8080"),
        ("with a user", f"user:pass@{text}"),
        ("behind a public user name", f"{PUBLIC}@{text}"),
    )


def _tricks(text: str) -> Iterator[tuple[str, str]]:
    """What two parsers may read differently."""
    yield from (
        ("backslash", f"http://{PUBLIC}\\@{text}/"),
        ("backslash for a slash", f"http:\\\\{text}/"),
        ("fragment first", f"http://{text}#@{PUBLIC}/"),
        ("query first", f"http://{text}?@{PUBLIC}/"),
        ("two users", f"http://a@{PUBLIC}@{text}/"),
        ("no scheme", f"//{text}/"),
        ("three slashes", f"http:///{text}/"),
        ("one slash", f"http:/{text}/"),
        ("no slash", f"http:{text}/"),
        ("a tab in the scheme", f"ht\ttp://{text}/"),
        ("a tab in the host", f"http://{text[:3]}\t{text[3:]}/"),
        ("a blank before", f" http://{text}/"),
        ("a blank in the host", f"http://{text} .{PUBLIC}/"),
        ("https", f"https://{text}/"),
        ("upper case", f"HTTP://{text}/"),
        ("port 0", f"http://{text}:0/"),
        ("an empty port", f"http://{text}:/"),
        ("a port too large", f"http://{text}:65616/"),
        ("ftp", f"ftp://{text}/"),
        ("gopher", f"gopher://{text}:80/_GET%20/"),
        ("dict", f"dict://{text}:80/x"),
        ("ws", f"ws://{text}/"),
    )


def _sixes() -> Iterator[Spelling]:
    for text in FORBIDDEN_6:
        whole = IPv6Address(text).exploded
        forms = (
            ("IPv6", f"[{text}]"), ("IPv6 in full", f"[{whole}]"), ("IPv6 in capitals", f"[{whole.upper()}]"),
            ("IPv6 with a zone", f"[{text}%25lo]"), ("IPv6 with a raw zone", f"[{text}%lo]"), ("IPv6 with a port", f"[{text}]:8080"),
        )  # fmt: skip
        for form, host in forms:
            yield Spelling(form=form, address=text, url=f"http://{host}/")


def _named() -> Iterator[Spelling]:
    """Names: what only DNS knows."""
    for number, text in enumerate(FORBIDDEN_4):
        six = f"::ffff:{text}", f"64:ff9b::{text}"
        answers = (
            ("a name", (text,), ()), ("a name with many answers", (text, "10.0.0.5", "127.0.0.1") * 20, ()),
            ("a name, mapped", (), six[:1]), ("a name, NAT64", (), six[1:]), ("a name with both", (text,), six),
        )  # fmt: skip
        for kind, (form, a, aaaa) in enumerate(answers):
            name = f"n{number}k{kind}.{ZONE}"
            yield Spelling(form=form, address=text, url=f"http://{name}/", name=name, a=a, aaaa=aaaa)
    for number, text in enumerate(FORBIDDEN_6):
        name = f"s{number}.{ZONE}"
        yield Spelling(form="a name, IPv6", address=text, url=f"http://{name}/", name=name, aaaa=(text,))
    for host in ("localhost", "LOCALHOST", "localhost.", "x.localhost", "localhost.localdomain"):
        yield Spelling(
            form="localhost", address="127.0.0.1", url=f"http://{host}/", name=host.lower().strip("."), a=("127.0.0.1",)
        )


def _ports() -> Iterator[Spelling]:
    for port in SERVICES:
        yield Spelling(form="a service's port", address=f"{PUBLIC}:{port}", url=f"http://{PUBLIC}:{port}/")
