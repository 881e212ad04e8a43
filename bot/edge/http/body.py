"""An answer's body: streamed, unpacked and capped, so that no answer costs more than its cap."""

from __future__ import annotations

import http.client
import zlib
from collections.abc import Iterable, Iterator

from urllib3 import exceptions as foreign
from urllib3.response import BaseHTTPResponse

from bot.edge.http.asking import Care
from bot.edge.http.budget import Budget
from bot.edge.http.trouble import Trouble, translate
from bot.edge.spool import Sink, Spool, Spooled

STEP = 64 * 1024  # per read and per step of unpacking
# A sound file has one member, a block-wise one (bgzip) one per 64 KB; thousands of empty ones are work without output.
MOST_MEMBERS = 1_000
# "none" and a charset are slips of server configurations; browsers read such a body as it stands, and so do readers of feeds.
_NOT_PACKED = frozenset({"", "identity", "none", "utf-8", "utf8"})
_GZIP_MAGIC = b"\x1f\x8b"


def read_body(response: BaseHTTPResponse, cap: int, care: Care, budget: Budget, spool: Spool | None = None) -> bytes | Spooled:
    """The decoded body, at most ``cap`` bytes of it; a large one on disk, with a ``spool``. Raises Trouble as ``care`` says."""
    with Sink() if spool is None else spool.sink() as found:
        try:
            if response.length_remaining != 0:
                _collect(_decoded(response, cap, care, budget), cap, care, found)
        except Trouble:
            if care != "any":
                raise
        return found.done()


def _collect(pieces: Iterable[bytes], cap: int, care: Care, found: Sink) -> None:
    room = cap
    for piece in pieces:
        if len(piece) > room and care == "whole":
            raise too_large(cap)
        found.write(piece[:room])
        room -= len(piece)
        if room < 0:
            return


def too_large(cap: int) -> Trouble:
    """The refusal of a body over its cap."""
    return Trouble(f"larger than {_size(cap)}", temporary=False)


def _size(count: int) -> str:
    for unit, name in ((1_000_000, "MB"), (1_000, "KB")):
        if count >= unit:
            return f"{count // unit} {name}"
    return f"{count} bytes"


def _decoded(response: BaseHTTPResponse, cap: int, care: Care, budget: Budget) -> Iterator[bytes]:
    packed = _is_packed(response)
    _check_framing(response)
    if care == "whole" and not packed and (response.length_remaining or 0) > cap:
        raise too_large(cap)
    # Chunk framing adds a few bytes per chunk; a quarter more than the cap on the wire is no honest answer.
    budget.allow(cap + cap // 4 + STEP, too_large(cap).why)
    raw = _raw(response, budget)
    return _unpacked(raw) if packed else raw


def _is_packed(response: BaseHTTPResponse) -> bool:
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding in _NOT_PACKED:
        return False
    if coding in {"gzip", "x-gzip"}:  # RFC 9110 section 8.4.1.3: the same
        return True
    raise Trouble("its body is packed in a way that was not asked for (only gzip is)", temporary=False)


def _check_framing(response: BaseHTTPResponse) -> None:
    """Where a body ends must be beyond doubt (RFC 9112 section 6.3), or a part could pass for the whole."""
    coding = response.headers.get("transfer-encoding")
    if coding is not None and coding.lower() != "chunked":
        raise Trouble("its body is framed in a way that HTTP/1.1 does not know", temporary=True)
    if coding is None and "content-length" in response.headers and response.length_remaining is None:
        raise Trouble("its Content-Length makes no sense", temporary=True)


def _raw(response: BaseHTTPResponse, budget: Budget) -> Iterator[bytes]:
    """The body as it comes: ``read1`` returns with what is there, where ``read`` would wait for a full buffer."""
    try:
        while piece := response.read1(STEP, decode_content=False):
            yield piece
    except (TimeoutError, foreign.TimeoutError):
        raise budget.late() from None
    except (OSError, http.client.HTTPException, foreign.HTTPError, ValueError) as error:
        raise translate(error) from None


def _unpacked(raw: Iterable[bytes]) -> Iterator[bytes]:
    """Gunzip in bounded steps; a missing end is a broken-off answer."""
    gunzip = _Gunzip()
    try:
        for piece in raw:
            yield from gunzip.feed(piece)
    except zlib.error:
        raise Trouble("its gzip is broken", temporary=True) from None
    if not gunzip.ended:
        raise Trouble("the answer broke off", temporary=True)


class _Gunzip:
    """A gzip file (RFC 1952), fed piece by piece; bytes behind its end are ignored, as browsers do."""

    def __init__(self) -> None:
        self._engine, self._members, self._fed = zlib.decompressobj(wbits=31), 1, False

    @property
    def ended(self) -> bool:
        """Whether nothing is missing. Nothing at all is a sound answer too: an empty body."""
        return self._engine.eof or not self._fed

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Unpack, at most STEP bytes at a time. Raises zlib.error."""
        self._fed = True
        while data and not (self._engine.eof and not self._another(data)):
            yield self._engine.decompress(data, STEP)
            data = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail

    def _another(self, data: bytes) -> bool:
        if not _GZIP_MAGIC.startswith(data[:2]):
            return False
        self._engine, self._members = zlib.decompressobj(wbits=31), self._members + 1
        if self._members > MOST_MEMBERS:
            raise zlib.error
        return True
