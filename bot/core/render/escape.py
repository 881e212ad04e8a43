"""Feed text made safe for each channel: it mentions nobody, forges neither link nor formatting, and steers no terminal.

Each escaper takes any text to one line of its channel's language that shows the text as it was written. Configured
text (story titles, channel names) goes through the same functions. Sources: Slack "Formatting text for app surfaces"
(docs.slack.dev), Discord "Message formatting" (discord.com/developers/docs/reference).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote, urlsplit

from bot.core.text import clean, shorten
from bot.model import Foreign

# Longer addresses are told by the item's number instead: with the other parts of an entry, about 1,750 at most, they
# would not fit into Slack's 3,000 characters of a section.
MAX_URL = 1200
_LONGEST = 4000  # characters of any one text that are looked at
_LONGEST_HOST = 261  # 255 of a name (RFC 1035) and a port; encoding a longer one takes quadratic time

# Controls but white space, the bidirectional embeddings, overrides and isolates, and lone surrogates.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BLANK = re.compile(r"\s")
_BREAK = "\u200b"  # ZERO WIDTH SPACE: parts a mark from its name and is not seen
_MENTION = re.compile(r"@(?!\s)")
_COLON = re.compile(r":(?=//|[\w+~'-]+:)")  # an address written out, or :emoji:

# Slack has no way to escape its own marks; these look the same and mean nothing. An underscore inside a word is none.
_SLACK_MARKS = re.compile(r"[*＊~`｀]|(?<![^\W_])[_＿]|[_＿](?![^\W_])")
_SLACK_LOOKALIKES = str.maketrans("*＊~`｀_＿", "∗﹡∼ˋˋˍ⸏")
_SLACK_MARKDOWN_LINK = re.compile(r"\](?=\()")  # Slack-compatible servers (Mattermost) read Markdown
_SLACK_QUOTE = re.compile("^(?=&gt;|＞)")

_DISCORD_MARKS = re.compile(rf"[\\*_~`|\[\]<]|(?<=\])\(|^[#>+-]|{_COLON.pattern}")
_LIST = re.compile(r"^(\d+)(?=[.)](?:\s|$))")

_WWW = re.compile(r"\bwww(?=\.)", re.IGNORECASE)  # made a link where it stands, scheme or not
_ENTITY = re.compile(r"&(?=#?\w+;)")
_ENTITY_END = re.compile(r"(&#?\w+);")

# Mattermost turns Slack's <!here>, <@ID> and <url|label> into its own before it reads Markdown, so "<" is spelled out.
_MATTERMOST_MARKS = re.compile(r"[\\*_~`|\[\]]|(?<=\])\(|^[#>+=-]")  # "===" below a line makes a heading of it
_MATTERMOST_NAMES = re.compile(r"[~#](?=\w)")  # of channels and hashtags

# The renderers of Teams differ in what they make of a backslash: marks become look-alikes or are parted from their text.
_TEAMS_MENTION = re.compile(r"^(?:</?at\b[^<>]*>\s*)+|</?at\b[^<>]*>", re.IGNORECASE)  # in front with the blanks behind it
_TEAMS_MARKS = re.compile(r"<(?=[a-z/!?])|\](?=[(\[:])|\\(?=[!-/:-@\[-`{-~]|$)|\{(?=\{)|\$(?=\{)", re.IGNORECASE)
_TEAMS_BRACKETS = str.maketrans("[]", "［］")
_TEAMS_START = re.compile(r"^(?=[#>+-])")

_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_URL_SAFE = "%/?#:@!$&'()*+,;=~"
_HOST = re.compile(r"[\w.\-:\[\]%]+", re.ASCII)


@lru_cache(maxsize=512)  # a message that is tried in several details asks for the same titles again
def one_line(text: Foreign) -> Foreign:
    """The text in one clean line, cut at a length that no channel shows whole anyway."""
    return Foreign(clean(text.raw, _LONGEST))


def visible(text: Foreign) -> bool:
    """Whether a reader sees anything of it: marks, blanks and invisible characters alone do not count."""
    return text.raw[:1].isalnum() or any(unicodedata.category(char)[0] not in "ZCM" for char in text.raw)


def units(text: str) -> int:
    """Length in UTF-16 units: the larger of the counts a channel may use, so within one means within the other."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def fitted(text: Foreign, limit: int, escape: Callable[[Foreign], str]) -> str:
    """``escape(text)`` in at most ``limit`` UTF-16 units, the text shortened first so that no escape is cut in two."""
    size = limit
    while units(done := escape(Foreign(shorten(text.raw, size)))) > limit and size > 1:
        size = min(size - 1, size * limit // units(done))
    return done


@lru_cache(maxsize=512)  # a message asks for it at the headline and at the byline, in each detail that is tried
def web_link(url: Foreign | None) -> str | None:
    """The address as an http(s) link of RFC 3986 characters only, or None where it is none a reader should follow.

    A user name in front of the host is refused: it is a common way to make one site look like another.
    """
    address = (url.raw if url else "").strip()[: MAX_URL + 1]
    try:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or parts.port == 0 or len(parts.netloc) > _LONGEST_HOST:
            return None
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
        tail = quote(_LONE_PERCENT.sub("%25", address.partition("//")[2][len(parts.netloc) :]), safe=_URL_SAFE)
    except ValueError:  # a port out of range, a host that cannot be, a lone surrogate
        return None
    before, mark, fragment = tail.partition("#")
    whole = f"{parts.scheme}://{host}{before}{mark}{fragment.replace('#', '%23')}"  # one "#" is all that RFC 3986 allows
    return _within(whole) if parts.hostname and _HOST.fullmatch(host) else None


def plain(text: Foreign) -> str:
    """For fields that a channel shows as they are: one line that mentions nobody."""
    return _MENTION.sub("@" + _BREAK, _flat(text))


def slack(text: Foreign) -> str:
    """For ``mrkdwn``: ``& < >`` once, marks and :emoji: neutralised, no ``@name`` for servers that look for it."""
    if _bare(text):
        return text.raw
    done = _flat(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    done = _silent(_SLACK_MARKS.sub(lambda mark: mark[0].translate(_SLACK_LOOKALIKES), done))
    return _SLACK_QUOTE.sub(_BREAK, _SLACK_MARKDOWN_LINK.sub("]" + _BREAK, done))


def slack_url(url: Foreign | None) -> str | None:
    """The address for ``<url|label>``, or None where it may not or cannot be linked."""
    link = web_link(url)
    return _within((link or "").replace("&", "&amp;"))


def discord(text: Foreign) -> str:
    """For content and embeds: Markdown behind a backslash, mentions broken, bare addresses and :emoji: not live."""
    if _bare(text):
        return text.raw
    done = _DISCORD_MARKS.sub(_backslashed, _flat(text))
    return _LIST.sub(r"\1\\", _MENTION.sub("@" + _BREAK, done))


def discord_url(url: Foreign | None) -> str | None:
    """The address for ``[label](url)``, or None where it may not or cannot be linked."""
    link = web_link(url)
    return _within((link or "").replace("(", "%28").replace(")", "%29"))


def mattermost(text: Foreign) -> str:
    """For Mattermost's Markdown: behind a backslash, no ``@name``, no bare address, :emoji:, hashtag or ~channel live."""
    if _bare(text):
        return text.raw
    done = _silent(_ENTITY.sub("&amp;", _flat(text)))
    done = _MATTERMOST_NAMES.sub(_parted, _WWW.sub(_parted, done))
    return _LIST.sub(r"\1\\", _MATTERMOST_MARKS.sub(_backslashed, done)).replace("<", "&lt;")


def markdown_url(url: Foreign | None) -> str | None:
    """The address for ``[label](url)`` of CommonMark, whose readers would turn an ``&copy;`` in it into its character."""
    return _within(_ENTITY_END.sub(r"\1%3B", discord_url(url) or ""))


def mattermost_url(url: Foreign | None) -> str | None:
    """The address for ``[label](url)``; old servers look for ``@name`` in it too."""
    return _within((markdown_url(url) or "").replace("@", "%40"))


def teams(text: Foreign) -> str:
    """For the text of an Adaptive Card: its Markdown, HTML, ``{{DATE()}}`` and ``<at>`` are text or gone."""
    if _bare(text):
        return text.raw
    done = _flat(text)
    unnamed = _TEAMS_MENTION.sub("", done) if "<" in done else done
    # A text of mentions alone is shown: no empty bold.
    done = _ENTITY.sub("&" + _BREAK, unnamed if visible(Foreign(unnamed)) else done)
    done = _SLACK_MARKS.sub(lambda mark: mark[0].translate(_SLACK_LOOKALIKES), done)
    done = _TEAMS_MARKS.sub(_parted, _LIST.sub(r"\1" + _BREAK, _TEAMS_START.sub(_BREAK, done)))
    return _silent(_WWW.sub(_parted, done))


def teams_label(label: str) -> str:
    """An escaped text as a link's label: a bracket without its other half would end it, and the link with it."""
    depth = 0
    for char in label:
        depth += (char == "[") - (char == "]")
        if depth < 0:
            break
    return label.translate(_TEAMS_BRACKETS) if depth else label


def terminal(text: Foreign) -> str:
    """For a terminal: one line, every control character and bidirectional override spelled out."""
    return _CONTROL.sub(_spelled, _BLANK.sub(" ", text.raw))


def _bare(text: Foreign) -> bool:
    """Whether it is letters, digits and spaces alone, as most words and names are: nothing means anything in any channel."""
    return text.raw.replace(" ", "").isalnum()


def _silent(text: str) -> str:
    """No ``@name``, no address written out and no :emoji: in it is alive."""
    if ":" in text:
        text = _COLON.sub(":" + _BREAK, text)
    return _MENTION.sub("@" + _BREAK, text) if "@" in text else text


def _backslashed(mark: re.Match[str]) -> str:
    return "\\" + mark[0]


def _parted(mark: re.Match[str]) -> str:
    return mark[0] + _BREAK


def _flat(text: Foreign) -> str:
    if text.raw.isprintable():  # then no blank but the space is in it, nor anything else that is taken out here
        return text.raw
    return _CONTROL.sub("", _BLANK.sub(" ", text.raw))


def _within(link: str) -> str | None:
    return link if 0 < len(link) <= MAX_URL else None


def _spelled(char: re.Match[str]) -> str:
    code = ord(char[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
