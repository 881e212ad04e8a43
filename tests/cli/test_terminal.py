"""Text from strangers, made harmless for a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.terminal import safe, safe_lines

SHOWN = {
    "plain text": ("OpenAI, NATO", "OpenAI, NATO"),
    "scripts of the world": ("北约 НАТО حلف الناتو נאט״ו नाटो 👩‍🚀", "北约 НАТО حلف الناتو נאט״ו नाटो 👩‍🚀"),
    "a colour": ("\x1b[31mred", "␛[31mred"),
    "a clipboard (OSC 52)": ("\x1b]52;c;cm0gLXJm\x07", "␛]52;c;cm0gLXJm␇"),
    "an eight-bit CSI": ("\x9b2J", "<9B>2J"),
    "a carriage return over the line": ("good\rbad", "good␍bad"),
    "a forged line": ("one\ntwo", "one␊two"),
    "a backspace and a delete": ("a\x08\x7f", "a␈␡"),
    "a text turned round": ("a\u202ecod.exe", "a<202E>cod.exe"),
    "an isolate": ("\u2066x\u2069", "<2066>x<2069>"),
    "a line separator": ("a\u2028b", "a<2028>b"),
    "a lone surrogate": ("a\ud800b", "a\ufffdb"),
}


@pytest.mark.parametrize("case", SHOWN)
def test_what_a_terminal_would_obey_is_shown_instead(case: str) -> None:
    text, shown = SHOWN[case]
    assert safe(text) == shown


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text(st.characters(), max_size=50))
def test_no_text_has_anything_left_to_obey(text: str) -> None:
    shown = safe(text)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert len(shown.splitlines()) <= 1
    assert safe(shown) == shown
    shown.encode()


def test_lines_of_ours_stay_lines() -> None:
    assert safe_lines("query\n    ^\x1b[2J") == "query\n    ^␛[2J"
