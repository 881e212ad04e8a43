"""The bytes of a web page to text: which encoding it is, whatever header and page claim."""

from __future__ import annotations

import codecs
import re

# Byte order marks, and what "<" looks like in UTF-16 without one.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"(?:<meta[^>]{0,200}?charset|<\?xml[^>]{0,100}?encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_WITHIN = 4_096  # bytes; the HTML standard looks through 1,024, real pages have scripts before it

# What browsers read in place of the name given, https://encoding.spec.whatwg.org/#names-and-labels. Everything else
# that may be named is in _KNOWN: python knows more names than that, and some of them take quadratic time (idna) or are no
# text encodings at all (hex, zip).
_READ_AS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
}
_KNOWN = {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "koi8-r", "koi8-u", "mac-cyrillic", "mac-roman", "gb18030", "big5hkscs"}
_KNOWN |= {"euc_jp", "iso2022_jp", "cp866", "cp874", "cp932", "cp949"} | {f"cp125{n}" for n in range(9)}
_KNOWN |= {f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}

# Broken bytes allowed in a document that is UTF-8 otherwise, for each character beyond ASCII that is right: titles
# cut by bytes leave one in hundreds, another encoding read as UTF-8 breaks nearly all.
_FORGIVEN = 0.05


def decode(body: bytes, content_type: str | None) -> str | None:
    """The text of a page; None when nothing says what its bytes are and they are not UTF-8.

    A byte order mark wins; then text that reads as UTF-8 is UTF-8, because names lie and bytes do not; then the
    charset of the header, then the one the page names itself.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace").lstrip("\ufeff")
    named = _named(body, content_type)
    if named and (named[0] == "iso2022_jp" or (named[0].startswith("utf-16") and b"\x00" in body)):
        return body.decode(named[0], "replace")  # these two read as UTF-8 without an error, and wrongly
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken <= 1 or broken <= _FORGIVEN * sum(character > "\x7f" for character in text):
        return text
    other = next((name for name in named if name != "utf-8"), None)
    return None if other is None else body.decode(other, "replace")


def _named(body: bytes, content_type: str | None) -> list[str]:
    """The encodings that header and page name, by python's names; unknown ones left out."""
    header = _CHARSET.search(content_type or "")
    meta = _META.search(body[:_META_WITHIN])
    names = [header[1]] if header else []
    if meta:
        inside = meta[1].decode("ascii", "replace")
        names.append("utf-8" if inside.lower().startswith("utf-16") else inside)  # it was read as ASCII just now
    return [name for name in map(_codec, names) if name is not None]


# Names of the same standard that python does not know.
_ALIASES = {"windows-31j": "cp932", "iso-8859-8-i": "iso8859-8", "csshiftjis": "cp932", "ks_c_5601-1989": "cp949"}


def _codec(label: str) -> str | None:
    label = label.lower().removeprefix("x-")
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
    except (LookupError, ValueError):  # unknown; a NUL in the name
        return None
    name = _READ_AS.get(name, name)
    return name if name in _KNOWN else None
