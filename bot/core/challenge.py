"""Pages with which a site's guard turns robots away, recognised and named.

Each row is a sign that the guard's own documentation or pages show; a phrase alone ("access denied") names nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

BODY = 65_536  # bytes that are looked through


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sign:
    """``header``: one of that name, with ``value`` in it; ``words`` in the body, each of them.

    ``refusal``: the sign counts only on a 403, for the guard puts it on what it lets through as well.
    """

    guard: str
    header: str = ""
    value: str = ""
    words: tuple[bytes, ...] = ()
    refusal: bool = False


_SIGNS = (
    _Sign(guard="Cloudflare", header="cf-mitigated"),
    # The path alone names nobody: ordinary pages load Cloudflare's "JavaScript Detections" from below it.
    _Sign(guard="Cloudflare", words=(b"/cdn-cgi/challenge-platform/", b"/orchestrate")),
    _Sign(guard="Cloudflare", words=(b"_cf_chl_opt",)),
    _Sign(guard="Cloudflare", words=(b"<title>Just a moment", b"cdn-cgi")),
    _Sign(guard="Cloudflare", words=(b"cf-error-details", b"Cloudflare Ray ID")),
    _Sign(guard="DataDome", words=(b"captcha-delivery.com",)),
    _Sign(guard="DataDome", header="x-datadome", refusal=True),
    _Sign(guard="Imperva", words=(b"_Incapsula_Resource",)),
    _Sign(guard="Imperva", words=(b"Incapsula incident ID",)),
    _Sign(guard="Imperva", header="x-cdn", value="incapsula", refusal=True),
    _Sign(guard="Imperva", header="x-cdn", value="imperva", refusal=True),
    _Sign(guard="Akamai", header="server", value="akamaighost", refusal=True),
    _Sign(guard="Akamai", words=(b"errors.edgesuite.net",)),
    _Sign(guard="AWS WAF", header="x-amzn-waf-action"),
    _Sign(guard="AWS WAF", words=(b"awswaf.com",)),
    _Sign(guard="HUMAN (PerimeterX)", words=(b"px-captcha",)),
    _Sign(guard="Sucuri", header="x-sucuri-block"),
    _Sign(guard="Sucuri", words=(b"Sucuri WebSite Firewall",)),
    _Sign(guard="Vercel", header="x-vercel-mitigated"),
    _Sign(guard="Kasada", header="x-kpsdk-ct"),
    _Sign(guard="Anubis", words=(b"/.within.website/x/cmd/anubis/",)),
)


def guard(status: int, headers: Mapping[str, str], body: bytes) -> str | None:
    """Who turned us away, for an answer that is no feed; None where nobody is recognised. ``headers`` by lower-case name."""
    text = body[:BODY]
    found = (sign for sign in _SIGNS if status == HTTPStatus.FORBIDDEN or not sign.refusal)
    return next((sign.guard for sign in found if _shows(sign, headers, text)), None)


def _shows(sign: _Sign, headers: Mapping[str, str], text: bytes) -> bool:
    if sign.header and not (sign.header in headers and sign.value in headers[sign.header].lower()):
        return False
    return all(word in text for word in sign.words)
