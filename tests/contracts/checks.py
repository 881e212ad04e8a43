"""What is wrong with a message, for each kind of receiver: refused by it, or alive in it what only the operator may write.

``calls``: whom the operator named for this very message. Nothing here uses the bot: it is checked, not asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from html import unescape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from slack_sdk.models.blocks import Block
from standardwebhooks import Webhook

from tests.contracts.schemas import schema_problems

Check = Callable[[dict[str, Any], Sequence[str]], Iterator[str]]


def units(text: str) -> int:
    """Length in UTF-16 units: the larger of the counts a channel may use."""
    return len(text.encode("utf-16-le")) // 2


def without(calls: Sequence[str], text: str) -> str:
    """The text without the operator's own line of calls, which stands first and once."""
    return text.removeprefix(" ".join(calls)) if calls else text


# ---------------------------------------------------------------- Slack

_SLACK_LINK = re.compile(r"<(https?://[^|<>\s]+)\|([^<>]+)>")
_SLACK_DATE = re.compile(r"<!date\^-?\d+\^\{date_short_pretty\} \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>")


def slack_problems(body: dict[str, Any], calls: Sequence[str] = ()) -> Iterator[str]:
    yield from schema_problems("slack-message.schema.json", body)
    blocks = body.get("blocks", [])
    for block in Block.parse_all(blocks):
        block.validate_json()
    pieces = _slack_pieces(body)
    if len(blocks) > 45 or sum(map(units, pieces)) > 9000:
        yield f"{len(blocks)} blocks, {sum(map(units, pieces))} units"
    if any(units(piece) > 3000 or not piece for piece in pieces) or units(body["text"]) > 40_000:
        yield "a text too long or empty"
    if not all(element["verbatim"] for block in blocks for element in (block.get("elements") or [block["text"]])):
        yield "not verbatim"
    if body["unfurl_links"] or body["unfurl_media"]:
        yield "unfurls"
    if calls and not all(text.startswith(" ".join(calls)) for text in (body["text"], *pieces[:1])):
        yield "does not call whom the operator named"
    for number, piece in enumerate((body["text"], *pieces)):
        yield from _slack_text(without(calls, piece) if number < 2 else piece)


def _slack_pieces(body: dict[str, Any]) -> list[str]:
    return [element["text"] for block in body.get("blocks", []) for element in (block.get("elements") or [block["text"]])]


def _slack_text(text: str) -> Iterator[str]:
    rest = _SLACK_DATE.sub("date", _SLACK_LINK.sub(r"\2", text))
    rest = re.sub("^>", "", rest, flags=re.MULTILINE)
    if "<" in rest or ">" in rest:
        yield f"markup that is not ours: {rest[:200]!r}"
    if re.search(r"&(?!amp;|lt;|gt;)", rest):
        yield f"an ampersand not escaped: {rest[:200]!r}"
    if re.search(r"[_~`]\w[^\n]*\w[_~`]", re.sub(r"(?<=[^\W_])_+(?=[^\W_])", "", rest)) or re.search(r"@\w|:\w+:|\]\(|://", rest):
        yield f"formatting or a mention alive: {rest[:200]!r}"


def slack_alive(body: dict[str, Any], calls: Sequence[str] = ()) -> Iterator[str]:
    """Mentions that Slack, or a server like it, would act on."""
    for number, piece in enumerate((body["text"], *_slack_pieces(body))):
        text = _SLACK_DATE.sub("", without(calls, piece) if number < 2 else piece)
        yield from re.findall(r"<[!@#][^>]*>", text)
        yield from re.findall(r"(?<!\w)@\w+", re.sub(r"<https?://[^|>]*", "", text))


def slack_seen(text: str) -> str:
    """Slack text as a reader sees it, look-alikes turned back."""
    bare = _SLACK_LINK.sub(r"\2", text).replace("*", "").replace("\u200b", "")
    return unescape(bare).translate(str.maketrans("∗∼ˋˍ", "*~`_"))


# ---------------------------------------------------------------- Discord

_DISCORD_LINK = re.compile(r"\[([^\[\]]*)\]\((https?://[^()\s]+)\)")
_DISCORD_CALL = re.compile(r"@(?:everyone|here)|<@[!&]?\d+>")


def discord_problems(body: dict[str, Any], calls: Sequence[str] = ()) -> Iterator[str]:
    yield from schema_problems("discord-execute-webhook.schema.json", body)
    if body["allowed_mentions"] != discord_allowed(calls):
        yield f"mentions allowed: {body['allowed_mentions']}"
    embeds = body.get("embeds", [])
    limits = {"title": 256, "description": 4096}
    if any(units(embed.get(name, "")) > limit for embed in embeds for name, limit in limits.items()) or len(embeds) > 10:
        yield "an embed too long"
    pieces = [embed[name] for embed in embeds for name in limits if name in embed]
    authors = [embed["author"]["name"] for embed in embeds if "author" in embed]
    if sum(map(units, (*pieces, *authors))) > 6000 or any(units(author) > 256 for author in authors):
        yield "embeds too long in all"
    if units(body.get("content", "")) > 2000 or not (embeds or body["content"].strip()):
        yield "content too long or empty"
    if any(not piece.strip() for piece in (*pieces, *authors)):
        yield "an empty text"
    if "thread_name" in body and not (body["thread_name"].strip() and units(body["thread_name"]) <= 100):
        yield "the name of the thread too long or empty"
    if calls and not body.get("content", "").startswith(" ".join(calls)):
        yield "does not call whom the operator named"
    for piece in (*pieces, without(calls, body.get("content", ""))):
        yield from _discord_text(piece)


def discord_allowed(calls: Sequence[str]) -> dict[str, list[str]]:
    """What ``allowed_mentions`` must be for these calls, and no more."""
    found: dict[str, list[str]] = {"parse": ["everyone"] if {"@here", "@everyone"} & set(calls) else []}
    for call in calls:
        if named := re.fullmatch(r"<@(&?)(\d+)>", call):
            found.setdefault("roles" if named[1] else "users", []).append(named[2])
    return found


def _discord_text(text: str) -> Iterator[str]:
    bare = _DISCORD_LINK.sub(r"\1", re.sub(r"\\[^0-9A-Za-z\s]", "·", text))
    bare = re.sub(r"<t:-?\d+:[fR]>", "time", re.sub(r"^> ", "", bare, flags=re.MULTILINE)).replace("**", "")
    if re.search(r"[*_~`\[\]<|\\]|https?://|:\w+:|@\w|^(?:[#>+-]|\d+[.)]\s)", bare, re.MULTILINE):
        yield f"markup or a mention alive: {bare[:300]!r}"


def discord_alive(body: dict[str, Any], calls: Sequence[str] = ()) -> Iterator[str]:
    """Mentions in any text of the message, whether ``allowed_mentions`` would let them through or not."""
    embeds = body.get("embeds", [])
    texts = [embed.get(name, "") for embed in embeds for name in ("title", "description")]
    texts += [embed.get("author", {}).get("name", "") for embed in embeds] + [body.get("thread_name", "")]
    for text in (without(calls, body.get("content", "")), *texts):
        yield from _DISCORD_CALL.findall(re.sub(r"\]\([^)]*\)", "", text))


def discord_seen(text: str) -> str:
    """Discord text as a reader sees it."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", _DISCORD_LINK.sub(r"\1", text).replace("**", "")).replace("\u200b", "")


# ---------------------------------------------------------------- Markdown, as Mattermost and Teams read it

_MARKDOWN = MarkdownIt("commonmark")
_PARAGRAPHS = frozenset({"paragraph_open", "paragraph_close"})
_QUOTES = _PARAGRAPHS | {"blockquote_open", "blockquote_close"}
_OURS = {"text", "softbreak", "strong_open", "strong_close", "link_open", "link_close"}


@lru_cache(maxsize=2048)  # the cards of a long digest have the same lines again and again
def _markdown(text: str, blocks: frozenset[str] = frozenset()) -> tuple[str, list[str], list[str]]:
    """What is seen of a text, the addresses it links, and what else than text, bold and links a reader would make of it."""
    seen, links, odd = [], [], []
    for block in _MARKDOWN.parse(text):
        if block.type == "inline":
            for piece in block.children or ():
                seen.append("\n" if piece.type == "softbreak" else piece.content)
                links += [str(piece.attrs["href"])] if piece.type == "link_open" else []
                odd += [piece.type] if piece.type not in _OURS else []
            seen.append("\n")
        elif block.type not in blocks:
            odd.append(block.type)
    return "".join(seen), links, odd


def _lost_links(text: str, links: Sequence[str]) -> Iterator[str]:
    """Each address that is written as a link's must be read as that: exactly it, and the link of it."""
    written = [normalizeLink(target) for target in re.findall(r"\]\((https?://[^()\s]*)\)", text)]
    if written != list(links):
        yield f"links written {written} and read {links}"


def mattermost_problems(body: dict[str, Any], calls: Sequence[str] = ()) -> Iterator[str]:
    if body.keys() != {"text"} or not body["text"].strip() or len(body["text"]) > 16_383 or units(body["text"]) > 16_383:
        yield f"{sorted(body)}, {len(body['text'])} characters"
    if calls and not body["text"].startswith(" ".join(calls) + "\n"):
        yield "does not call whom the operator named"
    text = without(calls, body["text"])
    _, links, odd = _markdown(text, _QUOTES)
    yield from (f"markup that is not ours: {each} in {text[:300]!r}" for each in odd)
    yield from (f"a link that is no web address: {link}" for link in links if not re.match(r"https?://[^\s@]+$", link))
    yield from _lost_links(text, links)
    bare = re.sub(r"\]\([^()\s]*\)", "](·)", text)
    if re.search(r"://|\bwww\.|:\w+:|(?<!\\)~\w|[~#]\w|<", bare):
        yield f"an address, an emoji or a name alive: {bare[:300]!r}"


def mattermost_alive(body: dict[str, Any], calls: Sequence[str] = ()) -> Iterator[str]:
    """Mentions after the server has turned Slack's forms into its own, wherever they stand: old servers look at addresses too."""
    text = without(calls, body["text"])
    for slack, ours in (("<!channel>", "@channel"), ("<!here>", "@here"), ("<!all>", "@all")):
        text = text.replace(slack, ours)
    yield from re.findall(r"<@[a-zA-Z0-9]+>|@[a-zA-Z0-9._-]+", text)


def mattermost_seen(text: str) -> str:
    """Mattermost text as a reader sees it."""
    return _markdown(text)[0].replace("\u200b", "").rstrip("\n")


def card_texts(body: dict[str, Any]) -> list[str]:
    """The lines of a card."""
    return [block["text"] for part in body["attachments"] for block in part["content"]["body"]]


def teams_problems(body: dict[str, Any], calls: Sequence[str] = (), size: int = 0) -> Iterator[str]:
    yield from schema_problems("teams", body)
    if calls:
        yield "a call, which no card can make"
    if size > 28 * 1024:
        yield f"{size} bytes"
    for text in card_texts(body):
        _, links, odd = _markdown(text, _PARAGRAPHS)
        yield from (f"markup that is not ours: {each} in {text[:300]!r}" for each in odd)
        yield from (f"a link that is no web address: {link}" for link in links if not re.match(r"https?://", link))
        yield from _lost_links(text, links)
        bare = re.sub(r"\]\([^()\s]*\)", "](·)", text)
        if re.search(r"://|\bwww\.|<[a-z/!?]|\{\{|\$\{|&#?\w+;|[*_]{3}", bare, re.IGNORECASE) or "\n" in text:
            yield f"an address, HTML or a template alive: {bare[:300]!r}"


def teams_alive(body: dict[str, Any], calls: Sequence[str] = ()) -> Iterator[str]:
    """Mentions of a card: an ``<at>``, or an entity that gives it a person."""
    for part in body["attachments"]:
        yield from ("entities" for _ in part["content"].get("msteams", {}).get("entities", ()))
    for text in card_texts(body):
        yield from re.findall(r"</?\s*at\b[^>]*>", text, re.IGNORECASE)


def teams_seen(text: str) -> str:
    """Card text as a reader sees it, look-alikes turned back."""
    return _markdown(text)[0].replace("\u200b", "").rstrip("\n").translate(str.maketrans("∗∼ˋˍ", "*~`_"))


# ---------------------------------------------------------------- programs and terminals


def webhook_problems(body: dict[str, Any], calls: Sequence[str] = ()) -> Iterator[str]:
    yield from schema_problems("webhook", body)
    if body.keys() != {"type", "timestamp", "data"} or calls:
        yield f"{sorted(body)}"
    yield from (f"null at {path}" for path in _nulls(body))


def _nulls(value: object, path: str = "$") -> Iterator[str]:
    if value is None:
        yield path
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _nulls(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _nulls(inner, f"{path}[{number}]")


_verifier = cache(Webhook)


def signature_problems(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> Iterator[str]:
    """What the reference verifier says: each of the secrets alone must be enough."""
    for secret in secrets:
        try:
            _verifier(secret).verify(body, dict(headers))
        except Exception as error:
            yield f"{type(error).__name__}: {error}"
    if headers["webhook-timestamp"] != str(int(datetime.now(UTC).timestamp())) and not headers["webhook-timestamp"].isdigit():
        yield "no timestamp"


_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def console_problems(text: str) -> Iterator[str]:
    odd = {char for char in set(text) - {"\n"} if unicodedata.category(char) in {"Cc", "Cs"} or char in _BIDI}
    if odd or not text.endswith("\n\n"):
        yield f"characters that steer a terminal: {sorted(odd)!r}"


PROBLEMS: Mapping[str, Check] = {
    "slack": slack_problems,
    "discord": discord_problems,
    "mattermost": mattermost_problems,
    "teams": teams_problems,
    "webhook": webhook_problems,
}
ALIVE: Mapping[str, Check] = {
    "slack": slack_alive,
    "discord": discord_alive,
    "mattermost": mattermost_alive,
    "teams": teams_alive,
}
