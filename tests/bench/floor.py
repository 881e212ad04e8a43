"""The floor: one poll cycle with the bare libraries and nothing else. A divisor, not a design.

requests, feedparser, sqlite3, trafilatura, in the least code that polls feeds, knows new entries, looks for words and
reads articles. No retries, no guard, no deadline, no robots.txt, no log of what was seen. Two kinds:

- ``plain``: the libraries as they come;
- ``smart``: with the short cuts that make polling cheap: an unchanged body is not parsed; items seen before are cut out
  by their raw bytes; feedparser does not sanitise; one TLS context for all hosts.

Prints a line of JSON: CPU seconds of the start (imports, opening) and of the cycle, and what was done.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import sqlite3
import ssl
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import certifi
import feedparser
import requests
from requests.adapters import HTTPAdapter

WORKERS = 8
WORDS = frozenset({"reuters", "merger", "recall", "pentagon", "alliance", "labhint"})
_ITEM = re.compile(rb"<(item|entry)[\s>].*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w+")


class OneContext(HTTPAdapter):
    """All hosts on one TLS context: requests loads the roots anew for each connection otherwise."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=256, pool_maxsize=WORKERS)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, ssl_context=self._context)

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._context, "cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


def session(ca: str | None, *, smart: bool) -> requests.Session:
    """A session that looks at no environment."""
    made = requests.Session()
    made.trust_env = False
    made.mount("http://", HTTPAdapter(pool_connections=256, pool_maxsize=WORKERS))
    if ca is not None and smart:
        context = ssl.create_default_context(cafile=certifi.where())
        context.load_verify_locations(ca)
        made.mount("https://", OneContext(context))
    elif ca is not None:
        bundle = Path(ca).with_name("bundle.pem")
        bundle.write_text(Path(certifi.where()).read_text() + Path(ca).read_text())
        made.verify = str(bundle)
    return made


class Cycle:
    """One cycle over a state of two small tables."""

    def __init__(self, state: Path, web: requests.Session, *, smart: bool, hint: str) -> None:
        self._web, self._smart, self._hint = web, smart, hint
        self._state = sqlite3.connect(state, isolation_level=None)
        self._state.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "CREATE TABLE IF NOT EXISTS feeds (url TEXT PRIMARY KEY, etag TEXT, modified TEXT, hash BLOB) WITHOUT ROWID;"
            "CREATE TABLE IF NOT EXISTS seen (feed INTEGER, key BLOB, PRIMARY KEY (feed, key)) WITHOUT ROWID;"
        )
        self._feeds = {url: rest for url, *rest in self._state.execute("SELECT url, etag, modified, hash FROM feeds")}
        self.counts: Counter[str] = Counter()
        self._to_read: list[str] = []

    def run(self, urls: list[str]) -> None:
        """Poll all feeds, then read the articles that they hint at."""
        with ThreadPoolExecutor(WORKERS) as threads:
            for number, (url, answer) in enumerate(zip(urls, threads.map(self._ask, urls), strict=True)):
                self.counts[str(answer.status_code)] += 1
                if answer.status_code == 200:
                    self._take(number, url, answer)
            for url, answer in zip(self._to_read, threads.map(self._web.get, self._to_read), strict=True):
                self._read(url, answer.content)

    def _ask(self, url: str) -> requests.Response:
        etag, modified, _ = self._feeds.get(url, (None, None, None))
        conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
        return self._web.get(url, headers={name: value for name, value in conditions.items() if value}, timeout=15)

    def _take(self, number: int, url: str, answer: requests.Response) -> None:
        body, marks = answer.content, list[bytes]()
        digest = hashlib.blake2b(body, digest_size=16).digest()
        if self._smart:
            if digest == self._feeds.get(url, (None, None, None))[2]:
                return
            body, marks = self._unseen(number, body)
        with_markup = {"sanitize_html": False, "resolve_relative_uris": False} if self._smart else {}
        parsed = feedparser.parse(io.BytesIO(body), response_headers=_told(answer.headers, url), **with_markup)
        self._state.execute("BEGIN")
        new = [entry for entry in parsed.entries if self._is_new(number, _key(entry.get("id") or entry.get("link", "")))]
        for mark in marks:
            self._is_new(number, mark)
        row = (url, answer.headers.get("etag"), answer.headers.get("last-modified"), digest)
        self._state.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?)", row)
        self._state.execute("COMMIT")
        self.counts["new"] += len(new)
        for entry in new:
            content = entry.content[0].value if entry.get("content") else entry.get("summary", "")
            self._match(f"{entry.get('title', '')} {_TAG.sub(' ', content)}")
            if self._hint and self._hint in entry.get("title", ""):
                self._to_read.append(entry.get("link", ""))

    def _unseen(self, number: int, body: bytes) -> tuple[bytes, list[bytes]]:
        kept, marks, end = [], [], 0
        for item in _ITEM.finditer(body):
            mark = _key(item[0])
            if self._state.execute("SELECT 1 FROM seen WHERE feed = ? AND key = ?", (number, mark)).fetchone():
                kept.append(body[end : item.start()])
                end = item.end()
            else:
                marks.append(mark)
        return b"".join(kept) + body[end:], marks

    def _is_new(self, number: int, key: bytes) -> bool:
        return bool(self._state.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (number, key)).rowcount)

    def _read(self, url: str, page: bytes) -> None:
        import trafilatura

        self.counts["pages"] += 1
        self._match(trafilatura.extract(page, url=url, include_comments=False) or "")

    def _match(self, text: str) -> None:
        self.counts["matched"] += any(word in WORDS for word in _WORD.findall(text.lower()))


def _key(text: str | bytes) -> bytes:
    return hashlib.blake2b(text.encode() if isinstance(text, str) else text, digest_size=8).digest()


def _told(headers: Mapping[str, str], url: str) -> dict[str, str]:
    return {"content-type": headers.get("content-type", ""), "content-location": url}


def main() -> None:
    """Run one cycle and print what it cost."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--state", required=True, type=Path)
    options.add_argument("--urls", required=True, type=Path)
    options.add_argument("--ca")
    options.add_argument("--smart", action="store_true")
    options.add_argument("--hint", default="", help="read the articles of entries with this word in the title")
    chosen = options.parse_args()
    cycle = Cycle(chosen.state, session(chosen.ca, smart=chosen.smart), smart=chosen.smart, hint=chosen.hint)
    urls = chosen.urls.read_text().split()
    start, began = time.process_time(), time.perf_counter()
    cycle.run(urls)
    told = {"start": start, "cpu": time.process_time() - start, "wall": time.perf_counter() - began, **cycle.counts}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
