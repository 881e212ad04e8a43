"""Runs within a network namespace of its own, where any address may be ours; prints what it saw as JSON.

Started by test_walled.py with ``unshare -Urn``. 93.184.216.34 stands for the public web; on every
forbidden address a canary counts connections.
"""

from __future__ import annotations

import json
import socket
import subprocess
from datetime import timedelta

from loopweb import Web, page, redirect

from bot.edge.http import Door
from bot.model import Fetched, Network

PUBLIC = "93.184.216.34"
FORBIDDEN = ["127.0.0.1", "10.0.0.5", "100.64.0.1", "169.254.169.254", "192.168.1.1", "198.18.0.1", "fd00::1", "::1"]
SPELLINGS = [
    *(f"[{address}]" if ":" in address else address for address in FORBIDDEN),
    *(f"[::ffff:{address}]" for address in FORBIDDEN if ":" not in address),
    *(f"{address}." for address in FORBIDDEN if ":" not in address),
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "localhost",
    "0.0.0.0",  # an address to be refused, nothing binds it
    "0",
    "[::]",
    "private.example",
    "mixed6.example",
    "ok@127.0.0.1",
    "ok\\@127.0.0.1",
    "127.0.0.1#@93.184.216.34",
]
NAMES = {
    "public.example": [PUBLIC],
    "private.example": ["10.0.0.5", "169.254.169.254"],
    "mixed.example": ["127.0.0.1", PUBLIC, "fd00::1"],
    "mixed6.example": ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "fd00::1"],
}


def ours(address: str) -> bool:
    """Whether a canary can stand there: not the IPv6 ones, where the kernel has no IPv6."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family) as sock:
            sock.bind((address, 0))
    except OSError:
        return False
    return True


def main() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in [PUBLIC, *FORBIDDEN]:
        subprocess.run(["ip", "addr", "add", f"{address}/{128 if ':' in address else 32}", "dev", "lo"], check=False, stderr=-3)
    public, canaries = Web(PUBLIC, port=80), {address: Web(address, port=80) for address in FORBIDDEN if ours(address)}
    public.pages["/"] = page(b"public")
    for number, spelling in enumerate(SPELLINGS):
        public.pages[f"/to/{number}"] = redirect(f"http://{spelling}/")
    inner = canaries["10.0.0.5"]

    def door(*allow: str, resolve=lambda host, _port: NAMES.get(host, [])) -> Door:
        return Door(Network(allow=allow, host_gap=timedelta(0), deadline=timedelta(seconds=5)), user_agent="lab", resolve=resolve)

    def reached(some: Door, url: str, *, inside: bool) -> str:
        answer = some.get(url, cap=1_000, inside=inside)
        return answer.body.decode() if isinstance(answer, Fetched) else "refused"

    seen: dict[str, object] = {}
    closed = door()
    direct = [reached(closed, f"http://{spelling}/", inside=inside) for spelling in SPELLINGS for inside in (False, True)]
    led = [
        reached(closed, f"http://{PUBLIC}/to/{number}", inside=inside)
        for number in range(len(SPELLINGS))
        for inside in (False, True)
    ]
    seen["direct"], seen["led"] = sorted(set(direct)), sorted(set(led))
    seen["public"] = [reached(closed, f"http://{host}/", inside=False) for host in (PUBLIC, "public.example", "mixed.example")]
    flips = iter(["127.0.0.1", PUBLIC, "::ffff:10.0.0.5", PUBLIC, "fd00::1"] * 200)
    public.pages["/flip"] = page(b"public", "Connection: close")
    rebound = door(resolve=lambda _host, _port: [next(flips)])
    flipped = [reached(rebound, "http://flip.example/flip", inside=True) for _ in range(1_000)]
    seen["flips"] = {answer: flipped.count(answer) for answer in set(flipped)}
    seen["ports"] = [reached(closed, f"http://{PUBLIC}:{port}/", inside=True) for port in (22, 25, 6379)]
    seen["canaries"] = sum(canary.accepted for canary in canaries.values())

    opened = door("10.0.0.0/8")
    inner.pages = {
        "/": page(b"inner"),
        "/in": redirect("/"),
        "/out": redirect(f"http://{PUBLIC}/back"),
        "/over": redirect("http://192.168.1.1/"),
    }
    public.pages["/back"] = redirect("http://10.0.0.5/")
    seen["config may go inside"] = reached(opened, "http://10.0.0.5/", inside=True)
    seen["others may not"] = reached(opened, "http://10.0.0.5/", inside=False)
    seen["inside leads inside"] = reached(opened, "http://10.0.0.5/in", inside=True)
    seen["inside leads only to what is allowed"] = reached(opened, "http://10.0.0.5/over", inside=True)
    seen["outside leads nowhere inside"] = reached(opened, f"http://{PUBLIC}/back", inside=True)
    seen["and not by a detour"] = reached(opened, "http://10.0.0.5/out", inside=True)
    print(json.dumps(seen))


main()
