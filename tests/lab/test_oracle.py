"""The lab's judge, on made-up ledgers: it must be able to say no."""

from __future__ import annotations

import re
from itertools import islice

import pytest

from . import oracle
from .oracle import Figures, Life, Repeat
from .sentences import events
from .sinks import Message


def message(at: float, *, told: bool = True) -> Message:
    return Message(at=at, sink="slack", headers={}, body=b"", payload={}, status=200, accepted=True, told=told, problems=())


LIVES = [Life(started=0, killed=False), Life(started=10, killed=True), Life(started=20, killed=False)]


@pytest.mark.parametrize(
    ("name", "taken", "excuses"),
    [
        ("each item once", [(1, "a"), (2, "b")], []),
        ("again within one life", [(1, "a"), (2, "a")], [""]),
        ("again after a clean end", [(1, "a"), (11, "a")], [""]),
        ("the last one before a kill again", [(11, "a"), (12, "b"), (21, "b")], ["killed between accept and commit"]),
        ("an earlier one before a kill again", [(11, "a"), (12, "b"), (21, "a")], [""]),
        ("twice after one kill", [(12, "a"), (21, "a"), (22, "a")], ["killed between accept and commit", ""]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_only_a_kill_between_accept_and_commit_excuses_a_repeat(name: str, taken, excuses: list[str]) -> None:
    found = oracle.repeats([(message(at), [key]) for at, key in taken], LIVES)
    assert [repeat.excuse for repeat in found] == excuses


def test_a_digest_told_again_is_one_repeat_and_needs_an_excuse_for_each_item() -> None:
    taken = [(message(1), ["a"]), (message(11), ["b", "c"]), (message(21), ["b", "c"]), (message(22), ["a", "c"])]
    found = oracle.repeats(taken, LIVES)
    assert [(repeat.key, repeat.excuse) for repeat in found] == [("b", "killed between accept and commit"), ("a", "")]


def test_an_answer_that_never_arrived_excuses_a_repeat() -> None:
    taken = [(message(1, told=False), ["a"]), (message(2), ["a"])]
    assert [repeat.excuse for repeat in oracle.repeats(taken, LIVES)] == ["its answer was lost"]


def row(url: str, verdict: str = "match", *, alerted: bool = True) -> oracle.Row:
    return {"id": url, "url": url, "verdicts": [{"verdict": verdict, "development": "d", "alerted": alerted}]}


def test_a_row_that_says_other_than_the_receivers_is_a_contradiction() -> None:
    rows = [row("a"), row("b", alerted=False), row("c"), row("d", alerted=False), {**row("e"), "verdicts": []}]
    found = oracle.contradictions(rows, {"a", "d"}, lambda url: url)
    assert [line.split(":")[0] for line in found] == ["e", "c", "d"]


def test_a_webhook_that_names_what_the_log_lacks_is_noticed() -> None:
    def told(item: str, development: str) -> Message:
        payload = {"type": "development.new", "data": {"alert": "x", "item": {"id": item}, "development": {"id": development}}}
        return Message(
            at=0, sink="webhook", headers={}, body=b"", payload=payload, status=200, accepted=True, told=True, problems=()
        )

    assert oracle.strangers([row("a")], [told("a", "d")]) == []
    assert len(oracle.strangers([row("a")], [told("b", "d"), told("a", "other")])) == 2


@pytest.mark.parametrize("fault", ["lost", "missed", "wrong", "half"])
def test_any_fault_spoils_the_figures(fault: str) -> None:
    assert Figures().good
    assert not Figures(**{fault: ["x"]}).good
    assert "! x" in Figures(**{fault: ["x"]}).table()


def test_only_unexcused_repeats_spoil_the_figures() -> None:
    assert Figures(repeats=[Repeat(sink="slack", key="a", excuse="killed")]).good
    assert not Figures(repeats=[Repeat(sink="slack", key="a", excuse="")]).good


def test_events_are_the_same_for_a_seed_and_no_two_look_like_copies() -> None:
    some = list(islice(events(7), 200))
    assert some == list(islice(events(7), 200))
    assert 50 < sum(event.matches for event in some) < 110
    runs = [_runs(f"{event.title} {event.text}") for event in some]
    assert max(len(one & two) / len(one | two) for at, one in enumerate(runs) for two in runs[:at]) < 0.15


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return set(zip(words, words[1:], words[2:], words[3:], strict=False))


def test_an_events_words_are_as_its_label_says() -> None:
    for event in islice(events(11), 300):
        text = f"{event.title} {event.summary} {event.text}"
        words = set(re.findall(r"\w+", text))
        assert event.matches == ("OpenAI" in words and bool(words & {"NATO", "Pentagon"})), text
