"""The comment lines within a concept's list, as the headings of the spellings below them: ``# German``.

Comments mean nothing to the rule. They tell whoever asks which language a spelling is of, where its letters do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.config.read import read

_HEADING = re.compile(r"^[ \t]*#[ \t]*([^\n]*?)[ \t]*$", re.MULTILINE)


def headings(files: Sequence[Path]) -> Mapping[str, Mapping[str, str]]:
    """By concept and spelling: the comment line that stands nearest above it in the list, or nothing."""
    found: dict[str, Mapping[str, str]] = {}
    for source in (source for file in files for source in read(file)[0]):
        concepts = source.tables.get("concepts")
        for name, spellings in (concepts if isinstance(concepts, dict) else {}).items():
            span = source.locations.value(("concepts", name))
            if isinstance(spellings, list) and span is not None:
                comments = [(each.start(), each[1]) for each in _HEADING.finditer(source.text, *span)]
                spots = (source.locations.value(("concepts", name, index)) for index in range(len(spellings)))
                above = (_nearest(comments, spot[0]) if spot else "" for spot in spots)
                found[name] = {str(spelling): text for spelling, text in zip(spellings, above, strict=True)}
    return found


def _nearest(comments: Sequence[tuple[int, str]], at: int) -> str:
    return next((text for start, text in reversed(comments) if start < at), "")
