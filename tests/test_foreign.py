"""Text of strangers is a type: what shows it without an escaper is stopped, by the type checker or at its first try."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mypy import api

from bot.core.render import escape, words
from bot.model import Foreign

TITLE = Foreign("<!here> \x1b[2J")
SHOWN = {
    "str": lambda: str(TITLE),
    "an f-string": lambda: f"{TITLE}",
    "format": lambda: format(TITLE, ">20"),
    "a percent sign": lambda: "%s" % TITLE,  # noqa: UP031  the very thing that is tried
    "join": lambda: ", ".join([*map(str, "ab"), TITLE]),  # type: ignore[list-item]
    "a sum": lambda: "alert: " + TITLE,  # type: ignore[operator]
    "JSON": lambda: json.dumps({"text": TITLE}),
}


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_nothing_turns_it_into_text_by_itself(show):
    with pytest.raises(TypeError):
        show()


def test_an_escaper_does():
    assert escape.slack(TITLE) == "&lt;!here&gt; [2J"
    assert words.marked(TITLE, (), words.PLAIN) == "<!here> [2J"


MISUSES = {
    "a payload's field": "from bot.model import AlertEntry\ndef text(entry: AlertEntry) -> str:\n    return entry.item.title\n",
    "bold without an escaper": (
        "from bot.core.render.slack import MARKUP\nfrom bot.model import Alert\n"
        "def text(alert: Alert) -> str:\n    return MARKUP.bold(alert.problem)\n"
    ),
    "a line on the terminal": "from bot.cli.terminal import say\nfrom bot.model import Alert\ndef tell(alert: Alert) -> None:\n    say(alert.problem)\n",
}


@pytest.mark.parametrize("code", MISUSES.values(), ids=MISUSES)
def test_the_type_checker_stops(code, tmp_path):
    (tmp_path / "misuse.py").write_text(code)
    config = str(Path(__file__).parents[1] / "pyproject.toml")
    said, _, status = api.run([str(tmp_path / "misuse.py"), "--config-file", config, "--follow-imports=silent"])
    assert (status, said.count(": error:")) == (1, 1)
    assert '"Foreign"' in said
