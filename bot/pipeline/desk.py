"""How much that strangers sent is in the process at once: a bound for memory, at which nobody waits long for a stranger."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Documents read and recorded at once, of each kind. Two or three children read; what they answered waits for the state, which
# one writes at a time. More places would only gather answers, each of up to some megabytes; with 4 in place of 8, the good feeds
# of the hostile lab came up to 5.3 s late, with 8 up to 2.6 (three runs on a busy machine). Small documents of feeds that were
# always read have more: where others hang in both children, each of them waits half a second before it is read elsewhere.
PLACES = {"first": 12, "large": 4, "feed": 8, "page": 8}


class Desk:
    """Places at which documents are read and recorded; one for the whole process, used by many threads at once.

    Feeds that were always read, large documents of theirs, other feeds, and pages have places of their own: a document that
    takes all the time that it is given holds up its like alone. A place is taken with the whole document in hand, never while
    a server is waited for.
    """

    def __init__(self) -> None:
        self._places = {kind: threading.Semaphore(places) for kind, places in PLACES.items()}
        self._in_memory = threading.Lock()

    @contextmanager
    def feed(self, *, first: bool, large: bool) -> Iterator[None]:
        """A place for a feed's document. ``first``: the feed was always read; ``large``: the document lies on disk."""
        with self._places["feed" if not first else "large" if large else "first"]:
            yield

    @contextmanager
    def page(self) -> Iterator[None]:
        """A place for an article's page."""
        with self._places["page"]:
            yield

    @contextmanager
    def whole(self) -> Iterator[None]:
        """For the moment in which a document from disk is in memory: one at a time."""
        with self._in_memory:
            yield
