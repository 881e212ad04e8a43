"""Rebinding: a name that leads now to the public address, now inside, asked of the bot's own door over and over.

Imports the bot: the real process would spend its time on reading 10,000 pages, and it is the door's look-up that is tried.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import timedelta

from bot.edge.http import Door
from bot.model import Fetched, Network

from .spellings import FORBIDDEN_4, FORBIDDEN_6, PUBLIC


def answers(rounds: int, seed: int) -> list[list[str]]:
    """What the resolver says, time after time: the public address alone, a forbidden one alone, or both."""
    chance = random.Random(seed)
    forbidden = [*FORBIDDEN_4, *FORBIDDEN_6, *(f"::ffff:{text}" for text in FORBIDDEN_4)]
    kinds = (lambda bad: [PUBLIC], lambda bad: [bad], lambda bad: [bad, PUBLIC], lambda bad: [PUBLIC, bad])
    return [kinds[number % 4](chance.choice(forbidden)) for number in range(rounds)]


def flip(rounds: int, seed: int) -> Counter[str]:
    """So many fetches of one name; what they came to. ``looked up``: how often the resolver was asked in all."""
    told, seen = itertools.count(), Counter[str]()
    script = answers(rounds, seed)
    network = Network(allow=(), host_gap=timedelta(0), deadline=timedelta(seconds=20))
    door = Door(network, user_agent="lab", resolve=lambda _host, _port: script[next(told)])
    for _ in range(rounds):
        answer = door.get("http://flip.ssrf.example/flip", cap=1_000, inside=True)
        seen["public" if isinstance(answer, Fetched) else "refused"] += 1
    door.close()
    seen["looked up"] = next(told)
    return seen
