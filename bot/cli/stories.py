"""A story that a command is given by its name."""

from __future__ import annotations

from collections.abc import Iterable

import click

from bot.config import Config
from bot.config.explain import near
from bot.model import Story


def chosen(config: Config, name: str | None) -> tuple[Story, ...]:
    """The story of that name, or all of them."""
    if name is not None:
        known(name, (story.name for story in config.stories))
    return tuple(story for story in config.stories if name in {None, story.name})


def known(name: str, names: Iterable[str]) -> str:
    """The name, if it is one of them; otherwise the call was wrong, and the nearest name is told."""
    there = set(names)
    if name not in there:
        raise click.BadParameter(f'there is no story "{name}"{near(name, there)}', param_hint="--story")
    return name
