"""``storywatch demo``: some days of the story, played to the real daemon from a small web on this computer.

    content   outlets/*.toml -> what each outlet publishes and when, with how it should be judged
    documents the feeds (RSS, Atom, JSON Feed) and pages of it, as outlets make them
    web       serves them on loopback: at each moment what is out by the clock
    clock     the days, played in seconds
    place     the folder that keeps configuration and state
    play      all of it together, around a daemon

The outlets are invented and their texts were written for this demonstration: it is not news.
"""

from bot.demo.clock import Clock
from bot.demo.content import END, START, Outlet, Piece, outlets
from bot.demo.place import make
from bot.demo.play import Play

__all__ = ["END", "START", "Clock", "Outlet", "Piece", "Play", "make", "outlets"]
