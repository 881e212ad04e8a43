"""The guard's judgement, as a table: ranges x ways to write an address."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.edge.http.guard import Guard, forbidden, is_web_port
from bot.edge.http.trouble import Trouble


def table(text: str) -> list[str]:
    return text.split()


FORBIDDEN_4 = table("""
0.0.0.0 0.1.2.3 0.255.255.255 10.0.0.0 10.0.0.5 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 169.254.0.0
169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1
198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.254 255.255.255.255
""")
PUBLIC_4 = table("""
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.255.255
169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.255 192.167.255.255 192.169.0.0 198.17.255.255
198.20.0.0 198.51.99.255 203.0.114.0 223.255.255.255
""")
FORBIDDEN_6 = table("""
:: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b:1::1 64:ff9b:1::7f00:1 100::1 2001::1
2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:1ff:ffff::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1
3fff:fff:ffff::1 4000::1 5f00::1 8000::1 fc00::1 fd00::1 fd12:3456:789a::1 fe80::1 febf::1 fec0::1 feff::1 ff02::1
ff0e::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
""")
PUBLIC_6 = table("2000::1 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700::1111 2a00:1450::1 3ffe:ffff::1")


def disguises(text: str) -> list[str]:
    """The IPv6 addresses that lead to an IPv4 one."""
    number = int(IPv4Address(text))
    words = f"{number >> 16:x}:{number & 0xFFFF:x}"
    return [f"::ffff:{text}", f"::ffff:{words}", f"64:ff9b::{text}", f"64:ff9b::{words}"]


HIDDEN = [wrapped for text in FORBIDDEN_4 for wrapped in disguises(text)]


@pytest.mark.parametrize("text", FORBIDDEN_4 + FORBIDDEN_6 + HIDDEN)
def test_a_private_or_special_address_is_forbidden(text):
    assert forbidden(ip_address(text))
    for inside in (False, True):
        with pytest.raises(Trouble) as caught:
            Guard.of([]).permitted([text], 80, inside=inside)
        assert text not in caught.value.why


@pytest.mark.parametrize("text", PUBLIC_4 + PUBLIC_6 + [wrapped for text in PUBLIC_4 for wrapped in disguises(text)])
def test_a_public_address_is_permitted(text):
    assert not forbidden(ip_address(text))
    peers = Guard.of([]).permitted([text], 80, inside=False)
    assert [peer.inside for peer in peers] == [False]


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.ip_addresses(v=4))
def test_a_disguise_changes_no_judgement(address):
    for wrapped in disguises(str(address)):
        assert forbidden(ip_address(wrapped)) == forbidden(address)
    for dead in (f"2002:{int(address) >> 16:x}:{int(address) & 0xFFFF:x}::1", f"::{address}"):  # 6to4 and ::/96: never
        assert forbidden(ip_address(dead))


@pytest.mark.parametrize(
    ("answers", "inside", "left"),
    [
        (["127.0.0.1"], True, ["127.0.0.1"]),
        (["::ffff:127.0.0.1"], True, ["127.0.0.1"]),
        (["10.0.0.5", "93.184.216.34"], False, ["93.184.216.34"]),
        (["::1", "93.184.216.34", "169.254.169.254"], False, ["93.184.216.34"]),
        (["127.0.0.1", "93.184.216.34"], False, ["93.184.216.34"]),
        (["127.0.0.1", "93.184.216.34"], True, ["127.0.0.1", "93.184.216.34"]),
        (["127.0.0.1", "127.0.0.2"], True, ["127.0.0.1"]),
        (["93.184.216.34", "93.184.216.34", "::ffff:93.184.216.34"], False, ["93.184.216.34"]),
        (["not an address", "0x7f.1", "93.184.216.34"], False, ["93.184.216.34"]),
    ],
    ids=[
        "an allowed address, for the config",
        "an allowed address in disguise",
        "private and public: the public one",
        "several forbidden: the public one",
        "an allowed one is closed to the public",
        "an allowed one is open to the config",
        "only the very range that is allowed",
        "the same one thrice",
        "answers that cannot be judged",
    ],
)
def test_a_name_keeps_only_its_permitted_addresses(answers, inside, left):
    peers = Guard.of(["127.0.0.1/32"]).permitted(answers, 80, inside=inside)
    assert [str(peer.address) for peer in peers] == left
    assert [peer.inside for peer in peers] == [text == "127.0.0.1" for text in left]


@pytest.mark.parametrize(
    ("answers", "inside", "words"),
    [
        ([], True, "no address"),
        (["rubbish"], True, "no address"),
        (["127.0.0.1"], False, "a public address may not lead there"),
        (["127.0.0.2"], True, "not in network.allow"),
        (["10.0.0.1", "fd00::1"], True, "not in network.allow"),
    ],
)
def test_a_name_without_a_permitted_address_is_refused(answers, inside, words):
    with pytest.raises(Trouble) as caught:
        Guard.of(["127.0.0.1/32"]).permitted(answers, 80, inside=inside)
    assert words in caught.value.why
    assert not caught.value.temporary


@pytest.mark.parametrize("port", [80, 443, 1024, 3000, 5000, 8000, 8080, 8443, 8888, 65535])
def test_a_web_port_is_open_everywhere(port):
    assert is_web_port(port)


@pytest.mark.parametrize(
    "port", [1, 21, 22, 23, 25, 53, 81, 110, 143, 445, 587, 993, 1023, 1080, 2181, 3306, 5432, 6379, 6443, 9200, 11211, 27017]
)
def test_a_port_of_another_service_is_open_only_within_allow(port):
    guard = Guard.of(["127.0.0.0/8"])
    with pytest.raises(Trouble, match=f"port {port}"):
        guard.permitted(["93.184.216.34"], port, inside=True)
    with pytest.raises(Trouble):
        guard.permitted(["127.0.0.1"], port, inside=False)
    assert guard.permitted(["93.184.216.34", "127.0.0.1"], port, inside=True)[0].inside


def test_a_range_that_is_none_is_an_error_at_the_start():
    with pytest.raises(ValueError, match="intranet"):
        Guard.of(["intranet"])
