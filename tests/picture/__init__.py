"""The picture of an alert in the README. ``python -m tests.picture`` draws it anew, from what the bot would send."""

from pathlib import Path

PICTURE = Path(__file__).with_name("alert.svg")
