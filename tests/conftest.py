"""What all tests share."""

from __future__ import annotations

import os

# Tests start hundreds of real processes. Without bytecode each compiles the whole program anew, which no installed one does.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
