"""The fault lab's own bookkeeping: it must be able to say no, and to say how to see it again."""

from __future__ import annotations

import sqlite3

import pytest

from .faults import catalogue
from .faults.__main__ import play, table
from .faults.row import Case, Fault, Outcome, Row, Skip
from .inside.database import kind_of
from .inside.points import Plan, Points
from .soak import Sample, Soak

FAULT = Fault(number=7, title="trouble", cases=lambda full, seed: [], limits={"wait, s": ("max", 1.0)})


def told(**found: object) -> Row:
    """A row of one case with this outcome."""
    row = Row(fault=FAULT, seed=5)
    row.add(Case(name="it's one", play=lambda outcome: None), Outcome(tries=1, **found))
    return row


@pytest.mark.parametrize(
    ("what", "found", "verdict"),
    [
        ("nothing wrong", {}, "ok"),
        ("an alert lost", {"lost": ["news-1 at slack"]}, "MISS"),
        ("a duplicate that was allowed", {"seen": 1, "allowed": 1}, "ok"),
        ("a duplicate that was not", {"seen": 1, "unexcused": ["1 at slack"]}, "MISS"),
        ("a criterion missed", {"misses": ["no clear word"]}, "MISS"),
        ("a start that took long", {"restarts": [1.0, 6.0]}, "MISS"),
        ("a figure above its limit", {"figures": {"wait, s": [0.1, 1.2]}}, "MISS"),
        ("a figure below its limit", {"figures": {"wait, s": [0.1, 0.9]}}, "ok"),
    ],
)
def test_a_row_says_what_its_cases_came_to(what: str, found: dict[str, object], verdict: str) -> None:
    assert told(**found).verdict() == verdict, what


def test_a_time_above_its_limit_proves_nothing_on_a_machine_that_others_use_and_a_loss_does() -> None:
    late, lost = told(restarts=[6.0]), told(restarts=[6.0], lost=["news-1 at slack"])
    for row in (late, lost):
        row.loops += [1.0, 4.0, 4.0]
    assert (late.verdict(), lost.verdict()) == ("busy", "MISS")
    assert "4.0 x slower" in late.words()


def test_a_miss_is_printed_with_the_command_that_plays_it_alone() -> None:
    lines = "\n".join(told(lost=["news-1 at slack"]).replays())
    assert "news-1 at slack" in lines
    assert "python -m tests.lab.faults 7 --case 'it'\"'\"'s one' --seed 5" in lines


def test_a_case_that_breaks_is_a_miss_and_one_that_cannot_be_played_is_no_pass() -> None:
    def broken(outcome: Outcome) -> None:
        raise AssertionError("nothing came")

    def absent(outcome: Outcome) -> None:
        raise Skip("no strace")

    row = Row(fault=FAULT, seed=1)
    play(Case(name="absent", play=absent), row)
    assert row.verdict() == "SKIP"
    assert "no strace" in row.words()
    play(Case(name="broken", play=broken), row)
    assert row.verdict() == "MISS"
    assert "nothing came" in "\n".join(row.replays())


def test_the_table_has_a_line_for_each_fault() -> None:
    assert table([told(), told()]).count("| 7 | trouble |") == 2


def test_the_catalogue_has_the_faults_of_the_issue_and_each_case_a_name_of_its_own() -> None:
    assert [fault.number for fault in catalogue.FAULTS] == [*range(1, 15), 17, 18, 20]
    for fault in catalogue.FAULTS:
        if fault.number == 3:
            continue  # its cases are counted on a bot at work
        for full in (True, False):
            names = [case.name for case in fault.cases(full, 1)]
            assert names, fault.title
            assert len(names) == len(set(names)), fault.title


def test_there_are_enough_named_points() -> None:
    points = [case.name.rpartition(" / ")[0] for case in catalogue.FAULTS[0].cases(True, 1)]
    assert len(points) == 3 * len(set(points))
    assert len(set(points)) >= 24


def test_the_planned_call_of_sqlite_fails_and_no_other() -> None:
    points = Points(plan=Plan(call=2, error="database is locked"))
    points.call("one")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        points.call("two")
    points.call("three")


def test_from_the_planned_call_onwards_everything_fails() -> None:
    points = Points(plan=Plan(call=2, onwards=True))
    points.call("one")
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError):
            points.call("more")


@pytest.mark.parametrize(
    ("statement", "values", "kind"),
    [
        ("SELECT alerts.state FROM alerts", ("sending",), None),
        ("UPDATE alerts SET state=?, due=? WHERE alerts.seq = ?", ("sending", None, 1), "sending"),
        ("UPDATE alerts SET state=?, due=? WHERE alerts.seq = ?", ("delivered", None, 1), "delivered"),
        ("UPDATE alerts SET parts=? WHERE alerts.seq = ?", (1, 1), None),
        ("INSERT INTO items (id, feed) VALUES (?, ?)", (1, "a"), "items"),
        ("\nCREATE TABLE alembic_version (", (), "migration"),
    ],
)
def test_a_transaction_is_known_by_its_statements(statement: str, values: tuple[object, ...], kind: str | None) -> None:
    assert kind_of(statement, values) == kind


def test_growing_memory_and_descriptors_are_noticed(scene) -> None:
    def samples(rss: float, fds: int) -> list[Sample]:
        """``rss``: MB more each hour; ``fds``: more each hour."""
        return [
            Sample(hour=h, rss=80 + rss * h, fds=30 + fds * h, threads=9, children=2, database=1, wal=1, items=h)
            for h in range(24)
        ]

    def soak(rss: float, fds: int) -> Soak:
        return Soak(scene=scene, hours=24, feeds=1, rng=None, samples=samples(rss, fds))  # type: ignore[arg-type]

    assert soak(0.01, 0).misses() == []
    assert abs(soak(0.1, 0).slope() - 2.4) < 0.001
    assert "memory grows by 2.40" in "\n".join(soak(0.1, 0).misses())
    assert "fds grow" in "\n".join(soak(0, 1).misses())
