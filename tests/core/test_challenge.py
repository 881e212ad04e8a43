"""Guards' pages are named, other pages are not."""

from __future__ import annotations

import pytest

from bot.core import challenge, decide
from bot.model import Fetched

DENIED = b"<html><head><title>Access Denied</title></head><body>You don't have permission</body></html>"
DATADOME = b"<script>var dd={'host':'geo.captcha-delivery.com'}</script>"
INCAPSULA = b'<iframe src="/_Incapsula_Resource?x=1">Request unsuccessful. Incapsula incident ID: 1</iframe>'


@pytest.mark.parametrize(
    ("status", "headers", "body", "guard"),
    [
        (403, {"cf-mitigated": "challenge", "server": "cloudflare"}, b"<html>", "Cloudflare"),
        (503, {"server": "cloudflare"}, b"<title>Just a moment...</title><script src='/cdn-cgi/x'>", "Cloudflare"),
        (200, {}, b"<script src='/cdn-cgi/challenge-platform/h/g/orchestrate'>", "Cloudflare"),
        (200, {}, b"<script>window._cf_chl_opt = {cvId: '3'};</script>", "Cloudflare"),
        (200, {}, b"<title>News</title><script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'>", None),
        (403, {}, b"<div id='cf-error-details'>Cloudflare Ray ID: 1</div>", "Cloudflare"),
        (403, {"x-datadome": "protected"}, b"", "DataDome"),
        (200, {"x-datadome": "protected"}, b"<html><title>Sign in</title>", None),
        (403, {}, DATADOME, "DataDome"),
        (200, {}, INCAPSULA, "Imperva"),
        (403, {"x-cdn": "Incapsula"}, b"", "Imperva"),
        (503, {"x-cdn": "Incapsula"}, b"down", None),
        (403, {"server": "AkamaiGHost"}, DENIED, "Akamai"),
        (403, {}, DENIED + b"https://errors.edgesuite.net/18.1", "Akamai"),
        (405, {"x-amzn-waf-action": "captcha"}, b"", "AWS WAF"),
        (403, {}, b"<div id='px-captcha'>", "HUMAN (PerimeterX)"),
        (403, {"server": "nginx"}, DENIED, None),
        (503, {"server": "cloudflare"}, b"<title>503 Service Unavailable</title>", None),
    ],
)
def test_who_turned_us_away(status: int, headers: dict[str, str], body: bytes, guard: str | None) -> None:
    assert challenge.guard(status, headers, body) == guard


def test_a_named_guard_makes_a_passing_status_a_lasting_problem() -> None:
    answer = Fetched(url="https://x.org", status=503, headers={"cf-mitigated": "challenge"}, body=b"")
    problem = decide.answer_problem(answer, 60.0, conditional=False)
    assert problem is not None
    named = decide.turned_away(problem, answer)
    assert (named.lasting, named.weight, named.retry_after) == (True, decide.HARD, 60.0)
    assert named.why == "a page of Cloudflare that turns robots away, not a feed (HTTP 503)"
