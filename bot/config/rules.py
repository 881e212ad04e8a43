"""What a single value of the configuration must look like.

Each rule takes the text as written and returns the value it means, or raises ValueError with what
to write instead. Values that may be secrets are never shown in a message.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
import unicodedata
from datetime import timedelta
from urllib.parse import SplitResult, urlsplit

from bot.core import durations
from bot.model import Budget

_LEAST_INTERVAL = timedelta(seconds=30)
_LEAST_DEADLINE = timedelta(seconds=1)
_LONGEST_NAME = 120  # characters: longer names break every table they stand in
_LARGEST_BACKLOG = 1000  # no feed shows more at once
_OTHER_SCHEMES = {
    "file",
    "ftp",
    "feed",
    "gopher",
    "data",
    "rss",
    "ws",
    "wss",
}  # may be named: what else stands there may be secret
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")  # controls, line and bidi marks
CALL = re.compile("[!-~]{1,80}")  # what can be a mention at all: one short word
_DATABASE = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)

_WHOLE = 'write it whole, as in "https://example.org/rss"'
_OPERATORS = {"AND", "OR", "NOT", "NEAR", "TITLE"}

# Headers that the bot sets itself; a second hand on them breaks framing, validators or the cap on decoded sizes.
_OURS = {
    *("accept-encoding", "connection", "content-length", "host", "if-modified-since", "if-none-match"),
    *("proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"),
}


def name(text: str) -> str:
    """A feed's or channel's name: one line that can be shown anywhere."""
    if not text.strip():
        raise ValueError('is empty: write a name, as in "Example"')
    if text != text.strip():
        raise ValueError("begins or ends with a space: take it away")
    if _UNPRINTABLE.search(text):
        raise ValueError("holds a control character: write printable text on one line")
    if len(text) > _LONGEST_NAME:
        raise ValueError(f"has {len(text)} characters: write at most {_LONGEST_NAME}")
    return text


def slug(text: str) -> str:
    """A story's name: it stands in commands and URLs."""
    if not re.fullmatch(r"[a-z0-9-]{1,64}", text):
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        better = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64] or "openai-nato"
        raise ValueError(f'"{text[:40]}" is no slug (small letters a-z, digits and hyphens): write "{better}"')
    return text


def concept(text: str) -> str:
    """A concept's name: a bare word of the query language."""
    if not re.fullmatch(r"[^\W_][\w-]{0,63}", text):
        raise ValueError("is no word: name a concept with letters, digits, - and _ only")
    if text.upper() in _OPERATORS:
        raise ValueError("is a word of the query language: choose another name")
    return text


def spellings(texts: list[str]) -> list[str]:
    """A concept's spellings; the grammar of each is checked elsewhere."""
    if not texts:
        raise ValueError('has no spelling: write some, as in ["OpenAI", "Open AI"]')
    return texts


def query(text: str) -> str:
    """A story's query; its grammar is checked elsewhere."""
    if not text.strip():
        raise ValueError('is empty: write what to look for, as in "openai AND nato"')
    return text


def threshold(value: float) -> float:
    """The score from which a story's rule holds."""
    if not 0 <= value <= 1:
        raise ValueError(f"{value:g} is no score: write a number from 0 (its words anywhere are enough) to 1, as in 0.5")
    return value


def duration(text: str) -> timedelta:
    """Any duration, none (``0s``) too."""
    return durations.parse(text)


def some_duration(text: str) -> timedelta:
    """A duration longer than nothing."""
    if not (found := durations.parse(text)):
        raise ValueError("is nothing: write how long, as in 90d")
    return found


def interval(text: str) -> timedelta:
    """How often to poll: at least every 30 s would be rude to any server."""
    if (found := durations.parse(text)) < _LEAST_INTERVAL:
        raise ValueError(f"{durations.spell(found)} is too short: write at least {durations.spell(_LEAST_INTERVAL)}")
    return found


def deadline(text: str) -> timedelta:
    """How long any one fetch may take."""
    if (found := durations.parse(text)) < _LEAST_DEADLINE:
        raise ValueError(f"{durations.spell(found)} is too short: write at least {durations.spell(_LEAST_DEADLINE)}")
    return found


def budget(text: str) -> Budget:
    """``20/10m``: messages per time."""
    count, slash, per = text.partition("/")
    if not slash or not re.fullmatch(r"[0-9]{1,6}", count.strip()) or int(count) < 1:
        raise ValueError(f'"{text[:40]}" is no budget: write messages/time, as in "20/10m"')
    return Budget(messages=int(count), per=some_duration(per))


def feed_address(text: str) -> str:
    """Where a feed is. It is shown in the log and in ``status``, so no password may stand in it."""
    if _web_address(text).username is not None:
        raise ValueError('holds a user or password: write headers = { Authorization = "Basic ${env:NAME}" } instead')
    return text


def channel_address(text: str) -> str:
    """Where a channel receives. What lets us in is the path or the query: a user and password would not be sent."""
    if _web_address(text).username is not None:
        raise ValueError("holds a user or password, which is not sent: use an address that works without")
    return text


def proxy_address(text: str) -> str:
    """Where the proxy is; a user and password may stand in it."""
    if _web_address(text).scheme != "http":
        raise ValueError('does not begin with http://: write "http://proxy.example.org:3128"')
    return text


def _web_address(text: str) -> SplitResult:
    """A whole http or https address, with a host, without spaces."""
    if re.search(r"[\x00-\x20\x7f-\x9f\\]", text):
        raise ValueError("holds a space, a backslash or a control character: write the address without it")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        raise ValueError(f"is no valid address: {_WHOLE}") from None
    if parts.scheme not in {"http", "https"}:
        begins = f"begins with {parts.scheme}:, not" if parts.scheme in _OTHER_SCHEMES else "does not begin"
        raise ValueError(f"{begins} with http:// or https://: {_WHOLE}")
    if not re.fullmatch(r"[a-z0-9_.-]+|[0-9a-f:.]+", host) or port == 0:
        raise ValueError(f"names no host or a wrong port: {_WHOLE}")
    return parts


def signing_secret(text: str) -> str:
    """``whsec_`` and base64 of 24 to 64 bytes (Standard Webhooks 1.0.0, "Secret and key generation")."""
    try:
        size = len(base64.b64decode(text.removeprefix("whsec_"), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if not text.startswith("whsec_") or not 24 <= size <= 64:
        raise ValueError("is no signing secret: write whsec_ and the output of `openssl rand -base64 32`")
    return text


def mention(text: str) -> str:
    """Whom to call; the form depends on the kind of the channel and is checked elsewhere."""
    if not CALL.fullmatch(text):
        raise ValueError('is no mention: write one like "<!here>" (Slack) or "@here" (Discord, Mattermost)')
    return text


def header_name(text: str) -> str:
    """The name of a request header of a feed."""
    if not _TOKEN.fullmatch(text):
        raise ValueError("is no name of a header: write one like Authorization")
    if text.lower() in _OURS:
        raise ValueError("is set by the bot itself: leave it out")
    return text


def header_value(text: str) -> str:
    """The value of a request header: one line of Latin-1 (RFC 9110, 5.5)."""
    if not text.strip() or any(unicodedata.category(character) == "Cc" or ord(character) > 255 for character in text):
        raise ValueError("is no value of a header: write one line of plain characters")
    return text.strip()


def contact(text: str) -> str:
    """Whom a server's operator can ask: a part of the User-Agent, so plain ASCII without parentheses."""
    if not re.fullmatch(r"[!-~]([ -~]{0,198}[!-~])?", text) or set(text) & set("()\\"):
        raise ValueError('is no contact: write a mail or web address, as in "desk@example.org"')
    return text


def backlog(number: int) -> int:
    """How many of a feed's first entries to tell of."""
    if not 0 <= number <= _LARGEST_BACKLOG:
        raise ValueError(f"is out of range: write 0 to {_LARGEST_BACKLOG}")
    return number


def network(text: str) -> str:
    """A range of addresses (``10.0.0.0/8``) or a single one."""
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        pass
    try:
        better = str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        better = "127.0.0.0/8"
    raise ValueError(f'"{text[:60]}" is no range of addresses: write one like "{better}"')


def state(text: str) -> str:
    """The path of the state's file."""
    if _DATABASE.match(text):
        raise ValueError('is a database URL, which is not possible yet: write a path, as in "state/seen.sqlite3"')
    return path(text)


def path(text: str) -> str:
    """A path of a file; whether it exists is asked elsewhere."""
    if not text.strip() or "\0" in text or text.endswith("/"):
        raise ValueError("is no path of a file: write one with the file's name")
    if text.startswith("~"):
        raise ValueError("begins with ~, which only a shell understands: write ${env:HOME} instead")
    return text
