"""The allocator's knobs: what they are worth is for the soak to say; that they turn is said here."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the knobs are glibc's")
def test_glibc_takes_both_settings() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from bot.edge import memory; print(memory.bound())"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"
