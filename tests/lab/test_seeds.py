"""Two reports of one piece of news, as pages of two feeds: from the feed to the alert to the log."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import datetime
from html import unescape

import pytest

from . import contracts
from .robot import PROJECT
from .scene import STORY, Scene
from .sinks import texts

SEEDS = contracts.SHARED / "seeds"
SHIPPED = PROJECT / "config" / "stories.toml"

FIRST = (
    "OpenAI weighs NATO work on open networks",
    "OpenAI is in early talks about running its models on unclassified networks of NATO, two people briefed on them said.",
    "The talks come days after it agreed to serve the Pentagon's classified network, a step that split its own staff.",
    "Sam Altman had told employees that the alliance's classified systems were meant. A spokeswoman later took that back.",
    "NATO did not comment. The alliance has 32 members and buys most of its software through an agency in The Hague.",
)
SECOND = (
    "After the Pentagon, OpenAI looks to NATO",
    "The maker of ChatGPT may soon have a second military customer: OpenAI has begun to discuss a contract with NATO.",
    "Only networks without secrets would be covered, the firm stressed, correcting what its chief executive had said.",
    "Last week it came to terms with the Pentagon about a network for secrets. Its rival Anthropic had refused such terms.",
    "At NATO headquarters in Brussels nobody was available for comment outside office hours.",
)
NAMED = 8  # terms that a chat message names; of the others it gives the number
OURS = [(title, "\n\n".join(paragraphs)) for title, *paragraphs in (FIRST, SECOND)]


def seeds() -> list[tuple[str, str]]:
    """The two real articles: a first line without a full stop is the headline, else the first sentence is."""
    articles = []
    for path in sorted(SEEDS.glob("*.txt")):
        text = path.read_text()
        title = re.split(r"\n|(?<=\w)\. ", text, maxsplit=1)[0]
        articles.append((title, re.sub(r"\n+", "\n\n", text.removeprefix(title)).strip(". \n")))
    return articles


def rule(which: str, channels: list[str]) -> tuple[str | None, str]:
    """The lab's own rule, or the shipped one pointed at our channels; and the story's name."""
    if which == "lab":
        return None, STORY
    text = re.sub(r"(?m)^channels\s*=.*$", f"channels = {channels}".replace("'", '"'), SHIPPED.read_text())
    return text, tomllib.loads(text)["stories"][0]["name"]


@pytest.fixture(scope="module", params=["lab rule, our articles", "shipped rule, our articles", "shipped rule, seeds"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    if request.param.endswith("seeds") and not SEEDS.is_dir():
        pytest.skip(f"{SEEDS} is not here: the two real articles cannot be tried")
    articles = seeds() if request.param.endswith("seeds") else OURS
    with Scene(tmp_path_factory.mktemp("seeds") / "scene", hosts=("127.0.0.1", "127.0.0.2")) as scene:
        scene.three_sinks()
        scene.stories, scene.story = rule(request.param.split()[0], list(scene.by_name))
        first, second = scene.feed("Daily One"), scene.feed("Wire Two", kind="atom", host="127.0.0.2")
        scene.once()
        assert scene.log() == []
        for feed, host, (title, text) in zip((first, second), scene.web.hosts, articles, strict=True):
            feed.add(scene.item(feed.name.split()[1].lower(), title=title, text=text, host=host, outlet=feed.name))
        scene.once()
        yield scene


def test_both_match_and_their_articles_were_read(told: Scene) -> None:
    rows = told.log()
    assert [told.key(row["url"]) for row in rows] in (["one", "two"], ["two", "one"])
    assert [row["article"] for row in rows] == ["read", "read"]
    assert [[(v["story"], v["verdict"]) for v in row["verdicts"]] for row in rows] == [[(told.story, "match")]] * 2


def test_each_development_is_alerted_once_at_each_receiver(told: Scene) -> None:
    told.assert_valid()
    developments = {key: told.verdict(key)["development"] for key in ("one", "two")}
    for name in told.by_name:
        named = told.named(name)
        assert len(named) == len(set(named)) == len(set(developments.values()))
        assert {developments[key] for key in named} == set(developments.values())
    assert [told.verdict(key)["alerted"] for key in developments] == [key in told.named("slack") for key in developments]


def instants(item: dict[str, str]) -> dict[str, object]:
    return {name: datetime.fromisoformat(text) if name in {"published", "first_seen"} else text for name, text in item.items()}


def test_the_webhook_says_what_the_log_says(told: Scene) -> None:
    for message in told.by_name["webhook"].accepted:
        data = message.payload["data"]
        row = next(row for row in told.log() if row["id"] == data["item"]["id"])
        verdict = row["verdicts"][0]
        assert instants({name: row[name] for name in data["item"]}) == instants(data["item"])
        assert {name: verdict[name] for name in data["match"]} == data["match"]
        assert (data["story"], data["development"]["id"]) == (verdict["story"], verdict["development"])


@pytest.mark.parametrize(("sink", "date"), [("slack", r"<!date\^\d+\^"), ("discord", r"<t:\d+")])
def test_a_chat_alert_says_what_a_reader_needs(told: Scene, sink: str, date: str) -> None:
    message = told.by_name[sink].accepted[0]
    row = next(row for row in told.log() if told.key(row["url"]) == told.keys(message)[0])
    said = " ".join(texts(message.payload))
    assert re.search(date, said), "the time, in each reader's own zone"
    plain = re.sub(r"[\\*_~`\u200b\u2060]", "", unescape(said))
    wanted = [row["title"], *row["verdicts"][0]["terms"][:NAMED], row["verdicts"][0]["sentence"][:60]]
    assert [words for words in wanted if re.sub(r"[*_~`]", "", words) not in plain] == []


def test_show_tells_why(told: Scene) -> None:
    for row in told.log():
        verdict = row["verdicts"][0]
        for name in (row["id"], row["url"]):
            shown = " ".join(told.robot.run("show", name).ok().out.split())
            assert "match" in shown
            assert told.story in shown
            assert [term for term in verdict["terms"] if term not in shown] == []
            assert " ".join(verdict["sentence"].split())[:50] in shown


def test_the_log_can_be_searched_and_narrowed(told: Scene) -> None:
    assert len(told.robot.log("--search", "NATO")) == 2
    assert [told.key(row["url"]) for row in told.robot.log("--feed", "Daily One")] == ["one"]
    assert told.robot.log("--verdict", "no-match") == []


def test_the_state_is_for_its_owner_only(told: Scene) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in (told.robot.state, *told.robot.state.iterdir())}
    assert modes.pop("state") == 0o700
    assert set(modes.values()) == {0o600}, modes


def test_the_seeds_are_read_as_two_articles() -> None:
    if not SEEDS.is_dir():
        pytest.skip(f"{SEEDS} is not here: the two real articles cannot be tried")
    found = seeds()
    assert [20 < len(title) < 160 for title, _ in found] == [True, True]
    assert [text.count("\n\n") >= 6 for _, text in found] == [True, True]
