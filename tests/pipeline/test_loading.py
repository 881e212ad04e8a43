"""A daemon has all its code in memory before its first alert: a package replaced underneath it must not be half-loaded."""

from __future__ import annotations

import subprocess
import sys

UNITS = ("bot.pipeline.poll", "bot.pipeline.judge", "bot.pipeline.deliver")
LOAD = """
import sys
from typing import Any
from pathlib import Path
from bot.config import load
from bot.pipeline import Pipeline

edges: Any = type("Edges", (), {"store": None, "robots": None})()
pipeline = Pipeline(load(Path(sys.argv[1]), {}), edges)
before = [name for name in UNITS if name in sys.modules]
pipeline.load()
print(before, [name for name in UNITS if name not in sys.modules])
"""


def test_a_daemon_loads_all_units_of_work_at_its_start(tmp_path):
    (tmp_path / "bot.toml").write_text('[bot]\nstate = "seen.sqlite3"\n')
    code = f"UNITS = {UNITS}\n{LOAD}"
    said = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "[] []"
