"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# Tests start hundreds of real processes. Without bytecode each compiles the whole program anew, which no installed one does.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A red run is to come from a change, not from luck: the same examples each time. ``pytest --hypothesis-profile=search`` looks for new ones.
settings.register_profile("steady", derandomize=True)
settings.register_profile("search", max_examples=1_000)
settings.load_profile("steady")
