"""What stood in a feed's last document: the fingerprint of each raw item, and the item it became.

One blob per feed instead of a row per item ever seen: it is replaced with every changed document,
so items whose bytes change with every poll (a comment counter) do not make the state grow.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

_PAIR = struct.Struct(">QQ")


def pack(pairs: Mapping[int, int]) -> bytes:
    """Fingerprint -> item id, as 16 bytes a pair."""
    return b"".join(_PAIR.pack(fingerprint, item) for fingerprint, item in pairs.items())


def unpack(blob: bytes | None) -> dict[int, int]:
    """The inverse of :func:`pack`; a blob of another shape counts as empty (the whole document is parsed then)."""
    if not blob or len(blob) % _PAIR.size:
        return {}
    return dict(_PAIR.iter_unpack(blob))
