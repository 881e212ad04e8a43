"""Advice about concepts that miss much of what they stand for: one line each, and none without a reason."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.core import query

CONFIG = Path(__file__).parents[2] / "config" / "stories.toml"
OTHER = ["Pentagon", "Department of War", "=DoD"]
FEW = 'add what other newsrooms and languages call it, and short forms ("~the alliance")'
CASE = "keeps to one case (=) in all of them, so that others, and headlines in capitals, are missed"
CASE_ADVICE = 'without "=", NATO is found as NATO and Nato, never as nato'

THIN = {
    "one name": (["OpenAI"], f"has 1 name only: {FEW}"),
    "one name, in two spellings": (["OpenAI", "Open AI", "open-ai", "=OPENAI"], f"has 1 name only: {FEW}"),
    "two names": (["NATO", "OTAN"], f"has 2 names only: {FEW}"),
    "names in one case": (
        ["=Nato", "=Otan", "=Allianz"],
        f"{CASE}: {CASE_ADVICE}",
    ),
}
RICH = {
    "a name, an acronym, an epithet": ["OpenAI", "Open AI Inc", "ChatGPT maker"],
    "two names and a short form": ["NATO", "OTAN", "~the alliance"],
    "three languages": ["NATO", "НАТО", "北约"],
    "a regex, which may stand for anything": ["/gpt-?[45]/"],
    "names in one case, each in both": ["=NATO", "=Nato", "=OTAN", "=Otan", "=NAVO", "=Navo"],
    "names in one case, of letters that have none": ["=北约", "=나토", "=ناتو"],
    "some of them in one case": ["=NATO", "Atlantic Alliance", "OTAN"],
}


def advice(spelled: Sequence[str], other: Sequence[str] = OTHER, text: str = "one AND other") -> dict[str, str]:
    return query.thin(text, {"one": list(spelled), "other": list(other), "unused": ["x"]})


@pytest.mark.parametrize("case", THIN)
def test_what_is_thin_is_said_with_what_to_add(case: str) -> None:
    spelled, said = THIN[case]
    assert advice(spelled) == {"one": said}


@pytest.mark.parametrize("case", RICH)
def test_nothing_is_said_of(case: str) -> None:
    other = [*OTHER, "Пентагон", "五角大楼", "펜타곤", "ناتو"] if case == "three languages" else OTHER
    assert "one" not in advice(RICH[case], other)


def test_a_concept_in_one_script_is_told_what_the_others_are_in() -> None:
    found = advice(["OpenAI", "Sam Altman", "ChatGPT"], ["NATO", "НАТО", "北约", "나토"])
    assert found == {
        "one": "is in Latin letters only, while other is in Cyrillic, Chinese, Japanese or Thai, Korean too: "
        "add the name as they write it, unless they write it in these letters too"
    }
    assert advice(["北约", "北大西洋公约组织", "北約"], OTHER)["one"].startswith(
        "is in Chinese, Japanese or Thai letters only, while other is"
    )


def test_several_faults_are_one_line() -> None:
    (line,) = advice(["=Altman"], ["NATO", "НАТО", "北约"]).values()
    assert line.startswith(f"has 1 name only and {CASE} and is in Latin")
    assert line.endswith(FEW)
    assert "\n" not in line


def test_a_concept_that_only_excludes_or_is_not_used_may_be_thin() -> None:
    assert advice(["lawsuit"], text="other AND NOT one") == {}
    assert advice(["lawsuit"], text="other") == {}


def test_a_query_that_is_refused_gets_no_advice() -> None:
    assert advice(["OpenAI"], text="one AND (") == {}
    assert query.thin("one", {"one": ["*"]}) == {}


def test_the_shipped_concepts_are_not_thin() -> None:
    shipped = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    for story in shipped["stories"]:
        assert query.thin(story["query"], shipped["concepts"]) == {}
