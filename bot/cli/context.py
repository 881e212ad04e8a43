"""What every command gets from the options before its name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.cli.terminal import say

if TYPE_CHECKING:
    from bot.config import Config
    from bot.errors import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """``ctx.obj`` of a command (``@click.pass_obj``): where the configuration is, and how to log."""

    config: Path
    log_format: Literal["text", "json"] = "text"
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def load(self, *, warn: bool = False, advise: bool = False) -> Config:
        """The configuration. ``warn`` prints its warnings: for run and once; elsewhere they would be noise.

        ``advise``: with advice, for check. Raises ConfigError, which :func:`bot.cli.main.main` prints.
        """
        from bot.config import load

        config = load(self.config, self.environ, advise=advise)
        if warn:
            print_warnings(config.warnings)
        return config


def print_warnings(faults: Iterable[Fault]) -> None:
    """On stderr, one line each."""
    for fault in faults:
        say(f"{fault.file}:{fault.line}: warning: {fault.message}", err=True)


def examples(*lines: str) -> str:
    """The ``epilog`` of a command: examples that click must not re-wrap."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
