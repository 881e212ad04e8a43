"""``config/*.toml`` -> :class:`Config`: all faults of all files at once, with file and line.

    read      the files, each as far as it can be read       (with locate: which key stands on which line)
    secrets   ${env:...} and ${file:...} replaced
    schema    each field for itself, by pydantic             (with rules and explain: what to write instead)
    check     names, references, channels, queries
    build     the frozen Config; warn: what is hardly meant

Each step works on what the step before could make out, so that no fault hides another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from bot.config import check, explain, warn
from bot.config.build import Config, build
from bot.config.read import read
from bot.config.schema import File
from bot.config.secrets import Resolved, resolve
from bot.errors import ConfigError, Fault

__all__ = ["Config", "load"]


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration at ``path``: a folder (its ``*.toml`` in name order) or one file.

    Raises ConfigError with every fault there is.
    """
    path = _absolute(path)
    base = path.parent
    sources, faults = [], list[Fault]()
    for name in _files(path):
        found, flaws = read(name)
        sources += [resolve(source, environ, base) for source in found]
        faults += flaws
    files = [(source, file) for source in sources if (file := _validate(source, faults))]
    faults += [fault for source in sources for fault in source.faults]
    faults += check.faults(sources, base)
    if faults:
        raise ConfigError(list(dict.fromkeys(faults)))
    config = build(path, base, files)
    warnings, advice = (tuple(sorted(found(config, sources))) for found in (warn.warnings, warn.advice))
    return replace(config, warnings=warnings, advice=advice)


def _absolute(path: Path) -> Path:
    """Absolute, links left alone: where ``config`` is a link into a release, the state stays beside the link."""
    return path.resolve() if ".." in path.parts else path.absolute()


def _files(path: Path) -> list[Path]:
    try:
        if not path.is_dir():
            path.stat()
            return [path]
        found = [each for each in path.iterdir() if each.suffix == ".toml" and not each.name.startswith(".")]
    except OSError as error:
        raise ConfigError([_nothing(path, f"cannot be read ({error.strerror})")]) from None
    files = sorted(each for each in found if each.is_file() or (each.is_symlink() and not each.is_dir()))
    if not files:
        raise ConfigError([_nothing(path, "holds no .toml file")])
    return files


def _nothing(path: Path, what: str) -> Fault:
    return Fault(file=str(path), line=1, message=f"{what}: run `storywatch init`, or name another place with --config")


def _validate(source: Resolved, faults: list[Fault]) -> File | None:
    try:
        return File.model_validate(source.tables)
    except ValidationError as error:
        faults += explain.faults(source, error)
        return None
