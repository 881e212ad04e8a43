"""``python -m tests.bench``: the bot against the floor of the bare libraries, on the same bytes in the same run.

Prints a table, or JSON lines with ``--json``; ``--quick`` takes a tenth of the feeds and one interval (five minutes; figures
for a look only). The whole of it takes half an hour and wants the machine for itself: compare ratios, never seconds.
"""

from __future__ import annotations

import argparse
import json
import sys

from tests.bench import process
from tests.bench.rows import ROWS, Row, Size

WHOLE = Size(feeds=1000, intervals=3, logged=(10_000, 1_000_000))
QUICK = Size(feeds=100, intervals=1, logged=(1_000, 100_000))


def line(row: Row) -> str:
    """One line of the table."""
    mark = "reached" if row.ratio <= row.reach else "NOT reached"
    return f"{row.name:52} {row.bot:9.2f} {row.divisor:9.2f} {row.unit:6} {row.ratio:6.2f}   {row.reach:5.2f}  {mark}"


def main(arguments: list[str] | None = None) -> int:
    """Measure what was asked for."""
    options = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: python -m tests.bench --quick steady cold",
    )  # fmt: skip
    options.add_argument("rows", nargs="*", metavar="ROW", help=f"which: {' '.join(ROWS)}; default: all")
    options.add_argument("--quick", action="store_true")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args(arguments)
    if unknown := [name for name in chosen.rows if name not in ROWS]:
        options.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    if not chosen.json:
        print(f"{'':52} {'bot':>9} {'divisor':>9} {'':6} {'ratio':>6}   {'reach':>5}")
    for name in chosen.rows or ROWS:
        print(f"measuring {name} (a fixed loop takes {process.spin():.0f} ms just now)", file=sys.stderr)
        for row in ROWS[name](QUICK if chosen.quick else WHOLE):
            told = {"name": row.name, "unit": row.unit, "bot": row.bot, "divisor": row.divisor, "ratio": row.ratio}
            print(json.dumps({**told, "reach": row.reach}) if chosen.json else line(row), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
