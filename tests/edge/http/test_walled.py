"""The guard against real forbidden addresses, in a network namespace; canaries there count connections."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def namespaces() -> bool:
    if not (shutil.which("unshare") and shutil.which("ip")):
        return False
    return subprocess.run(["unshare", "-Urn", "ip", "link", "set", "lo", "up"], check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(
    not namespaces(), reason="NO NETWORK NAMESPACES HERE: the guard is not tested against real forbidden addresses"
)
def test_no_canary_is_ever_reached():
    done = subprocess.run(
        ["unshare", "-Urn", sys.executable, str(Path(__file__).with_name("walledlab.py"))],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}"},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "direct": ["refused"],
        "led": ["refused"],
        "public": ["public"] * 3,
        "flips": {"public": 400, "refused": 600},
        "ports": ["refused"] * 3,
        "canaries": 0,
        "config may go inside": "inner",
        "others may not": "refused",
        "inside leads inside": "inner",
        "inside leads only to what is allowed": "refused",
        "outside leads nowhere inside": "refused",
        "and not by a detour": "refused",
    }
