"""Log lines: one event, one line; no secret; nothing that a terminal would obey."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import logs
from bot.model import Secret
from bot.report import said

from .place import CONFIG, HOSTILE, Place, item

HOOK = "https://hooks.example.org/services/T0/B0/s3cr3t-token"
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff]")


def record(message: object, *args: object, error: BaseException | None = None, **fields: object) -> logging.LogRecord:
    trouble = (type(error), error, error.__traceback__) if error is not None else None
    made = logging.LogRecord("storywatch", logging.WARNING, __file__, 1, message, args, trouble)  # type: ignore[arg-type]  # as libraries do
    made.created = 0.0
    if fields:
        made.event, made.fields = "feed.failed", fields
    return made


def caught(raise_: Callable[[], object]) -> BaseException:
    try:
        raise_()
    except Exception as error:
        return error
    raise AssertionError


def failing() -> None:
    raise ValueError(f"no answer from {HOOK}\n2026-03-03T09:00:00Z ERROR forged")


# ---------------------------------------------------------------- for people

LINES = {
    "an event": ("feed A: works again", "1970-01-01T00:00:00Z WARNING feed A: works again"),
    "a line break": ("one\ntwo\r\nthree", "1970-01-01T00:00:00Z WARNING one two three"),
    "an escape sequence": ("a\x1b[2Jb\x9b", "1970-01-01T00:00:00Z WARNING a\\x1b[2Jb\\x9b"),
    "a text turned round": ("a\u202eb", "1970-01-01T00:00:00Z WARNING a\\x202eb"),
    "a lone surrogate": ("a\ud800b", "1970-01-01T00:00:00Z WARNING a\\xd800b"),
    "scripts that need joiners": ("اوپن‌ای‌آی 👩‍🚀 北约", "1970-01-01T00:00:00Z WARNING اوپن‌ای‌آی 👩‍🚀 北约"),
    "a secret": (f"posting to {HOOK} failed", "1970-01-01T00:00:00Z WARNING posting to *** failed"),
    "a secret twice": ("s3cr3t-token s3cr3t-token", "1970-01-01T00:00:00Z WARNING *** ***"),
}
SECRETS = [Secret("s3cr3t-token"), Secret(HOOK), Secret("a"), Secret(""), Secret('qu"ote\\key'), Secret("pässwörd")]


@pytest.mark.parametrize("case", LINES)
def test_a_person_reads_one_line(case: str) -> None:
    message, line = LINES[case]
    assert logs.Redacted(SECRETS).format(record(message)) == line


def test_a_traceback_follows_its_event_and_no_line_of_it_passes_for_one() -> None:
    first, *rest = logs.Redacted(SECRETS).format(record("a tick failed", error=caught(failing))).split("\n")
    assert first == "1970-01-01T00:00:00Z WARNING a tick failed"
    assert all(line.startswith("    | ") for line in rest)
    assert "    |     raise ValueError" in "\n".join(rest), "its indentation stays"
    assert "    | ValueError: no answer from ***" in rest


# ---------------------------------------------------------------- for machines


def test_a_machine_reads_one_object_with_the_events_fields() -> None:
    made = record("feed %s: gone", "A", feed="A", failures=3, problem=None, loud=True, faults=["one", "two"])
    assert json.loads(logs.JsonLines(SECRETS).format(made)) == {
        "time": "1970-01-01T00:00:00Z", "level": "warning", "event": "feed.failed", "message": "feed A: gone",
        "feed": "A", "failures": 3, "problem": None, "loud": True, "faults": ["one", "two"],
    }  # fmt: skip


def test_what_no_room_of_ours_said_is_an_event_too() -> None:
    event = json.loads(logs.JsonLines(SECRETS).format(record("a library speaks\nin lines", error=caught(failing))))
    assert (event["event"], event["message"]) == ("log", "a library speaks in lines")
    assert event["traceback"].splitlines()[-2:] == ["ValueError: no answer from ***", "2026-03-03T09:00:00Z ERROR forged"]


@pytest.mark.parametrize("secret", SECRETS[:2] + SECRETS[4:], ids=lambda secret: secret.reveal())
@pytest.mark.parametrize("kind", [logs.Redacted, logs.JsonLines])
def test_no_secret_gets_out(kind: type[logs.Redacted], secret: Secret) -> None:
    text = secret.reveal()
    made = record(f"x{text}y", error=caught(failing), why=text, faults=[f"in {text}"], odd=Secret(text), path=KeyError(text))
    line = kind(SECRETS).format(made)
    assert text not in line
    assert json.dumps(text)[1:-1] not in line


def test_a_secret_as_long_as_a_word_of_ours_leaves_the_names_alone() -> None:
    made = record("feed A: the time is up", feed="time")
    event = json.loads(logs.JsonLines([Secret("time"), Secret("feed"), Secret("1970"), Secret("1")]).format(made))
    assert event == {
        "time": "1970-01-01T00:00:00Z", "level": "warning", "event": "feed.failed", "message": "*** A: the *** is up", "feed": "***"
    }  # fmt: skip


def test_secrets_of_a_new_configuration_are_hidden_beside_the_old() -> None:
    formatter = logs.Redacted([Secret("old-secret")])
    formatter.hide(iter([Secret("new-secret-and-more"), Secret("new-secret")]))
    assert formatter.format(record("old-secret new-secret-and-more new-secret")).endswith(" *** *** ***")


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
def test_any_text_is_one_line_and_obeyed_by_nobody(message: str, value: str) -> None:
    line = logs.Redacted(SECRETS).format(record("%s", message, why=value))
    assert len(line.splitlines()) == 1
    assert not OBEYED.search(line)
    machine = logs.JsonLines(SECRETS).format(record("%s", message, why=value))
    assert machine.isascii()
    assert isinstance(json.loads(machine)["why"], str)


# ---------------------------------------------------------------- the whole way


@contextmanager
def logging_set_up(style: str, **options: Any) -> Iterator[None]:
    """The process's logging as the bot sets it up, and as it was before."""
    root, ours = logging.getLogger(), logging.getLogger("storywatch")
    before = root.handlers[:], root.level, ours.level
    try:
        logs.set_up(style, SECRETS, **options)
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:], root.level = before[0], before[1]
        ours.setLevel(before[2])


def test_events_go_to_stderr_and_libraries_only_when_they_warn(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_set_up("text"):
        said(logging.getLogger("storywatch"), logging.INFO, "started", "watching")
        said(logging.getLogger("storywatch"), logging.DEBUG, "feed.polled", "nothing new")
        logging.getLogger("somebody").info("chatter")
        logging.getLogger("somebody").warning("beware of %s", HOOK)
        logging.getLogger("urllib3.connectionpool").warning("Retrying")
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.partition("Z ")[2] for line in err.splitlines()] == ["INFO    watching", "WARNING beware of ***"]


def test_details_are_for_those_who_ask(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_set_up("json", level=logging.DEBUG):
        said(logging.getLogger("storywatch"), logging.DEBUG, "feed.polled", "nothing new", feed="A")
        logs.hide([Secret("late-secret")])
        said(logging.getLogger("storywatch"), logging.INFO, "x", "late-secret")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["level"], first["event"], first["feed"], second["message"]) == ("debug", "feed.polled", "A", "***")


def test_lines_go_where_stderr_is_at_that_moment(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A progress bar takes the place of stderr for a while; a line written past it would stand in the bar."""
    with logging_set_up("text"):
        monkeypatch.setattr(sys, "stderr", sys.stdout)
        logging.getLogger("storywatch").info("to the other place")
    assert "to the other place" in capsys.readouterr().out


def test_a_pass_over_a_hostile_feed_prints_no_secret_and_nothing_but_events(place: Place) -> None:
    place.channel("newsroom", "slack")
    place.channels["newsroom"]["url"] = f"{place.web.url}/hook/s3cr3t-t0ken-of-slack?key=an0ther-s3cr3t"
    place.feed("Alpha", item("one", HOSTILE), articles="never", alert_backlog=1, headers={"X-Key": "header-s3cr3t"})
    place.feed("Unwatched")
    place.more["stories"] = [{**CONFIG["stories"][0], "feeds": ["Alpha"]}]
    place.write()
    done = place.robot.run("--log-format", "json", "once", "-v").ok()
    assert len(place.web.posts) == 1
    assert "s3cr3t" not in done.out + done.err
    events = [json.loads(line) for line in done.err.splitlines()]
    assert {"config.warning", "feed.polled", "item.judged", "alert.retry"} <= {event["event"] for event in events}
    assert not OBEYED.search(done.err)
