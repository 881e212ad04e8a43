"""What of an article's text is the article, and what stands around it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.match import passages

PROSE = "The council met on Tuesday and argued for six hours about the bridge.\nIt will meet again, the mayor said."
AUTHOR = "Ada Falk has written about bridges for eleven years, and before that about tunnels, in three languages and two alphabets, for us and others."
LINKS = "Storm closes two passes\nMayor opens bridge\nSix recipes for one pan"

CASES = [
    ("prose is kept whole", PROSE, []),
    ("headlines at the end are a list", f"{PROSE}\n{LINKS}", LINKS.split("\n")),
    ("so are headlines at the beginning", f"{LINKS}\n{PROSE}", LINKS.split("\n")),
    ("and in the middle", f"{PROSE}\n{LINKS}\n{PROSE}", LINKS.split("\n")),
    ("two short lines are a heading and a byline", f"The bridge\nBy Ada Falk\n{PROSE}", []),
    ("a headline that asks is still one of the list", f"{PROSE}\nStorm closes passes\nWho needs a bridge?\nSix recipes\nMayor resigns", None),
    ("lines with one bullet", f"{PROSE}\n• Storm closes passes.\n• Mayor opens a bridge.\n• Six recipes.", None),
    ("numbered lines", f"{PROSE}\n1. Storm closes passes.\n2. Mayor opens a bridge.\n3. Six recipes.", None),
    ("lines that all name the outlet", f"{PROSE}\nStorm closes passes! | Echo\nMayor opens it! | Echo\nSix recipes! | Echo", None),
    ("answers in a dialogue are no list", '"Why?"\n"Because."\n"I see."\nThe council met.', []),
    ("what a sentence introduces is no list", f"Here is what the council said about the bridge on Tuesday:\n{PROSE}", []),
    ("German quotes close a sentence", "Der Rat tagte. „Wir bauen.“\n„Wir auch.“\n„Und wir.“", []),
    ("a list above the author's note", f"{PROSE}\n{LINKS}\n{AUTHOR}", LINKS.split("\n")),
    ("two lists", f"{PROSE}\n• One.\n• Two.\n• Three.\n{LINKS}", None),
    ("a day's news in brief, and what follows it", f"— The bridge is closed.\n— Rain fell.\n— A cat won.\n{AUTHOR}", [*["— The bridge is closed.", "— Rain fell.", "— A cat won."], AUTHOR]),
    ("the closing paragraph, where enough stands before it", f"{PROSE} It will.\nOne more. And one more.\nThe end.", ["The end."]),
    ("a page that is nothing but a list", LINKS, LINKS.split("\n")),
    ("a line that says what it is", f"{PROSE}\nRead more: the bridge of sighs.\n{PROSE}", ["Read more: the bridge of sighs."]),
    ("in German", f"{PROSE}\nLesen Sie auch: Die Brücke.", ["Lesen Sie auch: Die Brücke."]),
    ("in Arabic", f"{PROSE}\nاقرأ أيضا: الجسر", ["اقرأ أيضا: الجسر"]),
    ("in Chinese", "市议会周二开会。讨论了大桥。\n相关阅读：大桥开通", ["相关阅读：大桥开通"]),
    ("a sentence that begins with such words is text", "Read more than a headline, the mayor said.\n" + PROSE, []),
    ("a newsletter box", f"{PROSE}\nNewsletter: the bridge, daily.", ["Newsletter: the bridge, daily."]),
    ("Chinese prose is prose", "市议会周二开会。\n讨论了大桥。\n市长说将再次开会。", []),
    ("Hindi prose is prose", "परिषद की बैठक हुई।\nपुल पर बहस हुई।\nबैठक फिर होगी।", []),
    ("Amharic prose is prose", "ምክር ቤቱ ተሰበሰበ።\nስለ ድልድዩ ተወያየ።\nእንደገና ይሰበሰባል።", []),
    ("Thai marks no sentence's end, so its lines are no list", "สภาประชุมเมื่อวันอังคาร\nถกเถียงเรื่องสะพาน\nจะประชุมอีกครั้ง", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cut"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_what_is_left_out_of_an_article(text: str, cut: list[str] | None) -> None:
    body = passages.read(text)
    lines = [text[start:end] for (start, end), _ in body.cut]
    assert lines == (text.split("\n")[2:] if cut is None else cut)


def test_what_was_cut_is_named() -> None:
    body = passages.read(
        f"{PROSE}\nRead more: the bridge\nNewsletter\nSponsored: pans\nAbout the author: Ada\nA line\nOther line\nThird one"
    )
    assert [what for _, what in body.cut] == [
        "related headlines", "a newsletter box", "a sponsor's box", "an author's note", *["a list of links"] * 3,
    ]  # fmt: skip


def test_sentences_know_their_place() -> None:
    text = 'One.  Two, said Dr. Falk. "Three!"\nFour? Five… 六。七。\n'
    found = [text[start:end] for start, end in passages.read(text).sentences]
    assert found == ["One.", "Two, said Dr. Falk.", '"Three!"', "Four?", "Five…", "六。", "七。"]


def test_a_text_without_sentences_is_read_in_stretches() -> None:
    spans = passages.read("word " * 1000 + "end.").sentences
    assert len(spans) > 5
    assert all(end - start <= 600 for start, end in spans)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(st.sampled_from("ab N.\n•-|:。!? \u0e01"), max_size=300))
def test_every_line_is_kept_or_cut_and_never_both(text: str) -> None:
    body = passages.read(text)
    spans = sorted([*body.kept, *(span for span, _ in body.cut)])
    assert [text[start:end] for start, end in spans] == [line for line in text.split("\n") if line.strip()]
    said, kept = ("".join("".join(text[start:end] for start, end in each).split()) for each in (body.sentences, body.kept))
    assert said == kept, "the sentences are the paragraphs, but for white space"


@pytest.mark.parametrize(
    "text",
    ["x\n" * 100_000, "x.\n" * 60_000, "• a\n• a.\n" * 25_000, "a " * 100_000, "." * 200_000, "a. " * 66_000, "Read more: " * 20_000, "字" * 200_000],
    ids=["short lines", "short sentences in lines", "bullets", "one line", "stops", "short sentences", "labels", "no spaces"],
)  # fmt: skip
def test_the_longest_article_of_any_shape_is_read_in_time(text: str) -> None:
    started = time.process_time()
    passages.read(text)
    assert time.process_time() - started < 2


def test_a_first_line_that_is_the_headline_again_is_left_out() -> None:
    body = passages.read(f"A BRIDGE Opens\n{PROSE}", "A bridge opens")
    assert [what for _, what in body.cut] == ["the headline again"]
    assert passages.read(f"{PROSE}\nA bridge opens", "A bridge opens").cut == ()
