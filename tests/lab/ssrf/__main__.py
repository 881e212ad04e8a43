"""``python -m tests.lab.ssrf``: the bot led to forbidden addresses, in every spelling and on every path, before canaries.

In a network namespace of its own (``unshare -Urnm``), where every address is the lab's. The verdict is the canaries': exit 1
when one accepted a connection (or the trial of the canaries, or the bot, failed), 0 when none did, 77 where namespaces are refused.

Example: python -m tests.lab.ssrf --sample 20 --flips 1000
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from ..robot import PROJECT

SKIPPED = 77
NAMESPACE = ("unshare", "-Urnm")


def possible() -> bool:
    """Whether this machine lets us have a network namespace."""
    if not (shutil.which("unshare") and shutil.which("ip")):
        return False
    return subprocess.run([*NAMESPACE, "ip", "link", "set", "lo", "up"], check=False, capture_output=True).returncode == 0


def run(*arguments: str) -> dict[str, Any]:
    """The lab's figures, from within a namespace."""
    command = [*NAMESPACE, sys.executable, "-m", "tests.lab.ssrf.inside", *arguments]
    done = subprocess.run(command, cwd=PROJECT, env={**os.environ, "PYTHONPATH": str(PROJECT)}, check=False, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace")[-4000:])
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def passed(figures: dict[str, Any]) -> bool:
    """No canary accepted anything; and they would have been heard, and the bot was led to them."""
    led = figures["exit"] == 0 and not figures["traceback"] and figures["asked"].get("POST a redirect", 0) > 0
    return led and figures["canaries heard in a trial"] > 25 and not figures["accepts"] and not figures["accepts after flips"]


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(
        prog="python -m tests.lab.ssrf", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--sample", type=int, default=1, help="take every n-th spelling only")
    options.add_argument("--flips", type=int, default=10_000, help="answers of the rebinding resolver")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--allow", action="append", default=[], help="open a range to the bot: the canaries must then be heard")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args(arguments)
    if not possible():
        print("SKIPPED: NO NETWORK NAMESPACES HERE: the guard is not tested against forbidden addresses", file=sys.stderr)
        return SKIPPED
    allow = [word for each in chosen.allow for word in ("--allow", each)]
    figures = run("--sample", str(chosen.sample), "--flips", str(chosen.flips), "--seed", str(chosen.seed), *allow)
    for name, value in figures.items():
        print(json.dumps({name: value}) if chosen.json else f"{name:26} {value}")
    print("passed: no canary accepted a connection" if passed(figures) else "FAILED")
    return 0 if passed(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
