"""How fast the matcher reads, beside a plain ``re`` alternation and a bare ``in`` over the same bytes in the same run.

    python -m tests.bench.matcher              # a table; half a minute
    python -m tests.bench.matcher --json       # the same figures for machines
    python -m tests.bench.matcher --texts F    # with the texts of F (a JSON object with "text" a line) in the place of made ones

One text in twenty holds terms; others hold longer words that begin or end like one. What the matcher finds must be what the
alternation finds, place by place: the terms are single words of scripts in which both mean the same by "whole word". The 4,800
further terms stand in no text. Figures are CPU time of this process, medians of the rounds; contenders take turns within a round, as
the machine may be shared. MB are millions of bytes of UTF-8. Exit code 1: the hits differ.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import statistics
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.core import fold, match
from bot.core.match import finds
from bot.model import Story
from tests.bench.prose import Prose

CANDIDATES = 0.05
FEW, MANY = 200, 5_000
WHOLE, ALONE = "matcher, fold included", "matcher, text folded before"
PLAIN, BARE = "re alternation, IGNORECASE", "bare `in`, text lowered before"
_MEAN = 1_700  # characters: the mean length of an entry (performance.md, 2.5)
# The alternation reads 0.05 MB a second with 5,000 terms: it gets every n-th text only, as do the bare tests.
_SAMPLE = {FEW: 3, MANY: 41}  # no parts of 20, so that every kind of text is among them
_ITEM = (70, 250, 2_200)  # characters of title, summary and article
Result = TypeVar("Result")
STORIES = Path(__file__).parents[2] / "config" / "stories.toml"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One contender with so many terms: MB a second, the median and each round's."""

    contender: str
    terms: int
    speed: float
    rounds: tuple[float, ...]
    build_ms: float


@dataclass(frozen=True, kw_only=True)
class Contender:
    """Something that reads texts, and the bytes it reads in one call."""

    name: str
    terms: int
    prepare: Callable[[], Any]  # made anew for each round, outside the clock
    run: Callable[[Any], object]
    size: int
    build_ms: float


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    options = _options(arguments)
    prose = Prose(seed=options.seed)
    terms = prose.terms(MANY)
    texts = _texts(prose, terms[:FEW], options)
    contenders: list[Contender] = []
    same = True
    for count in (FEW, MANY):
        rule, build_ms = _timed(lambda count=count: _rule(terms[:count]))
        alternation, alternation_ms = _timed(lambda count=count: _alternation(terms[:count]))
        sample = texts[:: _SAMPLE[count]]
        same = same and all(_hits(rule, text) == _alternation_hits(alternation, text) for text in sample)
        contenders += _contenders(count, texts, sample, rule, alternation, terms, (build_ms, alternation_ms))
    found = sum(bool(_hits(rule, text)) for text in texts)
    figures = _measure(contenders, options.rounds)
    report = {
        "python": platform.python_version(),
        "seed": options.seed,
        "texts": len(texts),
        "megabytes": round(_size(texts) / 1e6, 2),
        "with_terms": round(found / len(texts), 3),
        "same_hits": same,
        "figures": [asdict(figure) for figure in figures],
        "ratios": _ratios(figures),
        "shipped_story_us": _shipped(prose, options.rounds),
    }
    print(json.dumps(report, indent=1) if options.json else _table(report))
    return 0 if same else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=600, help="made texts, of 1,700 characters in the mean")
    parser.add_argument("--texts", type=Path, help='a file of JSON objects with "text", one a line')
    return parser.parse_args(arguments)


def _texts(prose: Prose, terms: list[str], options: argparse.Namespace) -> list[str]:
    if options.texts:
        made = [json.loads(line)["text"] for line in options.texts.read_text(encoding="utf-8").splitlines()]
    else:
        made = [text for _, text in prose.texts(options.count, _MEAN)]
    return [_salted(prose, text, index % round(1 / CANDIDATES), terms) for index, text in enumerate(made)]


def _salted(prose: Prose, text: str, turn: int, terms: list[str]) -> str:
    """The text, on turn 0 with terms in it, on turn 1 with longer words that hold them. Text without spaces stays as it is."""
    if " " not in text or turn > 1:
        return text
    if turn == 0:
        return prose.put(text, prose.some(terms, 3))
    longer = [f"{word}{word[-1] * 3}" for word in prose.some(terms, 3)]
    return prose.put(text, longer + [f"{word[0] * 3}{word.lower()}" for word in prose.some(terms, 2)])


def _size(texts: Sequence[str]) -> int:
    return sum(len(text.encode()) for text in texts)


# ---------------------------------------------------------------- the contenders


def _rule(terms: Sequence[str]) -> match.Rule:
    return match.compile_rule(Story(name="bench", title="Bench", query="names"), {"names": list(terms)})


def _alternation(terms: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, terms))})(?!\w)", re.IGNORECASE)


def _hits(rule: match.Rule, text: str) -> list[tuple[int, int]]:
    return list(finds.look(rule, (fold.fold(text),)).spans["names"][0])


def _alternation_hits(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [found.span() for found in pattern.finditer(text)]


def _contenders(
    count: int, texts: list[str], sample: list[str], rule: match.Rule, pattern: re.Pattern[str], terms: list[str],
    build_ms: tuple[float, float],
) -> list[Contender]:  # fmt: skip
    words = [term.lower() for term in terms[:count]]

    def folded() -> list[tuple[fold.Folded, ...]]:
        return [(fold.fold(text),) for text in texts]

    def alone(fields: list[tuple[fold.Folded, ...]]) -> list[finds.Finds]:
        return [finds.look(rule, each) for each in fields]

    def whole(texts: list[str]) -> list[finds.Finds]:
        return [finds.look(rule, (fold.fold(text),)) for text in texts]

    def alternation(texts: list[str]) -> list[list[tuple[int, int]]]:
        return [_alternation_hits(pattern, text) for text in texts]

    def bare(lowered: list[str]) -> list[list[str]]:
        return [[word for word in words if word in text] for text in lowered]

    lowered = [text.lower() for text in sample]
    return [
        Contender(name=ALONE, terms=count, prepare=folded, run=alone, size=_size(texts), build_ms=build_ms[0]),
        Contender(name=WHOLE, terms=count, prepare=lambda: texts, run=whole, size=_size(texts), build_ms=build_ms[0]),
        Contender(name=PLAIN, terms=count, prepare=lambda: sample, run=alternation, size=_size(sample), build_ms=build_ms[1]),
        Contender(name=BARE, terms=count, prepare=lambda: lowered, run=bare, size=_size(sample), build_ms=0.0),
    ]


# ---------------------------------------------------------------- the clock


def _measure(contenders: Sequence[Contender], rounds: int) -> list[Figure]:
    speeds: dict[int, list[float]] = {index: [] for index in range(len(contenders))}
    for _ in range(rounds):
        for index, contender in enumerate(contenders):
            given = contender.prepare()
            _, milliseconds = _timed(lambda given=given, contender=contender: contender.run(given))
            speeds[index].append(contender.size / milliseconds / 1e3)
    return [
        Figure(
            contender=contender.name,
            terms=contender.terms,
            speed=round(statistics.median(speeds[index]), 2),
            rounds=tuple(round(speed, 3) for speed in speeds[index]),
            build_ms=round(contender.build_ms, 1),
        )
        for index, contender in enumerate(contenders)
    ]


def _timed(run: Callable[[], Result]) -> tuple[Result, float]:
    start = time.process_time()
    result = run()
    return result, (time.process_time() - start) * 1e3


def _shipped(prose: Prose, rounds: int) -> dict[str, float]:
    """Microseconds to fold and look at one item (title, summary, article) with the shipped story file, all its concepts."""
    shipped = tomllib.loads(STORIES.read_text(encoding="utf-8"))
    stories = [Story(name=story["name"], title=story["title"], query=story["query"]) for story in shipped["stories"]]
    rule = match.compile_rule(stories[0], shipped["concepts"])
    made = [tuple(text[:length] for length in _ITEM) for _, text in prose.texts(300, 3_000)]
    hit = [(f"OpenAI {title}", summary, f"{article} NATO, das Pentagon") for title, summary, article in made]
    return {
        "no hit": _per_item(rule, made, rounds),
        "candidate": _per_item(rule, hit, rounds),
        "candidate, whole receipt": _per_receipt(rule, hit, rounds),
    }


def _per_item(rule: match.Rule, items: Sequence[Sequence[str]], rounds: int) -> float:
    def run() -> list[finds.Finds]:
        return [finds.look(rule, tuple(map(fold.fold, item))) for item in items]

    return round(statistics.median(_timed(run)[1] for _ in range(rounds)) / len(items) * 1e3, 1)


def _per_receipt(rule: match.Rule, items: Sequence[Sequence[str]], rounds: int) -> float:
    def run() -> list[object]:
        return [match.judge(rule, match.Texts(*item)) for item in items]

    return round(statistics.median(_timed(run)[1] for _ in range(rounds)) / len(items) * 1e3, 1)


# ---------------------------------------------------------------- the report


def _ratios(figures: Sequence[Figure]) -> dict[str, float]:
    """How many times as fast one is as another: the median of the rounds, as what slows the machine slows a whole round."""
    speeds = {(figure.contender, figure.terms): figure.rounds for figure in figures}

    def ratio(one: tuple[str, int], other: tuple[str, int]) -> float:
        return round(statistics.median(a / b for a, b in zip(speeds[one], speeds[other], strict=True)), 2)

    return {
        "matcher / alternation, 200 terms": ratio((WHOLE, FEW), (PLAIN, FEW)),
        "matcher / alternation, 5,000 terms": ratio((WHOLE, MANY), (PLAIN, MANY)),
        "matcher / bare in, 200 terms": ratio((WHOLE, FEW), (BARE, FEW)),
        "cost of 5,000 / of 200 terms": ratio((WHOLE, FEW), (WHOLE, MANY)),
        "cost of 5,000 / of 200 terms, text folded before": ratio((ALONE, FEW), (ALONE, MANY)),
    }


def _table(report: dict[str, Any]) -> str:
    lines = [
        f"{report['texts']} texts, {report['megabytes']} MB, {report['with_terms']:.1%} with terms; Python {report['python']}",
        f"hits equal to the alternation's: {'yes' if report['same_hits'] else 'NO'}",
        "",
        f"{'':34}{'terms':>6}{'MB/s':>9}{'span':>18}{'build ms':>10}",
    ]
    for figure in report["figures"]:
        span = f"{min(figure['rounds']):.2f}-{max(figure['rounds']):.2f}"
        lines.append(f"{figure['contender']:34}{figure['terms']:6}{figure['speed']:9.2f}{span:>18}{figure['build_ms']:10.1f}")
    lines += ["", *(f"{name:52}{value:8}" for name, value in report["ratios"].items())]
    lines += [
        "",
        "shipped story, one item of 2.5 KB, fold included:",
        *(f"{name:52}{value:8} \u00b5s" for name, value in report["shipped_story_us"].items()),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
