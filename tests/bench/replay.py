"""How long ``storywatch replay`` takes over a large log, and what it spends its time on.

    .venv/bin/python -m tests.bench.replay --items 100000

Fills a state through the schema, in bulk: items with texts of 1.5 to 3 KB, 5 in 100 with words of the story, and the
live verdicts that the shipped rule gives. The texts are put together of sentences of ``tests/gold`` in the mixture of languages
that ``--foreign`` says, so that letters, word lengths and scripts are those of news. Then the command runs as a process of its own;
the parts are timed in this process, each over all items. The full-text index stays empty: replay does not use it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from bot.core import match
from bot.edge.store import Store, open_state, past
from bot.edge.store.schema import articles, items, verdicts
from bot.model import Past, Story

ROOT = Path(__file__).parents[2]
STORIES = ROOT / "config" / "stories.toml"
CANDIDATES = 0.05  # issue 4's figure: how many items of a log have a word of the story
ABOUT = 0.25  # of them are about it
TEXT = (1_500, 3_000)  # bytes
BATCH = 2_000
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 90


class Writer:
    """Makes items of the sentences of the labelled sets."""

    def __init__(self, rule: match.Rule, seed: int, foreign: float) -> None:
        self._rng, self._foreign = random.Random(seed), foreign
        rows = [json.loads(line) for path in sorted((ROOT / "tests" / "gold").glob("*.jsonl")) for line in path.open()]
        self._plain: dict[bool, list[str]] = {False: [], True: []}
        self._telling: dict[bool, list[str]] = {False: [], True: []}
        self._about = [row for row in rows if row["relevant"] and match.hints([rule], row["title"], row["text"])]
        for row in rows:
            for line in filter(None, (row["title"], *row["text"].split("\n"))):
                telling = match.hints([rule], line, "")
                (self._telling if telling else self._plain)[not row["lang"].startswith("en")].append(line)

    def item(self) -> tuple[str, str, str]:
        """Title, summary and text."""
        rng = self._rng
        foreign, telling = rng.random() < self._foreign, rng.random() < CANDIDATES
        if telling and rng.random() < ABOUT:
            row = rng.choice(self._about)
            return row["title"], row["summary"], row["text"]
        wanted, size, lines = rng.uniform(*TEXT), 0, []
        while size < wanted:
            lines.append(rng.choice(self._plain[foreign]))
            size += len(lines[-1].encode()) + 1
        for _ in range(rng.choice((1, 1, 2, 4)) if telling else 0):
            lines.insert(rng.randrange(len(lines)), rng.choice(self._telling[foreign]))
        source = self._telling if telling and rng.random() < 0.5 else self._plain
        return rng.choice(source[foreign])[:120], lines[0][:200], "\n".join(lines)


def fill(store: Store, rule: match.Rule, writer: Writer, count: int) -> int:
    """Put the items into the state, judged; returns how many bytes of text they have."""
    size = 0
    for start in range(0, count, BATCH):
        rows = [(number, *writer.item()) for number in range(start + 1, min(start + BATCH, count) + 1)]
        size += sum(len((title + summary + text).encode()) for _, title, summary, text in rows)
        with store.write() as tx:
            tx.execute(sa.insert(items), [_item(row, count) for row in rows])
            tx.execute(sa.insert(articles), [{"item": row[0], "text": row[3]} for row in rows])
            tx.execute(sa.insert(verdicts), [_verdict(rule, row) for row in rows])
    return size


def _item(row: tuple[int, str, str, str], count: int) -> dict[str, object]:
    number, title, summary, _ = row
    seen = BEGIN + DAYS * timedelta(days=1) * (number / count)
    return {
        "id": number, "feed": f"desk {number % 40}", "guid": f"g{number}", "url": f"https://example.org/{number}", "title": title,
        "summary": summary, "published": seen, "first_seen": seen, "outlet": f"desk {number % 40}", "baseline": False,
        "inside": False, "judged_at": seen, "note": "read",
    }  # fmt: skip


def _verdict(rule: match.Rule, row: tuple[int, str, str, str]) -> dict[str, object]:
    number, *texts = row
    looked = match.look(rule, match.folded(match.Texts(*texts)))
    score = None if looked.nothing else match.weigh(rule, match.Texts(*texts), looked)
    holds = score is not None and score >= rule.threshold
    return {
        "item": number, "story": rule.story, "verdict": "match" if holds else "no-match", "score": score or 0.0, "terms": [],
        "where": None, "sentence": "", "why": "no word of the story", "rule": rule.version,
        "hits": [] if looked.nothing else [{"term": "OpenAI", "concept": "openai", "where": "article", "start": n, "end": n + 6}
                                           for n in range(20)],
    }  # fmt: skip


def command(folder: Path, *options: str) -> dict[str, float]:
    """The command as a process: seconds of the clock and of the CPU, and its largest memory in MB."""
    argv = [sys.executable, "-m", "bot", "--config", str(folder / "config"), "replay", *options]
    began = time.perf_counter()
    with (folder / "output").open("wb") as output:
        # Installed programs have their bytecode.
        env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        process = subprocess.Popen(argv, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError((folder / "output").read_text()[-2000:])
    return {
        "wall": time.perf_counter() - began, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024,
    }  # fmt: skip


def parts(store: Store, rule: match.Rule) -> dict[str, float]:
    """CPU seconds of each step over all items, in this process."""
    spent = dict.fromkeys(("read", "fold", "look", "weigh"), 0.0)

    def timed(step: str, work: Callable[[], object]) -> object:
        began = time.process_time()
        done = work()
        spent[step] += time.process_time() - began
        return done

    with store.read() as connection:
        rows: Iterator[Past] = past.rows(connection)
        while (row := timed("read", lambda: next(rows, None))) is not None:
            assert isinstance(row, Past)
            texts = match.Texts(row.title, row.summary, row.text or "")
            folds = timed("fold", lambda: match.folded(texts))  # noqa: B023 - called at once
            looked = timed("look", lambda: match.look(rule, folds))  # type: ignore[arg-type]  # noqa: B023
            if not looked.nothing:  # type: ignore[attr-defined]
                timed("weigh", lambda: match.weigh(rule, texts, looked))  # type: ignore[arg-type]  # noqa: B023
    return spent


def spin() -> float:
    """Milliseconds of CPU for a fixed loop: how fast this machine is just now."""

    def loop() -> float:
        began, total = time.process_time(), 0
        for number in range(300_000):
            total += number * number
        return time.process_time() - began

    return median(loop() for _ in range(3)) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--foreign", type=float, default=0.25, help="share of items not in English (0.25)")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--folder", type=Path, help="keep the state there, and use one that is there already")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rules = tomllib.loads(STORIES.read_text())
    told = rules["stories"][0]
    rule = match.compile_rule(Story(name=told["name"], title="", query=told["query"]), rules["concepts"])
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.folder or Path(temporary)
        (folder / "config").mkdir(parents=True, exist_ok=True)
        (folder / "config" / "bot.toml").write_text(
            '[bot]\nstate = "seen.sqlite3"\n[[channels]]\nname = "desk"\nkind = "console"\n'
        )
        (folder / "config" / "stories.toml").write_text(STORIES.read_text())
        fresh = not (folder / "seen.sqlite3").exists()
        store = open_state(folder / "seen.sqlite3")
        if fresh:
            fill(store, rule, Writer(rule, args.seed, args.foreign), args.items)
        with store.read() as connection:
            number = past.extent(connection).items
            size = sum(len((row.title + row.summary + (row.text or "")).encode()) for row in past.rows(connection))
        before = spin()
        steps = parts(store, rule)
        store.close()
        whole = command(folder)
        report(args.json, number, size, whole, steps, (before, spin()))


def report(
    as_json: bool, number: int, size: int, whole: dict[str, float], steps: dict[str, float], spins: tuple[float, float]
) -> None:
    rest = whole["cpu"] - sum(steps.values())
    if as_json:
        print(json.dumps({"items": number, "bytes": size, **whole, "parts": steps, "rest": rest, "spin_ms": spins}))
        return
    print(f"{number} items, {size / 1e6:.0f} MB of text; spin {spins[0]:.0f} to {spins[1]:.0f} ms")
    print(f"{'replay':<10} {whole['cpu']:>7.1f} s CPU {whole['wall']:>7.1f} s wall   {whole['memory']:>5.0f} MB")
    for name, seconds in (*steps.items(), ("the rest", rest)):
        print(
            f"  {name:<8} {seconds:>7.1f} s CPU {1e6 * seconds / number:>7.0f} us an item {size / 1e6 / max(seconds, 1e-9):>7.1f} MB/s"
        )


if __name__ == "__main__":
    main()
