"""What the outlets of the demo publish: whole, varied, and labelled."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import chain

import pytest

from bot.demo import END, START, Outlet, Piece, outlets
from bot.demo.web import MOST_LISTED

OUTLETS = outlets()
POLLED_BY = timedelta(hours=5)  # after so long every feed was asked: twice its interval of 2 h, with jitter and a long step
PIECES = tuple(chain.from_iterable(outlet.pieces for outlet in OUTLETS))
OWN = [piece for piece in PIECES if not piece.again]
BY_KEY = {piece.key: piece for piece in PIECES}


def named(things: list[Piece] | tuple[Outlet, ...]) -> list[str]:
    return [getattr(thing, "key", "") or getattr(thing, "slug", "") for thing in things]


def test_there_is_enough_of_everything() -> None:
    assert len(OUTLETS) >= 12
    assert len({outlet.lang for outlet in OUTLETS}) >= 8
    assert {outlet.kind for outlet in OUTLETS} == {"rss", "atom", "json"}
    assert len(PIECES) >= 50
    assert {piece.page for piece in PIECES} == {"article", "forbidden", "consent"}
    assert sum(outlet.outage is not None for outlet in OUTLETS) == 1


def test_most_of_it_has_nothing_to_do_with_the_story() -> None:
    told = Counter(piece.relevant for piece in PIECES)
    assert told[False] > told[True] > 15
    assert len([piece for piece in OWN if piece.hard]) >= 8
    assert not [piece.key for piece in OWN if piece.hard and piece.relevant]


def test_the_story_is_told_in_many_languages_and_steps() -> None:
    relevant = {piece.key for piece in OWN if piece.relevant}
    languages = {outlet.lang for outlet in OUTLETS for piece in outlet.pieces if piece.key in relevant}
    assert len(languages) >= 8
    assert len({BY_KEY[key].development for key in relevant}) >= 6
    assert not [piece.key for piece in OWN if bool(piece.development) != bool(piece.relevant)]


def test_no_two_pieces_are_confused() -> None:
    assert len({piece.key for piece in PIECES}) == len(PIECES)
    assert len({piece.title for piece in OWN}) == len(OWN)
    assert len({piece.path for piece in OWN}) == len(OWN)
    assert len({piece.guid for piece in PIECES}) == len(PIECES)


@pytest.mark.parametrize("outlet", OUTLETS, ids=named(OUTLETS))
def test_every_feed_has_a_baseline_and_is_never_too_long_for_one_look(outlet: Outlet) -> None:
    assert outlet.pieces[0].at < START
    assert outlet.listed(START, MOST_LISTED)
    assert all(piece.at <= END - POLLED_BY for piece in outlet.pieces)
    assert len(outlet.pieces) <= MOST_LISTED, "between two polls at a fast play nothing may leave the feed unseen"


@pytest.mark.parametrize("piece", [piece for piece in PIECES if piece.copy_of], ids=lambda piece: piece.key)
def test_a_copy_has_the_text_of_another_outlets_piece_and_a_headline_of_its_own(piece: Piece) -> None:
    source = BY_KEY[piece.copy_of]
    assert set(source.paragraphs) <= set(piece.paragraphs)
    assert piece.title != source.title
    assert piece.at > source.at
    assert piece.path.split("/")[1] != source.path.split("/")[1]
    assert (piece.relevant, piece.development) == (source.relevant, source.development)


@pytest.mark.parametrize("piece", [piece for piece in PIECES if piece.again], ids=lambda piece: piece.key)
def test_what_is_listed_again_is_the_same_page_under_another_guid(piece: Piece) -> None:
    first = BY_KEY[piece.again]
    assert piece.path.partition("?")[0] == first.path
    assert piece.guid != first.guid
    assert piece.relevant is None
