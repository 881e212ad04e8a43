"""Where the keys of a TOML text stand."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.locate import KeyPath, Locations

EVERYTHING = '''\
# a comment with [brackets] and "quotes"
[bot] # behind a header
state = "x # no comment"
"a quoted key" = 'it"s'
inline = { one = 1, "two.three" = [ 1, 2 ] }

[[feeds]]
name = "A"
a.dotted.key = 1979-05-27 07:32:00
list = [ # with a comment ]
  "one", 'two', # "three"
  """four
  five""", { six = 6 },
]
[feeds.headers]
X = 1

[[feeds]]
name = """
B"""
[[feeds.inner]]
deep = true
[[feeds.inner]]
deep = -1.5e3
'''
LINES: dict[KeyPath, int] = {
    (): 1,
    ("bot",): 2,
    ("bot", "state"): 3,
    ("bot", "a quoted key"): 4,
    ("bot", "inline", "two.three", 1): 5,
    ("feeds",): 7,
    ("feeds", 0): 7,
    ("feeds", 0, "name"): 8,
    ("feeds", 0, "a", "dotted", "key"): 9,
    ("feeds", 0, "list"): 10,
    ("feeds", 0, "list", 1): 11,
    ("feeds", 0, "list", 2): 12,
    ("feeds", 0, "list", 3, "six"): 13,
    ("feeds", 0, "headers", "X"): 16,
    ("feeds", 1, "name"): 19,
    ("feeds", 1, "inner", 1, "deep"): 24,
    ("feeds", 1, "no such key"): 18,
    ("no such table",): 1,
}


@pytest.mark.parametrize("path", LINES, ids=str)
def test_a_key_is_found_on_its_line(path: KeyPath) -> None:
    tomllib.loads(EVERYTHING)
    assert Locations(EVERYTHING).line(path) == LINES[path]
    assert Locations(EVERYTHING.replace("\n", "\r\n")).line(path) == LINES[path]


# The text of x, then for (line, column) of the value the line of the file.
TEXTS: dict[str, tuple[str, dict[tuple[int, int], int]]] = {
    "a text on one line": ('x = "one"', {(1, 1): 1, (1, 3): 1, (9, 9): 1}),
    "a line feed spelled as an escape is no line of the file": (r'x = "a\nb\u00e9c"', {(2, 1): 1, (2, 3): 1}),
    "a first line feed does not belong to the text": ('x = """\na\nb"""', {(1, 1): 2, (2, 1): 3}),
    "a text that begins behind its quotes": ('x = """a\nb"""', {(1, 1): 1, (2, 1): 2}),
    "lines joined by a backslash": ('x = """\\\n  a \\\n\n  b\nc"""', {(1, 1): 2, (1, 3): 4, (2, 1): 5}),
    "quotes inside": ('x = """\na "" b\n""c"""""', {(1, 3): 2, (2, 5): 3}),
    "a literal text": ("x = '''\na\\\nb'''", {(1, 2): 2, (2, 1): 3}),
    "escapes before the place": ('x = """\n\\"\\\\\\U0001F600\nb"""', {(1, 3): 2, (2, 1): 3}),
    "an empty text": ('x = ""', {(1, 1): 1}),
    "an empty text of several lines": ('x = """\n"""', {(1, 1): 1}),
    "no text at all": ("x = 5", {(1, 1): 1}),
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_place_in_a_text_is_found_on_its_line(case: str) -> None:
    text, places = TEXTS[case]
    tomllib.loads(text)
    located = Locations(text)
    assert {place: located.line_within(("x",), *place) for place in places} == places


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ('a = 1\nb = "x\nc = 2', 2),
        ('a = 1\nb = """x\ny\nz', 2),
        ("a = [1,\n2,\n", 1),
        ("[a]\n[b\nc = 1", 2),
        ("a = 1\n", None),
        ("a = 1\n= 2", 2),
    ],
)
def test_reading_stops_at_the_statement_that_is_none(text: str, stopped: int | None) -> None:
    assert Locations(text).stopped == stopped


def test_what_stands_twice_is_known_with_its_first_place() -> None:
    assert Locations("[a]\nx = 1\ny = 2\nx = 3\n[b]\n[a]\n").doubled == {4: 2, 6: 1}


_KEYS = st.one_of(st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True), st.text(max_size=4))
_VALUES = st.recursive(
    st.one_of(st.integers(-(2**40), 2**40), st.booleans(), st.text(max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=3)),
    max_leaves=6,
)


def _quoted(text: str) -> str:
    return '"' + "".join(char if char.isalnum() else f"\\U{ord(char):08X}" for char in text) + '"'


def _written(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str() if "\n" in value and "'''" not in value and value.isascii() and value.replace("\n", "").isprintable():
            return f"'''\n{value}'''" if not value.endswith("'") else _quoted(value)
        case str():
            return _quoted(value)
        case list():
            return "[ " + ", # a ] comment\n".join(map(_written, value)) + " ]"
        case _:
            return "{ " + ", ".join(f"{_quoted(key)} = {_written(each)}" for key, each in value.items()) + " }"


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.dictionaries(_KEYS, _VALUES, max_size=3)), max_size=5))
def test_every_key_of_any_document_is_found_where_it_was_written(tables: list[tuple[str, dict[str, Any]]]) -> None:
    """Documents are built table by table; a key's line is the number of lines written before it."""
    text, lines, counts = "", dict[KeyPath, int](), dict[str, int]()
    for name, table in tables:
        index = counts[name] = counts.get(name, -1) + 1
        text += f"[[{name}]]\n"
        for key, value in table.items():
            lines[name, index, key] = text.count("\n") + 1
            text += f"{_quoted(key)} = {_written(value)}\n"
    assert set(tomllib.loads(text)) == set(counts)
    located = Locations(text)
    assert located.stopped is None
    assert {path: located.line(path) for path in lines} == lines


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text(alphabet="[]{}=\"'.,#\\ab1 \n\r\t", max_size=60))
def test_any_text_is_read_to_some_place(text: str) -> None:
    located = Locations(text)
    assert located.stopped is None or 1 <= located.stopped <= text.count("\n") + 1
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert located.stopped is None
