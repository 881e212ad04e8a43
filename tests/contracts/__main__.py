"""``python -m tests.contracts``: alerts out of a seed for every receiver, each message checked; prints a table.

Checked against the published schemas and rules (../shared/contracts; without that folder Slack and Discord are checked by our
rules alone, and it says so), the models of slack_sdk, a Markdown reader and the reference verifier of Standard Webhooks. What is
found wrong replays alone: --seed N --only NUMBER.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial

from bot.cli import progress
from tests.contracts import alerts
from tests.contracts.judge import RECEIVERS, Bot, Tally, judge
from tests.contracts.schemas import CONTRACTS

_CHUNK = 100  # alerts that a process is handed at a time
_TOLD = 5000  # alerts, after which a log file is told how far it is


def run(seed: int, receivers: Sequence[str], numbers: Sequence[int], bot: Bot | None = None) -> list[Tally]:
    """Judge some alerts of a seed at receivers."""
    tallies = [Tally(receiver=receiver) for receiver in receivers]
    for number in numbers:
        alert = alerts.make(seed, number)
        for tally in tallies:
            judge(tally, alert, number, bot)
    return tallies


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when anything was refused or called somebody."""
    chosen = _options().parse_args(arguments)
    if not CONTRACTS.is_dir():
        print(f"SKIPPED: no schemas of Slack and Discord: {CONTRACTS} is not here", file=sys.stderr)
    numbers = range(chosen.alerts) if chosen.only is None else range(chosen.only, chosen.only + 1)
    receivers = chosen.receiver or list(RECEIVERS)
    began = time.monotonic()
    totals = _judged(chosen.seed, receivers, numbers, chosen.jobs)
    took = time.monotonic() - began
    if chosen.json:
        print(json.dumps({"seed": chosen.seed, "seconds": round(took, 1), "receivers": [asdict(tally) for tally in totals]}))
    else:
        printed(totals, chosen.seed, took)
    return 1 if any(tally.refused or tally.alive for tally in totals) else 0


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m tests.contracts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: python -m tests.contracts --alerts 100000 --seed 7",
    )  # fmt: skip
    options.add_argument("--alerts", type=int, default=1000, metavar="N", help="how many for each receiver; default: 1000")
    options.add_argument("--seed", type=int, default=1, metavar="N")
    options.add_argument("--only", type=int, metavar="NUMBER", help="one alert of the seed, by its number")
    options.add_argument("--receiver", choices=list(RECEIVERS), action="append", help="this one only; may be given again")
    options.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes; default: one for each core"
    )
    options.add_argument("--json", action="store_true", help="the figures as one JSON object")
    return options


def _judged(seed: int, receivers: Sequence[str], numbers: Sequence[int], jobs: int) -> list[Tally]:
    totals = [Tally(receiver=receiver) for receiver in receivers]
    chunks = [numbers[at : at + _CHUNK] for at in range(0, len(numbers), _CHUNK)]
    with progress.bar("judging") as show, ProcessPoolExecutor(jobs) as pool:
        for part in pool.map(partial(run, seed, receivers), chunks):
            for total, tally in zip(totals, part, strict=True):
                total.join(tally)
                for example in tally.examples:
                    print(f"{tally.receiver}: {ascii(example)[:300]}", file=sys.stderr, flush=True)
            done, wrong = totals[0].generated, sum(total.refused + total.alive for total in totals)
            show(done, len(numbers), f"{done} of {len(numbers)} alerts, {wrong} wrong")
            if done % _TOLD == 0 and not sys.stderr.isatty():
                print(f"{done} of {len(numbers)} alerts, {wrong} wrong", file=sys.stderr, flush=True)
    return totals


def printed(tallies: Sequence[Tally], seed: int, took: float) -> None:
    """The figures as a table, and each find with the command that shows it again."""
    print(f"{'receiver':14} {'generated':>10} {'messages':>10} {'refused':>10} {'live mentions':>14} {'ms an alert':>12}")
    for tally in tallies:
        each = 1000 * tally.cpu / max(tally.generated, 1)
        print(f"{tally.receiver:14} {tally.generated:10} {tally.messages:10} {tally.refused:10} {tally.alive:14} {each:12.2f}")
    print(
        f"seed {seed}, {took:.0f} s, {sum(tally.generated for tally in tallies) / max(took, 0.001):.0f} alerts a second over all receivers"
    )
    for tally in tallies:
        for example in tally.examples:
            print(f"{tally.receiver}: {example[:400]}")
            number = example.removeprefix("alert ").partition(":")[0]
            print(f'    again: python -m tests.contracts --seed {seed} --only {number} --receiver "{tally.receiver}"')


if __name__ == "__main__":
    sys.exit(main())
