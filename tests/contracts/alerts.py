"""Alerts out of a seed: what feeds write in earnest, what they write by mistake, and what somebody writes to do harm."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.model import CHANNEL_NOTICE, Alert, AlertDevelopment, AlertEntry, AlertItem, AlertMatch, AlertType, Foreign

WORDS = (
    "OpenAI", "NATO", "the", "Pentagon", "contract", "said", "on", "Tuesday", "AT&T", "R&D", "C++", "node_modules", "2.5", "1.",
    "Übung", "Łódź", "北约", "与", "签约", "НАТО", "подписал", "الناتو", "עברית", "ประเทศ", "한국어", "क्षि", "👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "e\u0301",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "1\ufe0f\u20e3", "🇩🇪🇫🇷🇪", "❤\ufe0f\u200d🔥", "ᄒ\u1161\u11ab", "می\u200cخواهم",
    "İstanbul", "ﬁ", "ǅ", "1\u00a0000", "3.", "12)", "Straße", "\u200fעברית\u200e", "𝐎𝐩𝐞𝐧𝐀𝐈", "①", "²",
)  # fmt: skip
HARM = (
    "@everyone", "@here", "@channel", "@all", "@desk.editor", "<!channel>", "<!here>", "<!everyone>", "<!subteam^S12345|@desk>", "<@U12345>",
    "<@12345>", "<@!12345>", "<@&12345>", "<#C12345|general>", "<!date^1^{date}|x>", "<t:1:R>", "<id:customize>", "</cmd:1>", "<at>Ann</at>",
    "<AT id='0'>Ann</AT>", "<<at>at>x", "<https://evil.example|bbc.co.uk>", "[bbc](https://evil.example)", "![i](https://evil.example/i.png)",
    "[a]: https://evil.example", "<https://evil.example>", "https://evil.example/?a=1&b=2", "www.evil.example", "mailto:a@b.example", "a@b.example",
    "*b*", "**b**", "_i_", "__u__", "~s~", "~~s~~", "`c`", "```", "||s||", "> q", ">>> q", "# h", "-# s", "- i", "* i", "+ i", "1. i", "1) i",
    ":fire:", "<:x:1>", "~town-square", "#hashtag", "&amp;", "&lt;!channel&gt;", "&#64;here", "\\", "\\*", "\\@here", "]", "[", "](", ")", "(", "|",
    "{{DATE(2026-03-03T14:05:00Z)}}", "${secret}", "@{triggerBody()}", "<script>alert(1)</script>", "<b>", "<img onerror=x>", "javascript:alert(1)",
    "\x1b[31mred\x1b[0m", "\x9b2J", "\x00", "\r\n", "\n", "\t", "\u2028", "\u202eevil\u202c", "\u2066x\u2069", "\u200b", "\u200d", "\ufeff", "\ud800",
    "@\u200beveryone", "＠everyone", "＜!channel＞", "*＊_＿`｀", "---", "***", "===", "| a | b |", "<!--", "-->", "&", "<", ">", "\"", "'",
    "&nbsp;", "&#x40;everyone", "&commat;here", "&ltat&gt", "&#0;", "&#xD800;", "&lbrack;x&rbrack;(https://evil.example)", "&&amp;&", "&#60;@1&#62;",
    "\ud83d\ude00", "\ude00\ud83d", "\udfff", "\ufffe", "\U0001ffff", "\ufffd", "\u061c", "\u200e", "\u2060", "\u00ad", "\u115f", "\u3164", "\u2800",
    "e" + "\u0301" * 80, "\u0301" * 80, "#\ufe0f\u20e3", "*\ufe0f\u20e3", "@\ufe0f", "@\u0301here", "@\u00adhere", "@\u2060channel", "<\u200b@12345>",
    "<@\u00ad12345>", "@here@here", "@@here", "x@here", "@ here", "\\<@12345>", "`@everyone", "**@everyone**", "[@here](https://evil.example)",
    "<@U12345|ann>", "<!subteam^S1>", "<#C1>", "<!everyone|x>", "<<!here>>", "<!here", "!here>", "<a href='https://evil.example'>x</a>", "<at\u00a0id=0>x</at>",
    "</at>", "<at", "[x]: https://evil.example 'y'", "[x][y]", "[^1]", "- [ ] x", "+", "-", "_", "__", "*", "**", "~", "~~~", "`", "\t# x", "    x", "  \n", "\\\n",
    "1.", "0)", "١.", "१.", "1.\tx", "tel:1", "ssh://x", "HTTPS://EVIL.EXAMPLE", "http:\\\\evil.example", "https:/evil.example", "://", "::", ":x:y:", "a:b:c", "WWW.evil.example",
    "%s", "%(x)s", "{0}", "{x}", "$(x)", "{{x", "}}", "\\u0040here", "\\n", "\\x40", "=HYPERLINK(1)", "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07", "\x7f", "\x85", "\x08",
)  # fmt: skip
URLS = (
    "https://example.org/2026/03/03/openai-nato?utm_source=rss&x=1", "http://example.org", "https://example.org/a_(b)|c>d<e f\"g`h[i]\\j",
    "https://medium.example/@everyone/a-story", "https://medium.example/@here", "javascript:alert(1)", "data:text/html,<b>x", "vbscript:x",
    "https://bbc.co.uk@evil.example/", "https://例え.jp/日本", "https://[::1]/x", "https://[bad/x", "https://h:99999/", "ftp://example.org/", "//e.org/",
    "https://", "", "https://example.org/<@12345>", "https://example.org/<!channel>", "https://example.org/%zz%41", "https://example.org/\x1b",
    "https://example.org/*a*_b_~c~", "https://example.org/{{DATE()}}${x}", "https://example.org/<at>x</at>", "https://example.org/:fire:",
)  # fmt: skip
LONGEST_DIGEST = 500
_BEGAN = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)


def make(seed: int, number: int) -> Alert:
    """The ``number``-th alert of a seed: always the same one, whatever was made before it."""
    chance = random.Random(f"{seed}/{number}")
    kind: AlertType = chance.choices(
        ("development.new", "development.update", "digest", "feed.problem", "heartbeat", "test"), (58, 8, 20, 8, 2, 4)
    )[0]
    told = 0 if kind in {"feed.problem", "heartbeat"} else _digest_size(chance) if kind == "digest" else 1
    return Alert(
        id=f"alert_{number:020x}",
        type=kind,
        channel=text(chance, 5),
        created=_BEGAN,
        story=chance.choice(("", "openai-nato")),
        story_title=text(chance, 8),
        entries=tuple(_entries(chance, told)),
        feed=chance.choice(("", "", "", CHANNEL_NOTICE)) + text(chance, 4),
        problem=Foreign(text(chance, 30)),
        baseline=chance.random() < 0.2,
        repeats=chance.random() < 0.1,
    )


def _digest_size(chance: random.Random) -> int:
    """Mostly a few entries; one digest in a hundred has the most."""
    return chance.choices((0, 1, 2, chance.randint(3, 15), chance.randint(16, 80), LONGEST_DIGEST), (3, 10, 20, 46, 20, 1))[0]


def _entries(chance: random.Random, count: int) -> Sequence[AlertEntry]:
    """Of many entries only the first dozen are new: what a message holds is decided by their lengths."""
    made = [_entry(chance, number) for number in range(min(count, 12))]
    return [made[number % 12] for number in range(count)]


def _entry(chance: random.Random, number: int) -> AlertEntry:
    title = text(chance, 14)
    words = chance.sample(WORDS, 3)
    return AlertEntry(
        development=AlertDevelopment(
            id=str(number),
            headline=Foreign(title),
            items=chance.randint(1, 40),
            outlets=tuple(_several(chance, 6, lambda: Foreign(text(chance, 3)))),
        ),
        item=AlertItem(
            id=str(chance.randint(1, 10**9)),
            feed=text(chance, 4),
            outlet=Foreign(text(chance, 3)),
            title=Foreign(title),
            url=_url(chance),
            published=chance.choice((None, _BEGAN, _BEGAN + timedelta(seconds=chance.randint(-(10**9), 10**9)))),
            first_seen=_BEGAN,
        ),
        match=AlertMatch(
            score=chance.random(),
            terms=(*map(Foreign, words), *_several(chance, 4, lambda: Foreign(text(chance, 2)))),
            where=chance.choice((None, "title", "summary", "article")),
            sentence=Foreign(text(chance, 60)),
        ),
    )


def text(chance: random.Random, length: int) -> str:
    """Words with a little harm among them, at times nothing, harm alone, or far too much of one thing."""
    draw = chance.random()
    if draw < 0.015:
        return "".join(chr(chance.randrange(chance.choice((0x80, 0x3000, 0x110000)))) for _ in range(chance.randint(1, 40)))
    if draw < 0.03:
        return chance.choice(("", " ", "\u200b", "\n", "\u0301", "\u00ad"))
    if draw < 0.08:
        return chance.choice((*WORDS, *HARM)) * chance.choice((40, 300, 3000))
    if draw < 0.25:
        return chance.choice(("", " ")).join(chance.choices(HARM, k=chance.randint(1, length)))
    parts = chance.choices(WORDS, k=chance.choice((chance.randint(1, length), chance.randint(1, length), 12 * length)))
    for _ in range(chance.choice((0, 0, 1, 2, 4))):
        parts.insert(chance.randint(0, len(parts)), chance.choice(HARM))
    return chance.choice((" ", " ", " ", "")).join(parts)


def _url(chance: random.Random) -> Foreign | None:
    draw = chance.random()
    if draw < 0.05:
        return None
    if draw < 0.5:
        return Foreign(f"https://example.org/{chance.randint(1, 10**9)}")
    if draw < 0.65:
        return Foreign(f"https://example.org/{text(chance, 4)}")
    return Foreign(chance.choice(URLS) + chance.choice(("", "", "/" + "x" * chance.choice((900, 1300, 5000)))))


def _several(chance: random.Random, most: int, one: Callable[[], Foreign]) -> list[Foreign]:
    return [one() for _ in range(chance.randint(0, most))]
