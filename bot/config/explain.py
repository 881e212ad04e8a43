"""What pydantic found wrong with a file, in words that say what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.config.locate import KeyPath
from bot.config.schema import BotTable, ChannelTable, FeedTable, File, NetworkTable, StoryTable
from bot.config.secrets import Resolved
from bot.errors import Fault

_LISTED: Mapping[str, type[BaseModel]] = {"feeds": FeedTable, "stories": StoryTable, "channels": ChannelTable}  # written [[so]]
_SINGLE: Mapping[str, type[BaseModel]] = {"bot": BotTable, "network": NetworkTable}  # written [so]
_TYPES = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "list_type": "a list in brackets",
    "bool_type": "true or false",
    "quiet_type": "text in quotes, or a list of such",
    "dict_type": "a table in braces",
}


def near(word: str, known: Iterable[str]) -> str:
    """``: did you mean "..."?`` where a known word is close; else the words there are, if they are few."""
    words = sorted(known)
    folded = {each.casefold(): each for each in words}
    if found := get_close_matches(word.casefold(), folded, n=1):
        return f': did you mean "{folded[found[0]]}"?'
    listed = ", ".join(f'"{each}"' for each in words)
    return f": there is {listed}" if 0 < len(words) <= 12 else ""


def faults(resolved: Resolved, error: ValidationError) -> Iterator[Fault]:
    """The faults of one file, but none that only follows from what could not be read."""
    for detail in error.errors(include_url=False, include_input=False):
        key = tuple(part for part in detail["loc"] if part != "[key]")
        if detail["type"] == "missing" and (key in resolved.unknown or resolved.source.is_damaged(key)):
            continue
        yield resolved.source.fault(
            key, _about_table(key, detail, resolved) if _is_table(key) else _about_key(key, detail, resolved.tables)
        )


def _is_table(key: KeyPath) -> bool:
    return len(key) == 1 or (len(key) == 2 and isinstance(key[1], int))


def _about_table(key: KeyPath, detail: ErrorDetails, resolved: Resolved) -> str:
    name = str(key[0])
    if detail["type"] != "extra_forbidden":
        header = f"[[{name}]]" if name in _LISTED else f"[{name}]"
        return f"{name} must be a table: write {header} on a line of its own, its keys below"
    homes = [f"[{table}]" for table, model in _SINGLE.items() if name in model.model_fields]
    homes += [f"[[{table}]]" for table, model in _LISTED.items() if name in model.model_fields]
    if homes and not isinstance(resolved.tables[name], dict | list):
        return f"{name} stands outside of a table: write it under {' or '.join(homes)}"
    return f"{name}: unknown table{near(name, File.model_fields)}"


def _about_key(key: KeyPath, detail: ErrorDetails, tables: Mapping[str, Any]) -> str:
    label = ".".join(part for part in key[1:] if isinstance(part, str))
    first = label.partition(".")[0]
    fields = {**_LISTED, **_SINGLE}.get(str(key[0]), File).model_fields
    field = fields[first] if fields is not File.model_fields and first in fields else File.model_fields["concepts"]
    example = f"write {first} = {(field.examples or ['...'])[0]}"
    match detail["type"]:
        case "extra_forbidden":
            return f"{label}: unknown key{near(label, fields)}"
        case "missing":
            return f"{label} is missing: {example}"
        case "literal_error" if isinstance(wrong := tables[str(key[0])][key[1]][first], str):
            return f'{label} "{wrong}" is unknown{near(wrong, get_args(field.annotation))}'
        case "value_error":
            return f"{label} {detail['ctx']['error']}"
        case kind:
            return f"{label} must be {_TYPES.get(kind, 'text in quotes')}: {example}"
