"""What makes two items the same: guid, address, or feed + title.

No single key is enough. Some feeds give every item a new guid with every poll, some change ``http`` to ``https`` or add
tracking parameters, some give all items one address. So an entry has up to three keys, and each has its rule below. Where
the rules leave doubt, an entry counts as new: a missed item is worse than a repeated one, and repeats of one report are
folded into one development later.

1. **Guid**, within one feed, exact. A known guid is the known item, whatever else changed: headline, address and date of an
   article are often edited under one guid, and must not alert again. That some feeds number their items anew ("1", "2") is
   met by not taking guids of fewer than three characters for guids. A guid that entries of other titles *and* other addresses
   bear side by side in one document (the site's address in place of the item's) is none.
2. **Address**, in any feed, in the form of :func:`bot.core.address.canonical`.
3. **Title with the beginning of the summary**, within one feed: the summary keeps the issues of a column apart that bears the
   same title every day. An aggregator's entry counts with its source instead: its summaries change by the hour. A short
   title ("Live updates") says too little, it counts only together with the address.

Address and title are no identity between items that stand side by side in one document: a feed that lists both tells them
apart itself (a change log whose entries share one page; two issues of a column). Only with the same title too is an address
that is listed twice one item.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, TypeAlias

from bot.core.address import canonical, is_home
from bot.model import Entry

Kind: TypeAlias = Literal["seen", "again", "elsewhere", "new"]

_SHORTEST_GUID = 3  # "1", "2", "10": numbers of places in the list, not names of items
_SUMMARY = 200  # characters of the summary that belong to the title's key: enough to differ, before edits further down
_WORDS, _LETTERS, _LETTERS_CJK = 4, 20, 10  # a title with fewer of both is short


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What an entry may be recognised by: 16-byte BLAKE2b digests, None where it has no such key."""

    guid: bytes | None
    url: bytes | None
    title: bytes | None

    def present(self) -> tuple[bytes, ...]:
        """The keys that there are."""
        return tuple(key for key in (self.guid, self.url, self.title) if key is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An entry and what it is.

    ``seen``: a known item of this feed, nothing new about it; ``again``: such an item under another guid or address;
    ``elsewhere``: an item of another feed; ``new``: none of these.

    For all but ``new`` one of the two is set: ``of``, the id of the known item, or ``batch``, the index of the new entry of
    the same batch that this one repeats.
    """

    entry: Entry
    keys: Keys
    kind: Kind
    of: int | None = None
    batch: int | None = None
    why: str = ""


def keys(feed: str, entry: Entry) -> Keys:
    """The keys of an entry of the feed of that name."""
    guid = (entry.guid or "").strip()
    address = canonical(entry.url) if entry.url else None
    guid_key = _digest("guid", feed, guid) if len(guid) >= _SHORTEST_GUID else None
    url_key = _digest("url", address) if address and not is_home(address) else None
    beside = address if url_key or guid_key is None else None
    return Keys(guid=guid_key, url=url_key, title=_title(feed, entry, beside, named=guid_key is not None))


def resolve(
    new: Sequence[tuple[Entry, Keys]], known: Mapping[bytes, int], feed_items: AbstractSet[int], listed: AbstractSet[int]
) -> tuple[Sighting, ...]:
    """What each entry of a batch is, in their order.

    ``known``: the item that bears a key, or its original; of several the newest of this feed, else the newest of any.
    ``feed_items``: ids of items of this feed (those among ``known`` are enough). ``listed``: ids of the items that stand in
    the present document besides the batch.
    """
    batch = _Batch(new, known, feed_items, listed)
    return tuple(batch.place(entry, found) for entry, found in new)


_Inner: TypeAlias = bytes | tuple[bytes, str]  # a key that counts within one document: an address only with its title


class _Batch:
    """The entries of one document: what they show together, and what was decided of those before the present one."""

    def __init__(
        self,
        new: Sequence[tuple[Entry, Keys]],
        known: Mapping[bytes, int],
        mine: AbstractSet[int],
        listed: AbstractSet[int],
    ) -> None:
        self._known, self._mine = known, mine
        self._shared = _shared_addresses(new)
        self._listed, self._shared_guids = listed, _shared_guids(new)
        by_guid = {self._item(found.guid) for _, found in new}
        self._standing = listed | by_guid  # items that the document shows under their own guid
        self._placed = self._standing | {self._by_address(found) for _, found in new}  # or under their own address
        self._first: dict[_Inner, tuple[int | None, int | None]] = {}  # key -> (of, batch) for whoever repeats it
        self._count = 0

    def place(self, entry: Entry, found: Keys) -> Sighting:
        """Decide about one entry, and remember it for the next ones."""
        bearing = replace(found, guid=None) if self._bears_no_guid(entry, found) else found
        kind, of, batch, why = self._decide(entry, bearing)
        for key in _inner(entry, bearing):
            self._first.setdefault(key, (of, self._count if kind == "new" else batch))
        self._count += 1
        return Sighting(entry=entry, keys=found, kind=kind, of=of, batch=batch, why=why)

    def _decide(self, entry: Entry, found: Keys) -> tuple[Kind, int | None, int | None, str]:
        if (item := self._item(found.guid)) is not None:
            return "seen", item, None, "the same guid"
        for key in _inner(entry, found):
            if key in self._first:
                return "again", *self._first[key], "listed twice in one document"
        if (item := self._by_address(found)) is not None:
            return "again" if found.guid else "seen", item, None, f"the same address as item {item}"
        nothing_new = found.guid is None and (found.url is None or found.url in self._known)
        if (item := self._item(found.title)) is not None and (nothing_new or item not in self._placed):
            return "seen" if nothing_new else "again", item, None, f"the same title in the same feed as item {item}"
        item = self._item(found.url)
        if item is not None and item not in self._mine and found.url not in self._shared:
            return "elsewhere", item, None, f"the same address as item {item} of another feed"
        return "new", None, None, ""

    def _bears_no_guid(self, entry: Entry, found: Keys) -> bool:
        """Whether another entry of the document, of the batch or one that stood there before, bears its guid as well."""
        if found.guid in self._shared_guids:
            return True
        item = self._item(found.guid)
        other = found.url is not None and self._item(found.url) != item and self._item(found.title) != item
        return item in self._listed and other and not _says_little(folded(entry.title))

    def _item(self, key: bytes | None) -> int | None:
        return None if key is None else self._known.get(key)

    def _by_address(self, found: Keys) -> int | None:
        """The item of this feed that an entry is by its address; None also where its guid is known, that decides."""
        item = self._item(found.url)
        if item not in self._mine or found.url in self._shared or self._item(found.guid) is not None:
            return None
        return item if item not in self._standing or item == self._item(found.title) else None


def _inner(entry: Entry, found: Keys) -> list[_Inner]:
    inner: list[_Inner] = [] if found.guid is None else [found.guid]
    if found.url is not None:
        inner.append((found.url, folded(entry.title)))
    elif found.guid is None and found.title is not None:
        inner.append(found.title)
    return inner


def _shared_addresses(new: Sequence[tuple[Entry, Keys]]) -> frozenset[bytes]:
    """Addresses that entries of different titles name side by side: no identity."""
    titles: dict[bytes, str] = {}
    shared = set()
    for entry, found in new:
        if found.url is not None and titles.setdefault(found.url, folded(entry.title)) != folded(entry.title):
            shared.add(found.url)
    return frozenset(shared)


def _shared_guids(new: Sequence[tuple[Entry, Keys]]) -> frozenset[bytes]:
    """Guids that entries of different titles and different addresses bear side by side: no identity."""
    first: dict[bytes, tuple[bytes, str]] = {}
    shared = set()
    for entry, found in new:
        if found.guid is not None and found.url is not None:
            url, title = first.setdefault(found.guid, (found.url, folded(entry.title)))
            if url != found.url and title != folded(entry.title):
                shared.add(found.guid)
    return frozenset(shared)


# ---------------------------------------------------------------- title

_CJK = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"
_compiled = cache(re.compile)  # milliseconds, which a start need not take
_NOT_TEXT = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """Text for comparing: NFKC, casefold, and runs of white space, punctuation and symbols as one space."""
    return _NOT_TEXT.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _title(feed: str, entry: Entry, address: str | None, *, named: bool) -> bytes | None:
    """The title's key. Without guid (``named``) there is one as long as the entry says anything, or it would be new for ever."""
    title = folded(entry.title) or entry.title
    short = _says_little(title)
    if short and address is None and (named or not title):
        return None
    beside = folded(entry.source) if entry.source else folded(entry.summary[:_SUMMARY])
    return _digest("title", feed, title, beside, address if short and address else "")


def _says_little(title: str) -> bool:
    least = _LETTERS_CJK if _compiled(_CJK).search(title) else _LETTERS
    return len(title.split()) < _WORDS and len(title.replace(" ", "")) < least


def _digest(*parts: str) -> bytes:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).digest()
