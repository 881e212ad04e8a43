"""Invented news for the lab: any number of events, no two alike, each known to match the lab's rule or not.

The texts mean little; what counts is that two events share few runs of words (so that no reasonable bot takes one
for a copy of the other) and that a copy is one, word for word. Nothing here is, or reads like, a real report.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

VOCABULARY = """
first: Ada, Bruno, Carla, Dmitri, Elif, Farid, Greta, Hassan, Ines, Jonas, Kaori, Luca, Mira, Nadia, Oskar, Priya, Quentin, \
Rosa, Sven, Tarek
last: Abel, Borg, Castell, Dahl, Evers, Falk, Grau, Holm, Ibarra, Jansen, Keller, Lund, Moreau, Novak, Olsen, Petit, Quist, \
Rossi, Stone, Tanaka
city: Aarhus, Bergen, Cork, Dresden, Essen, Faro, Ghent, Haarlem, Izmir, Jena, Kosice, Leeds, Malmo, Nantes, Odense, Porto, \
Riga, Split, Turku, Utrecht
body: auditors, a budget panel, the works council, two ministries, a procurement office, the port authority, a standards \
board, former officials, a parliamentary group, the host country, an ethics committee, three suppliers, its insurers, \
a training school
thing: translation desk, supply ledger, weather model, fuel register, logistics archive, duty roster, hospital index, radio \
glossary, map catalogue, repair manual, travel planner, stores inventory, patent library, harbour timetable, payroll \
service, lesson plan
kind: narrow, costly, quiet, disputed, overdue, modest, sweeping, provisional, awkward, promising, belated, joint, \
secretive, popular
did: praised, questioned, delayed, rewrote, costed, shelved, defended, audited, leaked, trimmed, copied, mocked, signed \
off, reopened
unit: euros, working days, desks, servers, pages, staff hours, test cases, seats, letters, kilometres of cable
when: before lunch, at dawn, after midnight, in the third week, once the snow melts, by Easter, in late autumn, on a Sunday, \
two summers ago, within the hour, next spring, during the recess
where: in a basement annex, beside the old customs house, over video, in a school gym, on the fourth floor, at a rail depot, \
behind closed doors, in a rented theatre, aboard a ferry, at the airport hotel
way: slowly, by show of hands, with some irritation, almost in passing, by a single vote, without a press release, against \
advice, on the third attempt, in writing, to general surprise
"""
WORDS = {slot: words.split(", ") for slot, _, words in (line.partition(": ") for line in VOCABULARY.strip().splitlines())}

PLAIN = (
    "{name} {did} the {kind} {thing} {when}, {way}.",
    "{n} {unit} were set aside {where}, {body} said.",
    "In {city}, {body} {did} it {way} and asked {name} for {n} {unit}.",
    '"We counted {n} {unit} {when}," said {name} {where}.',
    "{Body} from {city} had {did} a {kind} {thing} {when}.",
    "A {kind} draft, {n} pages long, reached {body} {when}.",
    "{name}, who once ran a {thing} in {city}, {did} the plan {way}.",
    "Whether the {thing} needs {n} {unit} is for {body} to say {when}.",
    "{Body} met {where}; {name} left {way}.",
    "Nobody in {city} had {did} a {thing} so {kind} {when}, by {name}'s account.",
    "Last year's {thing} cost {n} {unit} and was {did} {way} by {body}.",
    "{When}, {name} and {name} {did} the {thing} {where}.",
)
STORY = (
    "OpenAI would run a {kind} {thing} for NATO in {city} {when}, {name} said.",
    "NATO has {did} an offer by OpenAI for its {thing}, {body} said {where}.",
    "The Pentagon {did} OpenAI's {thing} {way}, according to {name} of {city}.",
    "OpenAI and NATO {did} terms for {n} {unit} {where}.",
    "For the Pentagon, OpenAI priced the {thing} at {n} {unit} {when}.",
)
OTHER = (
    "Orchard Foods would run a {kind} {thing} for the fire brigade in {city} {when}, {name} said.",
    "The senator from {city} has {did} an offer for the {thing}, {body} said {where}.",
    "È nato a {city} un {thing}, said {name} {way}.",
    "The railway {did} {name}'s {thing} {way} for {n} {unit}.",
)
ALMOST = (
    "OpenAI {did} a {kind} {thing} for choirs in {city} {when}, {name} said.",
    "NATO {did} a {kind} {thing} near {city} {when}, {name} said.",
)
HEADLINES = (
    "{thing} in {city}: {lead} {did} {n} {unit}",
    "{last} of {city} on {lead} and a {kind} {thing}",
    "{lead}: {n} {unit} for a {kind} {thing}, says {last}",
    "{Kind} {thing}, {n} {unit}: {body} in {city} look at {lead}",
    "{city} {thing} {did} {when} as {lead} {did} {last}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened and how its first report tells it."""

    matches: bool
    title: str
    summary: str
    text: str


def events(seed: int, *, share: float = 0.4) -> Iterator[Event]:
    """Events without end; about ``share`` of them match. The same seed gives the same events."""
    rng, titles = random.Random(seed), set[str]()
    while True:
        event = _match(rng) if rng.random() < share else _no_match(rng)
        if event.title not in titles:  # a title that returns in its feed means the same item
            titles.add(event.title)
            yield event


def _match(rng: random.Random) -> Event:
    """The story's words stand in the title, or only in the article: then its page must be read. It opens with them and comes
    back to them: an article that is about the story, not one that mentions it.
    """
    in_title = rng.random() < 0.7
    lead = rng.choice(("OpenAI and NATO", "OpenAI, the Pentagon", "NATO and OpenAI")) if in_title else "a software house"
    opening, *others = rng.sample(STORY, 3)
    return _event(rng, True, lead, [*others, *rng.sample(PLAIN, 7)], summary=rng.sample(PLAIN, 2), opening=opening)


def _no_match(rng: random.Random) -> Event:
    """Other news, in part with one half of the rule's words or with words that contain them."""
    almost = rng.random() < 0.3
    lead = rng.choice(("a bakery chain", "senators", "the museum fund"))
    body = [rng.choice(ALMOST if almost else OTHER), rng.choice(OTHER), *rng.sample(PLAIN, 8)]
    return _event(rng, False, lead, body, summary=rng.sample(PLAIN, 2))


def _event(
    rng: random.Random, matches: bool, lead: str, body: Sequence[str], *, summary: Sequence[str], opening: str | None = None
) -> Event:
    title = fill(rng, rng.choice(HEADLINES).replace("{lead}", lead))
    told = [fill(rng, pattern) for pattern in body]
    rng.shuffle(told)
    told[:0] = [] if opening is None else [fill(rng, opening)]
    paragraphs = [" ".join(told[at : at + 2]) for at in range(0, len(told), 2)]
    return Event(
        matches=matches,
        title=title[0].upper() + title[1:],
        summary=" ".join(fill(rng, pattern) for pattern in summary),
        text="\n\n".join(paragraphs),
    )


def fill(rng: random.Random, pattern: str) -> str:
    """The pattern with a random word in each slot; a slot in capitals starts a sentence."""
    parts = pattern.split("{")
    done = [parts[0]]
    for part in parts[1:]:
        slot, _, rest = part.partition("}")
        word = _word(rng, slot.lower())
        done.append((word[0].upper() + word[1:] if slot[0].isupper() else word) + rest)
    return "".join(done)


def _word(rng: random.Random, slot: str) -> str:
    if slot == "name":
        return f"{rng.choice(WORDS['first'])} {rng.choice(WORDS['last'])}"
    if slot == "n":
        return f"{rng.randrange(12, 9_999):,}"
    return rng.choice(WORDS[slot])
