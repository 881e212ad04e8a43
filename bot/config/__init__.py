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
from bot.config.read import Source, read
from bot.config.schema import File
from bot.config.secrets import Resolved, resolve
from bot.errors import ConfigError, Fault

__all__ = ["Config", "load", "load_draft"]


def load(path: Path, environ: Mapping[str, str], *, advise: bool = False) -> Config:
    """The configuration at ``path``: a folder (its ``*.toml`` in name order) or one file.

    ``advise``: look for advice too, which takes as long as the rest of a large configuration. Raises ConfigError with every
    fault there is.
    """
    path = _absolute(path)
    base = path.parent
    read, faults = _read(path, "run `storywatch init`, or name another place with --config")
    sources = [resolve(source, environ, base) for source in read]
    files = [(source, file) for source in sources if (file := _validate(source, faults))]
    faults += [fault for source in sources for fault in source.faults]
    faults += check.faults(sources, base)
    if faults:
        raise ConfigError(list(dict.fromkeys(faults)))
    config = build(path, base, files)
    advice = tuple(sorted(warn.advice(config, sources))) if advise else ()
    return replace(config, warnings=tuple(sorted(warn.warnings(config, sources))), advice=advice)


def load_draft(path: Path, config: Config, environ: Mapping[str, str]) -> Config:
    """The configuration with the stories and concepts of a draft (a file, or a folder of them) in the place of its own.

    Other tables of the draft are not looked at, and its stories may name channels that there are not: nothing is told of what
    it finds. Feeds must be known, here or there. ``warnings`` are those of the draft. Raises ConfigError with every fault.
    """
    path = _absolute(path)
    read, faults = _read(path, "name a file with the stories and concepts to try")
    feeds = {feed.name for feed in config.feeds}.union(*(check.names(source, "feeds") for source in read))
    sources = [resolve(_rule_of(source), environ, path.parent) for source in read]
    files = [(source, file) for source in sources if (file := _validate(source, faults))]
    faults += [fault for source in sources for fault in source.faults]
    faults += check.draft_faults(sources, feeds)
    if not faults and not any(file.stories for _, file in files):
        faults.append(Fault(file=path.name, line=1, message="there are no stories to try: write a [[stories]] table"))
    if faults:
        raise ConfigError(list(dict.fromkeys(faults)))
    draft = build(path, path.parent, files)
    config = replace(config, concepts=draft.concepts, stories=draft.stories)
    return replace(config, warnings=tuple(sorted(warn.of_stories(config, sources))))


def _rule_of(source: Source) -> Source:
    """What of a file is the rule; an unknown table stays, for it may be a misspelt one."""
    others = {"bot", "network", "feeds", "channels"}
    return replace(source, tables={name: table for name, table in source.tables.items() if name not in others})


def _absolute(path: Path) -> Path:
    """Absolute, links left alone: where ``config`` is a link into a release, the state stays beside the link."""
    return path.resolve() if ".." in path.parts else path.absolute()


def _read(path: Path, advice: str) -> tuple[list[Source], list[Fault]]:
    """What the files say, and what is wrong with their TOML. ``advice``: what to do where there is nothing."""
    sources, faults = [], list[Fault]()
    for name in _files(path, advice):
        found, flaws = read(name)
        sources += found
        faults += flaws
    return sources, faults


def _files(path: Path, advice: str) -> list[Path]:
    def nothing(what: str) -> ConfigError:
        return ConfigError([Fault(file=str(path), line=1, message=f"{what}: {advice}")])

    try:
        if not path.is_dir():
            path.stat()
            return [path]
        found = [each for each in path.iterdir() if each.suffix == ".toml" and not each.name.startswith(".")]
    except OSError as error:
        raise nothing(f"cannot be read ({error.strerror})") from None
    files = sorted(each for each in found if each.is_file() or (each.is_symlink() and not each.is_dir()))
    if not files:
        raise nothing("holds no .toml file")
    return files


def _validate(source: Resolved, faults: list[Fault]) -> File | None:
    try:
        return File.model_validate(source.tables)
    except ValidationError as error:
        faults += explain.faults(source, error)
        return None
