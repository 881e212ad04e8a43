"""``storywatch explain``: what a rule makes of a page, a file, an item; and nothing is recorded."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.lab.server import Reply

from .conftest import Told
from .place import ABOUT, HOSTILE, STORY, Place, Web, page
from .test_show import OBEYED, by_guid

RELATED = "Read more: NATO signs with OpenAI"
HTML = (
    "<!doctype html><html><head><meta property='og:title' content='OpenAI weighs NATO deal'></head><body><article>"
    + "".join(f"<p>{line}</p>" for line in (*ABOUT, RELATED))
    + "</article></body></html>"
)
TEXT = "OpenAI weighs NATO deal\n\n" + "\n\n".join((*ABOUT, RELATED)) + "\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A configuration that was never run: there is no state."""
    with closing(Web()) as web:
        place = Place(tmp_path_factory.mktemp("explain") / "place", web)
        place.feed("Alpha News")
        place.write()
        yield place


def saved(place: Place, name: str, content: str | bytes) -> str:
    path = place.robot.root / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def explained(told: Told, place: Place, *args: str) -> dict[str, Any]:
    code, out, err = told(place, "explain", *args, "--json")
    assert (code, err) == (0, "")
    whole: dict[str, Any] = json.loads(out)
    return whole


# ---------------------------------------------------------------- what is explained


def test_a_saved_page_a_text_and_an_address_get_one_verdict(place: Place, told: Told) -> None:
    place.web.answers["/deal"] = Reply(body=HTML.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
    sources = (saved(place, "deal.html", HTML), saved(place, "deal.txt", TEXT), f"{place.web.url}/deal")
    found = [explained(told, place, source) for source in sources]
    verdicts = [whole["verdicts"][0] for whole in found]
    assert {verdict["verdict"] for verdict in verdicts} == {"match"}
    assert {verdict["why"] for verdict in verdicts} == {"openai and nato in the title"}
    assert {verdict["read"] for verdict in verdicts} == {"title, article (3 sentences, 1 line left out: related headlines)"}
    assert {whole["article"] for whole in found} == {"read"}
    assert not place.state.exists(), "no state was made"


def test_a_program_gets_the_text_and_every_place_of_the_words(place: Place, told: Told) -> None:
    whole = explained(told, place, saved(place, "deal.txt", TEXT))
    (verdict,) = whole["verdicts"]
    assert whole["text"] == "\n".join((*ABOUT, RELATED))
    (left_out,) = whole["left_out"]
    assert whole["text"][left_out["start"] : left_out["end"]] == RELATED
    assert left_out["what"] == "related headlines"
    fields = {"title": whole["title"], "summary": whole["summary"], "article": whole["text"]}
    words = [(each["where"], fields[each["where"]][each["start"] : each["end"]], each["role"]) for each in verdict["places"]]
    assert sorted(words) == [
        ("article", "NATO", "idle"), ("article", "NATO", "word"), ("article", "OpenAI", "idle"), ("article", "OpenAI", "word"),
        ("title", "NATO", "word"), ("title", "OpenAI", "word"),
    ]  # fmt: skip
    assert (verdict["threshold"], verdict["language"], verdict["then"]) == (0.5, "en", None)
    assert {part["name"] for part in verdict["ingredients"]} >= {"headline", "opening"}
    assert whole["item"] is None


def test_a_person_reads_the_receipt_and_the_text_with_the_words_in_brackets(place: Place, told: Told) -> None:
    code, out, err = told(place, "explain", saved(place, "deal.txt", TEXT))
    assert (code, err) == (0, "")
    assert out.splitlines()[0].endswith("deal.txt  OpenAI weighs NATO deal")
    assert f"\nstory {STORY}: match\n  why          openai and nato in the title\n  score        " in out
    title, first, *rest = out.partition("\ntext\n")[2].splitlines()
    assert title == "  title        [OpenAI] weighs [NATO] deal"
    assert first == f"  article      {ABOUT[0]}".replace("OpenAI", "[OpenAI]").replace("NATO", "[NATO]")
    assert rest[:2] == [f"               {line}" for line in ABOUT[1:]]
    assert rest[2:] == [f"  left out     (related headlines) {RELATED}"], "words that do not count stand as they are"


def test_a_word_that_excludes_is_marked_as_such(place: Place, told: Told, tmp_path: Path) -> None:
    other = Place(tmp_path / "place", place.web)
    other.more["stories"] = [{"name": STORY, "query": "openai AND nato AND NOT request"}]
    other.write()
    out = told(other, "explain", saved(place, "deal.txt", TEXT))[1]
    assert "  why          excluded by: request\n" in out
    assert "respond to a [!request] for comment" in out


def test_all_stories_judge_or_the_one_that_is_named(place: Place, told: Told, tmp_path: Path) -> None:
    other = Place(tmp_path / "place", place.web)
    other.more["stories"] = [
        {"name": STORY, "query": "openai AND nato"}, {"name": "cheese", "query": "cheese", "feeds": []},
    ]  # fmt: skip
    other.write()
    source = saved(place, "deal.txt", TEXT)
    assert [verdict["story"] for verdict in explained(told, other, source)["verdicts"]] == [STORY, "cheese"]
    (verdict,) = explained(told, other, source, "--story", "cheese")["verdicts"]
    assert (verdict["verdict"], verdict["why"]) == ("no-match", "no word of the story")


def test_a_title_that_is_given_is_judged_in_the_place_of_the_pages(place: Place, told: Told) -> None:
    whole = explained(told, place, saved(place, "deal.html", HTML), "--title", "Cheese is dear")
    assert whole["title"] == "Cheese is dear"
    assert "title" not in {hit["where"] for hit in whole["verdicts"][0]["hits"]}


# ---------------------------------------------------------------- an item of the log


def test_an_item_is_judged_now_beside_what_was_said_then(copy: Place, told: Told) -> None:
    news = by_guid(copy, told)["news"]["id"]
    out = told(copy, "explain", news)[1]
    assert f"story {STORY}: match now\n" in out
    assert re.search(
        r"^  then         match, score 1\.00, the same rule \(2026-03-03 \d\d:\d\d \S+\): openai and nato in", out, re.MULTILINE
    )
    copy.more["stories"] = [{"name": STORY, "query": "openai AND cheese"}]
    copy.write()
    whole = explained(told, copy, news)
    (verdict,) = whole["verdicts"]
    assert (verdict["verdict"], verdict["then"]["verdict"]) == ("no-match", "match")
    assert verdict["rule"] != verdict["then"]["rule"]
    assert whole["item"]["id"] == news
    assert whole["text"] == "\n".join(ABOUT)
    assert " by rule " in told(copy, "explain", news)[1]
    assert json.loads(told(copy, "show", news, "--json")[1])["verdicts"][0]["verdict"] == "match", "nothing was recorded"


def test_an_item_that_no_story_judged_is_judged_now(copy: Place, told: Told) -> None:
    copy.more["stories"] = [{"name": "new", "query": "rain"}]
    copy.write()
    rain = by_guid(copy, told)["rain"]["id"]
    assert "  then         not judged for this story\n" in told(copy, "explain", rain)[1]


def test_a_number_that_is_a_file_is_the_file_unless_the_log_has_it(
    place: Place, filled: Place, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("1", "99999"):
        (tmp_path / name).write_text(TEXT)
    assert explained(told, place, "1")["source"] == "1", "no state"
    assert explained(told, filled, "1")["source"] == "item 1"
    assert explained(told, filled, "./1")["source"] == "./1"
    assert explained(told, filled, "99999")["source"] == "99999"
    code, out, err = told(filled, "explain", "88888")
    assert (code, out, err) == (1, "", "storywatch: 88888: neither an item of the log nor a file\n")


# ---------------------------------------------------------------- what cannot be

WRONG: dict[str, tuple[str | bytes | None, str]] = {
    "no such file": (None, "no such file (an address begins with http:// or https://)"),
    "an empty file": ("", "it is empty"),
    "a file of blanks": (" \n\n ", "it is empty"),
    "a PDF": (b"%PDF-1.7", "a PDF, not a web page"),
    "a picture": (b"\x89PNG\r\n", "an image, not a web page"),
    "a program": (b"\x7fELF\x00\x00", "binary data, not a web page"),
    "a feed": ("<rss version='2.0'></rss>", "a feed, not an article: give the address of one of its items"),
    "a page without an article": ("<html><title>OpenAI and NATO</title><p>Menu</p></html>", "no article text found"),
    "a file too large": (b"a" * 20_000_001, "larger than 20 MB, which no article is"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_judged_is_one_line_with_the_reason(place: Place, told: Told, case: str) -> None:
    content, why = WRONG[case]
    source = str(place.robot.root / "nothing") if content is None else saved(place, "wrong", content)
    code, out, err = told(place, "explain", source)
    assert (code, out) == (1, "")
    assert err.startswith(f"storywatch: {source}: {why}")
    assert len(err.splitlines()) == 1


ANSWERS = {
    "a missing page": (Reply(status=404), "the server answered 404 Not Found"),
    "a locked one": (Reply(status=403), "the server answered 403 Forbidden"),
    "a PDF": (Reply(body=b"%PDF-1.4", headers={"Content-Type": "text/html"}), "a PDF, not a web page"),
    "nothing": (Reply(body=b""), "it is empty"),
    "what robots may not read": (page(*ABOUT), "robots.txt forbids it"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_address_that_gives_no_article_says_why(place: Place, told: Told, case: str) -> None:
    reply, why = ANSWERS[case]
    place.web.answers["/robots.txt"] = Reply(body=b"User-agent: *\nDisallow: /private\n")
    path = "/private" if "robots" in case else "/wrong"
    place.web.answers[path] = reply
    code, out, err = told(place, "explain", place.web.url + path)
    assert (code, out) == (1, "")
    assert why in err
    assert "--title" in err


def test_an_address_outside_the_allowed_is_refused(place: Place, told: Told, tmp_path: Path) -> None:
    other = Place(tmp_path / "place", place.web)
    other.more["network"] = {"deadline": "5s"}
    other.write()
    asked = list(place.web.asked)
    code, _, err = told(other, "explain", place.web.url + "/deal")
    assert code == 1
    assert "private or reserved address" in err
    assert place.web.asked == asked


def test_where_there_is_no_article_a_title_that_is_given_is_judged_alone(place: Place, told: Told) -> None:
    place.web.answers["/locked"] = Reply(status=403)
    whole = explained(told, place, f"{place.web.url}/locked", "--title", "OpenAI and NATO talk")
    assert whole["article"] == "failed: the server answered 403 Forbidden"
    assert (whole["verdicts"][0]["verdict"], whole["verdicts"][0]["read"]) == ("match", "title")


def test_a_folder_and_a_file_that_is_not_ours_say_so(place: Place, told: Told) -> None:
    assert "a folder: name one file" in told(place, "explain", str(place.robot.root))[2]
    assert told(place, "explain", "a\0b")[0] == 1
    assert told(place, "explain", "/dev/zero")[2].startswith("storywatch: /dev/zero: larger than 20 MB")


def test_an_unknown_story_is_a_wrong_call_and_the_nearest_is_named(place: Place, told: Told) -> None:
    code, out, err = told(place, "explain", "x", "--story", "openai-nat")
    assert (code, out) == (2, "")
    assert f'there is no story "openai-nat": did you mean "{STORY}"?' in err


def test_without_a_story_there_is_nothing_to_judge_by(place: Place, told: Told, tmp_path: Path) -> None:
    other = Place(tmp_path / "place", place.web)
    other.more["stories"] = []
    other.write()
    code, _, err = told(other, "explain", "x")
    assert (code, "no story to judge by" in err) == (1, True)


# ---------------------------------------------------------------- as people start it


def piped(place: Place, body: bytes, *args: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    argv = [*place.robot._command, *place.command("explain", "-", *args)]
    return subprocess.run(
        argv, input=body, env={**place.robot.env, **environ}, cwd=place.robot.root, capture_output=True, timeout=60, check=False
    )


def test_standard_input_is_a_page_or_a_text(place: Place) -> None:
    for body in (HTML, TEXT):
        done = piped(place, body.encode())
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"standard input  OpenAI weighs NATO deal\n" in done.stdout
        assert b"[OpenAI] weighs [NATO] deal" in done.stdout
    empty = piped(place, b"")
    assert (empty.returncode, empty.stdout) == (1, b"")
    assert empty.stderr.startswith(b"storywatch: -: it is empty")


def test_a_running_bot_is_not_in_the_way(copy: Place, told: Told) -> None:
    news = by_guid(copy, told)["news"]["id"]
    with copy.robot.start("run") as daemon:
        source = saved(copy, "deal.html", HTML)
        assert explained(told, copy, source)["verdicts"][0]["verdict"] == "match"
        assert explained(told, copy, news)["verdicts"][0]["then"]["verdict"] == "match"
        assert daemon.alive


def test_a_terminal_gets_colours_and_dim_lines_and_no_brackets(place: Place) -> None:
    shown = place.on_terminal("explain", saved(place, "deal.txt", TEXT), columns=70)
    assert shown.code == 0
    assert "\x1b[1;32mOpenAI\x1b[0m weighs \x1b[1;32mNATO\x1b[0m deal" in shown.sent
    assert "\x1b[2mRead more: NATO signs with OpenAI\x1b[0m" in shown.sent.replace("\x1b[0m\x1b[2m", "").replace(
        "(related headlines) ", ""
    )
    assert "[OpenAI]" not in shown.text
    assert max(map(len, shown.lines)) <= 70


def test_a_terminal_without_colours_gets_brackets(place: Place) -> None:
    source = saved(place, "deal.txt", TEXT)
    place.robot.env["NO_COLOR"] = "1"
    try:
        shown = place.on_terminal("explain", source)
    finally:
        del place.robot.env["NO_COLOR"]
    assert "\x1b[" not in re.sub(r"\x1b\[(\?25[lh]|[0-9]*[AK]|2K)", "", shown.sent), "but for the bar that comes and goes"
    assert "[OpenAI] weighs [NATO] deal" in shown.text


SCRIPTS = {
    "Chinese": ("OpenAI考虑与北约签约", "[OpenAI]考虑与[北约]签约"),
    "right to left": ("OpenAI تدرس عقدا مع NATO في بروكسل", "[OpenAI] تدرس عقدا مع [NATO] في بروكسل"),
    "combining": ("OpenAI\u0301 and NATO", None),
}


@pytest.mark.parametrize("case", SCRIPTS)
def test_words_stand_out_in_every_script(place: Place, told: Told, case: str) -> None:
    title, expected = SCRIPTS[case]
    code, out, _ = told(place, "explain", saved(place, "deal.txt", title))
    assert code == 0
    assert expected is None or f"  title        {expected}\n" in out


def test_no_text_of_a_page_is_obeyed(place: Place, told: Told) -> None:
    source = saved(place, "hostile.txt", f"{HOSTILE}\n\n{HOSTILE} {ABOUT[0]}")
    code, out, _ = told(place, "explain", source)
    assert code == 0
    assert not OBEYED.search(out)
    shown = place.on_terminal("explain", source)
    assert not OBEYED.search(re.sub("\x1b\\[[?0-9;]*[a-zA-Z]|\r", "", shown.sent))
    assert "[/red]" in shown.text


def test_a_page_of_five_megabytes_is_judged(place: Place, told: Told) -> None:
    sentence = "The alliance of cheese makers met again on Tuesday and said nothing of note to anybody. "
    body = (
        f"<html><title>OpenAI and NATO</title><article><p>{ABOUT[0]}</p>"
        + f"<p>{sentence * 5}</p>" * 11_500
        + "</article></html>"
    )
    assert len(body) > 5_000_000
    (verdict,) = explained(told, place, saved(place, "long.html", body))["verdicts"]
    assert verdict["verdict"] == "match"


def test_a_page_that_is_never_sent_whole_ends_at_the_deadline(place: Place, told: Told, tmp_path: Path) -> None:
    other = Place(tmp_path / "place", place.web)
    other.more["network"] = {"allow": ["127.0.0.0/8"], "deadline": "1s"}
    other.write()
    place.web.answers["/slow"] = Reply(body=HTML.encode(), fault="drip")
    before = time.monotonic()
    code, out, err = told(other, "explain", f"{place.web.url}/slow")
    assert time.monotonic() - before < 15
    assert (code, out) == (1, "")
    assert "1 s" in err
