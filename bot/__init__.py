"""Storywatch: follow one developing news story through its feeds."""

__version__ = "0.1.0"
