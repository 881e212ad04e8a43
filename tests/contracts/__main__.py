"""``python -m tests.contracts``: alerts out of a seed for every receiver, each message checked; prints a table.

Checked against the published schemas and rules (../shared/contracts; without that folder Slack and Discord are checked by our
rules alone, and it says so), the models of slack_sdk, a Markdown reader and the reference verifier of Standard Webhooks. What is
found wrong replays alone: --seed N --only NUMBER.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from bot.cli import progress
from tests.contracts import alerts
from tests.contracts.judge import RECEIVERS, Tally, judge
from tests.contracts.schemas import CONTRACTS

_CHUNK = 100  # alerts that a process is handed at a time


def run(seed: int, numbers: Sequence[int]) -> list[Tally]:
    """Judge some alerts of a seed at every receiver."""
    tallies = [Tally(receiver=kind) for kind in RECEIVERS]
    for number in numbers:
        alert = alerts.make(seed, number)
        for tally, kind in zip(tallies, RECEIVERS, strict=True):
            judge(tally, kind, alert, number)
    return tallies


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when anything was refused or called somebody."""
    options = argparse.ArgumentParser(
        prog="python -m tests.contracts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: python -m tests.contracts --alerts 100000 --seed 7",
    )  # fmt: skip
    options.add_argument("--alerts", type=int, default=1000, metavar="N", help="how many for each receiver; default: 1000")
    options.add_argument("--seed", type=int, default=1, metavar="N")
    options.add_argument("--only", type=int, metavar="NUMBER", help="one alert of the seed, by its number")
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="default: one for each core")
    chosen = options.parse_args(arguments)
    if not CONTRACTS.is_dir():
        print(f"SKIPPED: no schemas of Slack and Discord: {CONTRACTS} is not here", file=sys.stderr)
    numbers = range(chosen.alerts) if chosen.only is None else range(chosen.only, chosen.only + 1)
    totals = {kind: Tally(receiver=kind) for kind in RECEIVERS}
    chunks = [numbers[at : at + _CHUNK] for at in range(0, len(numbers), _CHUNK)]
    with progress.bar("judging") as show, ProcessPoolExecutor(chosen.processes) as pool:
        done = 0
        for part in pool.map(partial(run, chosen.seed), chunks):
            for tally in part:
                _join(totals[tally.receiver], tally)
            done += part[0].generated
            show(done, len(numbers), f"{done} of {len(numbers)} alerts")
    return _print(list(totals.values()), chosen.seed)


def _join(total: Tally, part: Tally) -> None:
    total.generated, total.messages = total.generated + part.generated, total.messages + part.messages
    total.refused, total.alive = total.refused + part.refused, total.alive + part.alive
    total.examples = [*total.examples, *part.examples][:5]


def _print(tallies: Sequence[Tally], seed: int) -> int:
    print(f"{'receiver':12} {'generated':>10} {'messages':>10} {'refused':>10} {'live mentions':>14}   seed {seed}")
    for tally in tallies:
        print(f"{tally.receiver:12} {tally.generated:10} {tally.messages:10} {tally.refused:10} {tally.alive:14}")
    for tally in tallies:
        for example in tally.examples:
            print(f"{tally.receiver}: {example[:400]}")
    return 1 if any(tally.refused or tally.alive for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
