"""One form for all the spellings of an article's address.

Own code, because nothing at hand does exactly this: courlan drops parameters that tell articles apart, url-normalize
drops all of them, w3lib keeps the trackers (reference/libraries.md 8).
"""

from __future__ import annotations

import re
import string
from urllib.parse import SplitResult, parse_qs, quote, urlsplit

LONGEST = 8_192  # characters; longer ones are no addresses of articles

# Parameters that only say how a reader came. Everything else stays: `id`, `eid`, `story`, `p`, `source`, `keyword` tell
# articles apart somewhere. Compared in lower case. Whose they are:
_TRACKING = frozenset(
    {
        # advertisers' click ids: Google, Microsoft, Meta, X, TikTok, LinkedIn, Yandex, Instagram
        *(
            "gclid",
            "gclsrc",
            "dclid",
            "gbraid",
            "wbraid",
            "msclkid",
            "fbclid",
            "twclid",
            "ttclid",
            "li_fat_id",
            "yclid",
            "igshid",
        ),
        # newsletters: Mailchimp, HubSpot, Marketo, Vero, Omeda
        *("mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok", "vero_id", "vero_conv", "oly_anon_id", "oly_enc_id"),
        # analytics: Google linker, Piano (AT Internet), Webtrends, Comscore, Adobe
        *("_ga", "_gl", "xtor", "xtref", "xtcr", "wt_mc", "wt.mc_id", "wt_zmc", "ns_mchannel", "ns_source", "ns_campaign"),
        *("ns_linkname", "ns_fee", "s_cid", "cmp", "cmpid", "icid", "intcmp", "ncid"),
        # publishers' own: New York Times, Reuters, BBC and Microsoft, Yahoo, CBS, Conde Nast, Daily Mail, Bloomberg, Al Jazeera
        *(
            "smid",
            "smtyp",
            "emc",
            "partner",
            "taid",
            "ocid",
            "guccounter",
            "guce_referrer",
            "guce_referrer_sig",
            "soc_src",
            "soc_trk",
        ),
        *("ftag", "mbid", "ito", "srnd", "sref", "traffic_source"),
        # where a link was shown: X, Facebook, feeds
        *(
            "__twitter_impression",
            "ref_src",
            "ref_url",
            "fb_action_ids",
            "fb_action_types",
            "fb_source",
            "fb_ref",
            "echobox",
            "rss",
        ),
    }
)
_TRACKING_PREFIXES = ("utm_", "at_")  # Google Analytics and all who copy it; Piano
_FEED_MARKS = frozenset({"from", "mod", "source", "src", "via"})  # tracking only when the value says "rss" or "feed"


def canonical(url: str) -> str | None:
    """The address as a key, without scheme: equal for spellings of one page, different for different pages.

    http = https; host in lower case and IDNA without leading ``www.`` (``m.`` and ``amp.`` are other pages); no default port,
    credentials or fragment (but ``#!`` and ``#/`` are pages of their own); dot segments resolved and percent-encoding
    normalised (RFC 3986 6.2.2); no trailing slash; parameters sorted by name, those for tracking left out. The links of
    Google Alerts (``google.com/url?url=``) count as what they lead to. None for what is no http(s) address. Never raises.
    """
    return _canonical(url, redirects=1)


def is_home(key: str) -> bool:
    """Whether a canonical address is the start page of a site: many items may name that, it is no identity."""
    return key.endswith("/") and key.count("/") == 1


def _canonical(url: str, *, redirects: int) -> str | None:
    if len(url) > LONGEST:
        return None
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:  # brackets that hold no IPv6 address, a port beyond 65535
        return None
    host = _host(parts.hostname or "")
    if parts.scheme not in {"http", "https"} or not host:
        return None
    target = _target(host, parts) if redirects else None
    if target is not None and (inner := _canonical(target, redirects=0)) is not None:
        return inner
    usual = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    route = f"#{_encoded(parts.fragment)}" if parts.fragment.startswith(("!", "/")) else ""
    return host + ("" if usual else f":{port}") + _path(parts.path) + _query(parts.query) + route


def _host(host: str) -> str:
    host = host.rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:  # a label that is empty or too long
            return ""
    if ":" in host:
        return f"[{host}]"
    host = host.lower()
    return host.removeprefix("www.") if host.count(".") > 1 else host


def _target(host: str, parts: SplitResult) -> str | None:
    """Where a link of Google Alerts leads."""
    if parts.path != "/url" or not re.fullmatch(r"google\.[a-z.]{2,6}", host):
        return None
    found = parse_qs(parts.query, max_num_fields=None)
    return next((found[name][0] for name in ("url", "q") if name in found), None)


# ---------------------------------------------------------------- RFC 3986

_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")


def _encoded(text: str) -> str:
    """Percent-encoding as RFC 3986 6.2.2 wants it: unreserved characters plain, all else that needs it in upper case."""
    text = _ENCODED.sub(_plain_or_upper, _STRAY_PERCENT.sub("%25", text))
    return quote(text, safe="%/:@!$&'()*+,;=~-._", errors="replace")


def _plain_or_upper(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()


def _path(path: str) -> str:
    """The path without dot segments (RFC 3986 5.2.4) and without the slash at its end."""
    kept: list[str] = []
    for segment in _encoded(path).split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept).rstrip("/")


def _query(query: str) -> str:
    pairs = [pair for pair in _encoded(query).split("&") if pair and not _tracks(pair)]
    pairs.sort(key=lambda pair: pair.partition("=")[0])  # stable: a name given twice keeps the order of its values
    return "?" + "&".join(pairs) if pairs else ""


def _tracks(pair: str) -> bool:
    name, _, value = pair.lower().partition("=")
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    if name == "ref":  # "rss", "hn", "example.com" tell where from; a number may be the document's
        return not any(character.isdigit() for character in value)
    return name in _FEED_MARKS and value.startswith(("rss", "feed"))
