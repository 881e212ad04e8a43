"""The labelled sample of the story, played as feeds and pages in order of time under the shipped rule.

Floors only: how good the matcher and the folding are is measured elsewhere. The figures are printed (``-s``).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from . import contracts
from .scene import Scene
from .test_seeds import rule

CORPUS = contracts.SHARED / "corpus"
pytestmark = [
    pytest.mark.lab,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"{CORPUS} is not here: no labelled items to play"),
]
BATCH = 8  # items a pass: a pass costs a second, and order within one is order in the feed


def play(scene: Scene) -> None:
    items = [json.loads(line) for line in (CORPUS / "story-dev.jsonl").read_text().splitlines()]
    scene.sink("webhook", budget="1000/1m")
    scene.stories, scene.story = rule("shipped", ["webhook"])
    for outlet in sorted({item["outlet"] for item in items}):
        scene.feed(outlet)
    scene.now = datetime.fromisoformat(items[0]["published"]) - timedelta(days=1)
    scene.once()
    for batch in (items[at : at + BATCH] for at in range(0, len(items), BATCH)):
        for item in batch:
            told = {name: item[name] for name in ("title", "summary", "text", "lang", "outlet")}
            published = datetime.fromisoformat(item["published"])
            scene.feeds[item["outlet"]].add(scene.item(item["id"], published=published, **told))
        scene.once(after=published + timedelta(minutes=5) - scene.now)
    scene.once()


def test_the_shipped_rule_finds_the_story(scene: Scene, tmp_path: Path) -> None:
    play(scene)
    lines = []
    for row in scene.log():
        for verdict in row["verdicts"]:
            found = {"id": scene.key(row["url"]), "relevant": verdict["verdict"] == "match"}
            lines.append({**found, "group": verdict["development"], "alert": verdict["alerted"]})
    predictions = tmp_path / "predictions.jsonl"
    predictions.write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = [sys.executable, str(CORPUS / "score.py"), str(CORPUS / "story-dev.jsonl"), str(predictions)]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    print(report)
    precision, recall = map(float, re.findall(r"relevance, all\s+P ([\d.]+)\s+R ([\d.]+)", report)[0])
    assert len(lines) == 72
    assert (recall > 0.6, precision > 0.6) == (True, True), report
    scene.assert_valid()
