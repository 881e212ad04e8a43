"""The command of the long kill run: ``python tests/lab/stream.py --items 400 --kills 20 --seed 7`` (see play.py)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab.play import main

if __name__ == "__main__":
    raise SystemExit(main())
