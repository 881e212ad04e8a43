"""The phrases that every channel's messages share, written in the channel's own markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from bot.core.render.escape import fitted, one_line, plain, units, visible
from bot.core.render.spots import runs, spans
from bot.model import CHANNEL_NOTICE, Alert, AlertEntry, Foreign

# Sizes in UTF-16 units of escaped text. Chosen so that one entry in full, address included, stays under the
# tightest limit it must fit into: 3,000 characters of a Slack section.
HEADLINE, HEADLINE_IN_LINE, OUTLET, SENTENCE, TERM, STORY, PROBLEM = 300, 200, 80, 600, 40, 120, 1000
TERMS_NAMED, OUTLETS_NAMED = 8, 3


def utc(moment: datetime) -> str:
    """A time for readers whose channel cannot show their own."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """How one channel writes. ``bold`` and ``link`` take escaped text; ``target`` gives an address fit for ``link``.

    ``quote`` and ``unquote`` stand before and behind a sentence of the article. ``tight``: bold is only read beside blanks
    and punctuation, so a word inside other letters stays unmarked.
    """

    escape: Callable[[Foreign], str]
    bold: Callable[[str], str]
    target: Callable[[Foreign | None], str | None]
    link: Callable[[str, str], str]
    moment: Callable[[datetime], str]
    quote: str
    unquote: str = ""
    tight: bool = False


# No markup at all: for fields that show a text as it is.
PLAIN = Markup(
    escape=plain, bold=lambda text: text, target=lambda _url: None, link=lambda _target, label: label, moment=utc, quote="> "
)


class Detail(IntEnum):
    """How much is said of an entry, the most first."""

    FULL = 0
    WORDS = 1  # headline, outlet, time, the words that matched
    LINE = 2  # headline, outlet, time


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of one entry, each a line or nothing."""

    headline: str
    byline: str
    quote: str
    reason: str
    others: str


def title(entry: AlertEntry) -> Foreign:
    """The headline as the feed gave it, in one line; never empty."""
    given = (one_line(entry.item.title), one_line(entry.development.headline))
    return next((text for text in given if visible(text)), Foreign("(no title)"))


def said(entry: AlertEntry, markup: Markup) -> Said:
    """Everything a message may say of an entry."""
    return Said(
        headline=_headline(entry, markup, HEADLINE),
        byline=_byline(entry, markup),
        quote=_quote(entry, markup),
        reason=_reason(entry, markup),
        others=_others(entry, markup),
    )


def told(entry: AlertEntry, markup: Markup, detail: Detail) -> str:
    """An entry as a text block in that detail."""
    if detail is Detail.LINE:
        return f"• {_headline(entry, markup, HEADLINE_IN_LINE)} · {_byline(entry, markup)}{_more(entry)}"
    say = said(entry, markup)
    rest = (say.quote, say.reason, say.others) if detail is Detail.FULL else (say.reason,)
    more = "" if detail is Detail.FULL else _more(entry)
    return "\n".join((markup.bold(say.headline), say.byline + more, *filter(None, rest)))


def heading(alert: Alert, markup: Markup, number: int = 1, total: int = 1) -> str:
    """What the message is: the story, for a digest how many items, of several messages which one."""
    story = fitted(_configured(alert.story_title or alert.story), STORY, markup.escape)
    part = f" · {number} of {total}" if total > 1 else ""
    return (" · ".join(filter(None, (story, _kind(alert, markup)))) or "Storywatch") + part


def topic(alert: Alert) -> Foreign:
    """What an alert is about in one line without markup: its headline, or of several items what they are."""
    if alert.type == "digest" or len(alert.entries) != 1:
        return Foreign(heading(alert, PLAIN))
    named = title(alert.entries[0])
    return Foreign(f"TEST: {named.raw}") if alert.type == "test" else named


def notice(alert: Alert, markup: Markup) -> str:
    """The text of an alert without entries, may be empty."""
    if alert.type == "test":
        return "This is a test: nothing has happened."
    return fitted(one_line(alert.problem), PROBLEM, markup.escape)


def marked(text: Foreign, terms: Sequence[Foreign], markup: Markup) -> str:
    """The text escaped, the terms in it bold where the channel can show that."""
    if markup.bold("a") == "a":  # nothing to set apart: escaped piece by piece, ":", "x" and ":" would join to an emoji
        return markup.escape(text)
    written = text.raw
    done, at = [], 0
    for start, end in runs(spans(text, terms)):
        beside = written[max(start - 1, 0) : start] + written[end : end + 1]
        if not markup.tight or not any(char.isalnum() or char == "_" for char in beside):
            done += [markup.escape(Foreign(written[at:start])), markup.bold(markup.escape(Foreign(written[start:end])))]
            at = end
    return "".join((*done, markup.escape(Foreign(written[at:]))))


def _kind(alert: Alert, markup: Markup) -> str:
    count = _counted(len(alert.entries), "item")
    if alert.type == "test":
        name = fitted(_configured(alert.channel), OUTLET, markup.escape)
        return f"{'TEST, nothing has happened: ' if alert.entries else 'Storywatch can reach this channel: '}{name}"
    if alert.type == "feed.problem":
        what = "" if alert.feed.startswith(CHANNEL_NOTICE) else "feed "
        return f"Problem with the {what}{fitted(_configured(alert.feed), OUTLET, markup.escape)}" if alert.feed else "Problem"
    if alert.type == "heartbeat":
        return "Storywatch is watching"
    if alert.type == "digest":
        if alert.repeats:
            return f"{count} since the state was restored; may repeat what you were told before"
        return f"{count} already matched when the watch began" if alert.baseline else f"{count} in one digest"
    return "update" if alert.type == "development.update" else ""


def _headline(entry: AlertEntry, markup: Markup, limit: int) -> str:
    label = fitted(title(entry), limit, markup.escape)
    target = markup.target(entry.item.url)
    return markup.link(target, label) if target else label


def _byline(entry: AlertEntry, markup: Markup) -> str:
    """Outlet and time; where the headline is no link, also where else the address stands."""
    names = (one_line(entry.item.outlet), _configured(entry.item.feed), Foreign("unknown outlet"))
    outlet = next(name for name in names if visible(name))
    when = markup.moment(entry.item.published) if entry.item.published else "date unknown"
    linked = markup.target(entry.item.url) is not None
    where = () if linked else (f"item {fitted(_configured(entry.item.id), OUTLET, markup.escape)} in the log",)
    return " · ".join((fitted(outlet, OUTLET, markup.escape), when, *where))


def _quote(entry: AlertEntry, markup: Markup) -> str:
    sentence = one_line(entry.match.sentence)
    if not visible(sentence) or sentence.raw.casefold() == title(entry).raw.casefold():
        return ""
    text = _from_first(sentence, entry.match.terms)
    return markup.quote + fitted(text, SENTENCE, lambda part: marked(part, entry.match.terms, markup)) + markup.unquote


def _reason(entry: AlertEntry, markup: Markup) -> str:
    named = [term for term in dict.fromkeys(map(one_line, entry.match.terms)) if visible(term)]
    if not named:
        return ""
    words = ", ".join(fitted(term, TERM, markup.escape) for term in named[:TERMS_NAMED])
    more = f" and {len(named) - TERMS_NAMED} more" if len(named) > TERMS_NAMED else ""
    return f"matched {words}{more}" + (f", clearest in the {entry.match.where}" if entry.match.where else "")


def _others(entry: AlertEntry, markup: Markup) -> str:
    names = _other_outlets(entry)
    if not names:
        return "no other outlet carries it yet"
    more = f" and {len(names) - OUTLETS_NAMED} more" if len(names) > OUTLETS_NAMED else ""
    listed = ", ".join(fitted(name, OUTLET, markup.escape) for name in names[:OUTLETS_NAMED])
    return f"also carried by {_counted(len(names), 'other outlet')}: {listed}{more}"


def _more(entry: AlertEntry) -> str:
    names = _other_outlets(entry)
    return f" · +{_counted(len(names), 'outlet')}" if names else ""


def _other_outlets(entry: AlertEntry) -> list[Foreign]:
    own = one_line(entry.item.outlet)
    return [name for name in dict.fromkeys(map(one_line, entry.development.outlets)) if name != own and visible(name)]


def _configured(text: str) -> Foreign:
    """Text of the configuration goes the same way: it may come from a list of feeds that somebody shared."""
    return one_line(Foreign(text))


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _from_first(sentence: Foreign, terms: Sequence[Foreign]) -> Foreign:
    """The sentence, begun later if its first marked word would otherwise fall to the limit."""
    first = next(spans(sentence, terms), (0, 0))[0]
    if units(sentence.raw) <= SENTENCE or first < SENTENCE // 2:
        return sentence
    begin = sentence.raw.rfind(" ", 0, first - SENTENCE // 4)
    return Foreign("…" + sentence.raw[begin + 1 if begin >= 0 else first - SENTENCE // 4 :])
