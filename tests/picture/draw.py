"""A Slack message as an SVG card: light, self-contained, legible on a light and on a dark page.

Only what ``bot.core.render.slack`` writes is understood: sections and context lines of mrkdwn with links, dates, bold and
quotes. Fonts are those of the reader's machine, so each line is one text that flows by itself, and lines are broken by
an estimate with room to spare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape, unescape
from typing import Any

APP = "Storywatch"
WIDTH, EDGE, LEFT, TOP = 680, 24, 78, 72
FONT = "-apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
INK, GREY, LINK, LINE = "#1d1c1d", "#616061", "#1264a3", "#dddddd"
# DejaVu Sans, the widest of the usual fonts, is 15 % wider than Arial (measured), by whose widths lines are broken.
SPARE = 0.86
# Widths of Helvetica's letters, which Arial shares, in thousandths of an em, from the space on (Adobe's Helvetica.afm).
_EMS = dict(zip(map(chr, range(32, 127)), (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
    556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
), strict=True))  # fmt: skip

BOLD = 1.09  # Arial Bold against Arial (measured)

_HEAD = """\
<text x="{edge}" y="33" font-size="16" font-weight="700" fill="{ink}"><tspan fill="{grey}" font-weight="400">#</tspan>\
<tspan dx="5">{channel}</tspan></text>
<path d="M1 52.5H{end}" stroke="#e8e8e8"/>
<g transform="translate({edge} {top})" fill="none">
<rect width="40" height="40" rx="9" fill="#14324f"/>
<g stroke="#7fb4d9" stroke-width="1.6"><circle cx="20" cy="20" r="12.5"/><circle cx="20" cy="20" r="7.5"/></g>
<path d="M20 20L29.5 11.5" stroke="#ffffff" stroke-width="2" stroke-linecap="round"/>
<circle cx="20" cy="20" r="2.4" fill="#ffffff"/><circle cx="14.2" cy="25" r="2.2" fill="#ffb454"/>
</g>
<text x="{x}" y="{y}" font-size="15" font-weight="700" fill="{ink}" textLength="{name}" lengthAdjust="spacingAndGlyphs">{app}</text>
<g transform="translate({badge} {top})" fill="{grey}">
<rect width="29" height="15" rx="3" fill="#e8e8e8"/>
<text x="14.5" y="11" font-size="10" font-weight="700" text-anchor="middle">APP</text>
<text x="38" y="12" font-size="12">{sent}</text>
</g>"""
_MARK = re.compile(r"<!date\^[^|>]*\|(?P<date>[^>]*)>|<(?P<url>https?://[^|>]+)\|(?P<label>[^>]*)>|(?P<star>\*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Letters in one look."""

    text: str
    bold: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How the text of a block is set; ``lead`` is the distance between its lines."""

    size: int
    lead: int
    colour: str


SECTION, CONTEXT = Style(size=15, lead=23, colour=INK), Style(size=13, lead=20, colour=GREY)
GAP = 10  # between two blocks


def card(message: Mapping[str, Any], *, channel: str, sent: datetime) -> str:
    """The message as it stands in the channel."""
    parts, y = [], TOP + 30
    for block in message["blocks"]:
        style = CONTEXT if block["type"] == "context" else SECTION
        for line in texts(block):
            drawn, y = _paragraph(line, style, y)
            parts += drawn
        y += GAP
    height = y - 2
    seen = "\n".join("".join(run.text for run in runs(line)) for block in message["blocks"] for line in texts(block))
    return "\n".join((*_frame(height, f"{APP}, an alert in Slack", seen), *_head(channel, sent), *parts, "</svg>", ""))


def texts(block: Mapping[str, Any]) -> Iterator[str]:
    """The lines of mrkdwn in a block."""
    for piece in block.get("elements") or [block["text"]]:
        yield from piece["text"].split("\n")


def runs(line: str) -> list[Run]:
    """A line as a reader sees it. A mark of quotation at its beginning is none of its text."""
    line = line.removeprefix(">")
    found, at, bold = [], 0, False
    for mark in _MARK.finditer(line):
        found.append(Run(text=unescape(line[at : mark.start()]), bold=bold))
        if mark["star"]:
            bold = not bold
        else:
            found.append(Run(text=unescape(mark["date"] or mark["label"]), bold=bold, link=mark["url"] is not None))
        at = mark.end()
    found.append(Run(text=unescape(line[at:]), bold=bold))
    return [run for run in found if run.text]


def broken(line: Sequence[Run], size: int, room: float) -> list[list[Run]]:
    """The line in as many as it takes, broken at spaces."""
    rows: list[list[Run]] = [[]]
    used = 0.0
    for word in _words(line):
        needed = size * sum(ems(run.text) * (BOLD if run.bold else 1) for run in word)
        if rows[-1] and used + size * ems(" ") + needed > room * SPARE:
            rows.append([])
            used = 0.0
        if rows[-1]:
            same = replace(rows[-1][-1], text="") == replace(word[0], text="")
            rows[-1].append(replace(word[0], text=" ") if same else Run(text=" "))
        rows[-1] += word
        used += size * ems(" ") + needed
    return [_joined(row) for row in rows]


def _words(line: Sequence[Run]) -> list[list[Run]]:
    """What stands between spaces: one run, or several of different looks."""
    words: list[list[Run]] = [[]]
    for run in line:
        first, *rest = run.text.split(" ")
        words[-1].append(replace(run, text=first))
        words += [[replace(run, text=piece)] for piece in rest]
    return [some for word in words if (some := [run for run in word if run.text])]


def _joined(row: Sequence[Run]) -> list[Run]:
    """Neighbours of one look as one run."""
    done: list[Run] = []
    for run in row:
        if done and replace(done[-1], text="") == replace(run, text=""):
            done[-1] = replace(run, text=done[-1].text + run.text)
        else:
            done.append(run)
    return done


def ems(text: str) -> float:
    """How wide a text is in Arial, in ems."""
    return sum(_EMS.get(letter, 556) for letter in text) / 1000


def _paragraph(line: str, style: Style, y: int) -> tuple[list[str], int]:
    """A line of a block at a height; and the height of the next."""
    quoted = line.startswith(">")
    x = LEFT + (16 if quoted else 0)
    rows = broken(runs(line), style.size, WIDTH - EDGE - x)
    parts = []
    if quoted:
        top, tall = y - style.size - 2, len(rows) * style.lead + 2
        parts.append(f'<rect x="{LEFT}" y="{top}" width="4" height="{tall}" rx="2" fill="{LINE}"/>')
    for row in rows:
        parts.append(f'<text x="{x}" y="{y}" font-size="{style.size}" fill="{style.colour}">{"".join(map(_span, row))}</text>')
        y += style.lead
    return parts, y


def _span(run: Run) -> str:
    look = (' font-weight="700"' if run.bold else "") + (f' fill="{LINK}"' if run.link else "")
    return f"<tspan{look}>{escape(run.text, quote=False)}</tspan>" if look else escape(run.text, quote=False)


def _frame(height: int, title: str, seen: str) -> list[str]:
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONT}">',
        f"<title>{escape(title, quote=False)}</title>",
        f"<desc>{escape(seen, quote=False)}</desc>",
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="12" fill="#ffffff" stroke="#d0d7de"/>',
    ]


def _head(channel: str, sent: datetime) -> list[str]:
    """The channel's name, then who writes: the mark, the app's name, Slack's badge, the time."""
    name = round(ems(APP) * 15 * BOLD)
    at = {"x": LEFT, "y": TOP + 8, "name": name, "badge": LEFT + name + 8, "edge": EDGE, "end": WIDTH - 1, "top": TOP - 4}
    return [_HEAD.format(**at, app=APP, channel=escape(channel), sent=f"{sent:%H:%M}", ink=INK, grey=GREY)]
