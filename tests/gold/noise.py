"""What stands around an article on a page and must change no verdict: navigation, headlines, a biography, a sponsor's words.

Added to a text they are lines before and after it, as a bad extraction leaves them; ``page`` builds the whole HTML page. All of
it is full of the words of all three stories, since a site that reports on a story has its headlines everywhere.
"""

from __future__ import annotations

import html
import random
from collections.abc import Callable, Mapping

HEADLINES = (
    "OpenAI weighs contract for NATO networks",
    "Pentagon signs with OpenAI hours after cutting off rival",
    "What the ChatGPT maker promised the Department of War",
    "NATO allies split over chatbot for staff",
    "Altman: we said classified, we meant unclassified",
    "Egypt rejects Ethiopia's unilateral filling of the Renaissance Dam",
    "Sudan warns of floods after release from Nile dam",
    "Cairo takes the GERD dispute to the Security Council",
    "Bird flu found in three more dairy herds",
    "Raw milk recalled after H5N1 is detected in cattle",
    "Mayor opens bridge, forgets scissors",
    "Six recipes for people who own one pan",
    "Storm closes two mountain passes",
    "Why your train is late, explained with biscuits",
    "Transfer window: who goes where",
    "House prices fall for a third month",
    "The quiet return of the fountain pen",
    "Volcano island welcomes first tourists since 2019",
    "Central bank holds rates, hints at June",
    "A museum of broken umbrellas",
)
NAVIGATION = ("Home", "World", "Politics", "NATO", "OpenAI and the Pentagon", "The Nile dam", "Bird flu", "Sport", "Log in")
BIOGRAPHY = (
    "Robin Vale writes about technology and the state. Before joining in 2021, Robin reported from Brussels on NATO and OpenAI, "
    "from Cairo on the Grand Ethiopian Renaissance Dam and Egypt, and from Iowa on bird flu in dairy cattle, and won two prizes."
)
SPONSOR = (
    "From clinics that test cattle and poultry for bird flu to engineers on the Renaissance Dam in Ethiopia and Egypt, from NATO "
    "planners to teams at OpenAI and the Pentagon, professionals everywhere trust Ledgerline to keep their expenses in order."
)


def headlines(rng: random.Random, most: int = 50) -> list[str]:
    """So many related headlines, those of the stories among them."""
    return [rng.choice(HEADLINES) + rng.choice(("", "", f" {rng.randrange(2, 60)} min ago")) for _ in range(most)]


def with_navigation(text: str, rng: random.Random) -> str:
    return "\n".join((*NAVIGATION, text))


def with_headlines(text: str, rng: random.Random) -> str:
    return "\n".join((text, "Most read", *headlines(rng)))


def with_biography(text: str, rng: random.Random) -> str:
    return f"{text}\n{BIOGRAPHY}"


def with_sponsor(text: str, rng: random.Random) -> str:
    return f"{text}\n{SPONSOR}"


ADDED: Mapping[str, Callable[[str, random.Random], str]] = {
    "navigation": with_navigation,
    "50 headlines": with_headlines,
    "a biography": with_biography,
    "a sponsor's prose": with_sponsor,
}


def page(title: str, text: str, lang: str, rng: random.Random) -> bytes:
    """The article as a site serves it, with everything above around it."""
    said = "\n".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip())
    links = "\n".join(f'<li><a href="/{n}">{html.escape(line)}</a></li>' for n, line in enumerate(headlines(rng)))
    menu = "\n".join(f'<li><a href="/{n}">{html.escape(name)}</a></li>' for n, name in enumerate(NAVIGATION))
    body = f"""
<div id="consent" class="cookie-banner"><p>We and our 812 partners use cookies to personalise content.</p><button>Accept all</button></div>
<header><nav class="menu"><ul>{menu}</ul></nav></header>
<main><article class="article"><h1>{html.escape(title)}</h1>
<div class="article-body">{said}</div>
<aside class="author-bio"><p>{html.escape(BIOGRAPHY)}</p></aside></article>
<section class="related"><h2>Related</h2><ul>{links}</ul></section>
<div class="newsletter-signup"><h3>The daily briefing</h3><p>Sign up for our newsletter on NATO, OpenAI and the Nile dam.</p></div></main>
<aside class="sidebar sponsored"><p>{html.escape(SPONSOR)}</p></aside>
<footer><p>About us · Terms · Privacy</p></footer>"""
    head = f'<head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
    return f'<!doctype html><html lang="{lang}">{head}<body>{body}</body></html>'.encode()
