"""The README's picture shows what the bot sends today, whole, and needs nothing but itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.picture import PICTURE, draw, payload
from tests.picture.__main__ import drawn

SVG = "{http://www.w3.org/2000/svg}"
HARD: dict[str, Any] = {
    "blocks": [
        {
            "type": "section",
            "text": {"text": "*<https://a.example/?x=1&amp;y=2|R&amp;D &lt;in&gt; brief>*\n" + "a long line of words " * 12},
        },
        {"type": "context", "elements": [{"text": ">" + "*bold words* and plain ones, " * 9}]},
    ]
}


def seen(message: dict[str, Any]) -> Iterator[str]:
    """What a reader of Slack sees, line by line; read here without the painter's own eyes."""
    for block in message["blocks"]:
        for element in block.get("elements") or [block["text"]]:
            for line in element["text"].split("\n"):
                bare = re.sub(r"<[^|>]+\|([^>]*)>", r"\1", re.sub("^>", "", line)).replace("*", "")
                yield " ".join(unescape(bare).split())


def lines(svg: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(f"{SVG}text"))


def test_the_picture_is_what_the_script_draws_today() -> None:
    assert PICTURE.read_text(encoding="utf-8") == drawn(), "draw it anew: python -m tests.picture"


@pytest.mark.parametrize("message", [payload.message(), HARD], ids=["the alert", "a hard one"])
def test_every_text_of_the_message_stands_in_the_picture_in_its_order(message: dict[str, Any]) -> None:
    svg = draw.card(message, channel="newsroom", sent=payload.SENT)
    shown = " ".join(" ".join("".join(line.itertext()) for line in lines(svg)).split())
    at = 0
    for text in seen(message):
        assert text in shown[at:]
        at = shown.index(text, at) + len(text)


def test_the_words_that_matched_are_bold() -> None:
    (entry,) = payload.alert().entries
    bold = [span.text for line in lines(drawn()) for span in line.iter(f"{SVG}tspan") if span.get("font-weight") == "700"]
    assert len(entry.match.terms) > 1
    assert {term.raw for term in entry.match.terms} <= set(bold)


def test_the_headline_alone_would_not_have_matched() -> None:
    """The picture shows why articles are read."""
    (entry,) = payload.alert().entries
    assert entry.match.where == "article"
    assert not [term for term in entry.match.terms if term.raw in entry.item.title.raw]


@pytest.mark.parametrize("message", [payload.message(), HARD], ids=["the alert", "a hard one"])
def test_no_line_runs_out_of_the_card_in_a_wide_font(message: dict[str, Any]) -> None:
    svg = draw.card(message, channel="newsroom", sent=payload.SENT)
    widest = 1.15  # DejaVu Sans, against the widths that lines are broken by
    for line in lines(svg):
        size, x = float(line.get("font-size", "0")), float(line.get("x", "0"))
        long = draw.ems("".join(line.itertext())) * size * widest
        assert x + long <= draw.WIDTH - draw.EDGE / 2


def test_the_picture_needs_nothing_from_elsewhere() -> None:
    svg = drawn().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"href|url\(|https?:|<image|<script|<style|<foreignObject|@import|&(?!amp;|lt;|gt;)", svg)
