"""The loopback web and a door to it, closed and checked after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from loopweb import Web

from bot.edge.http import Door
from bot.model import Network

LOOPBACK = ("127.0.0.1/32",)  # not all of 127/8: other addresses of it stand in for forbidden ones

MakeDoor = Callable[..., Door]


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    yield server
    server.close()


@pytest.fixture
def make_door() -> Iterator[MakeDoor]:
    doors: list[Door] = []

    def make(*, seconds: float = 5.0, gap: float = 0.0, allow: tuple[str, ...] = LOOPBACK, **more: object) -> Door:
        parts = {name: more.pop(name) for name in ("resolve", "turns") if name in more}
        network = Network(allow=allow, deadline=timedelta(seconds=seconds), host_gap=timedelta(seconds=gap), **more)  # type: ignore[arg-type]  # tests name fields freely
        doors.append(Door(network, user_agent="Storywatch/0 (+test)", **parts))  # type: ignore[arg-type]  # as above
        return doors[-1]

    yield make
    for door in doors:
        door.close()


@pytest.fixture
def door(make_door: MakeDoor) -> Door:
    return make_door()
