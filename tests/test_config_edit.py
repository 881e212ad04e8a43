"""A rule changed in its file: one thing changes, and every comment, blank and order stays."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.edit import Patch, patch, save
from bot.core.suggest import Add, Draft, Edit, Exclude, Remove, Threshold, Widen, made
from bot.errors import StorywatchError
from bot.model import Story

SHIPPED = Path(__file__).parents[1] / "config/stories.toml"


def draft(text: str, name: str = "s") -> Draft:
    tables = tomllib.loads(text.removeprefix("\ufeff"))
    (story,) = (each for each in tables["stories"] if each["name"] == name)
    return Draft(
        story=Story(name=name, title="", query=story["query"]), concepts={k: tuple(v) for k, v in tables["concepts"].items()}
    )


def patched(tmp_path: Path, text: str, edit: Edit) -> Patch | None:
    path = tmp_path / "stories.toml"
    path.write_bytes(text.encode())
    return patch([path], edit, made(edit, draft(text)))


def after(tmp_path: Path, text: str, edit: Edit) -> str:
    found = patched(tmp_path, text, edit)
    assert found is not None
    return found.after


STORY = '[[stories]]\nname = "s"\nquery = "a AND b"  # why\n'
WITH_A = STORY + "[concepts]\n"
ADDED = {
    "one line": ('a = ["x"]  # c', 'a = ["x", "new"]  # c'),
    "one line, comma at the end": ('a = ["x", ]', 'a = ["x", "new", ]'),
    "several lines": ('a = [\n  "x",\n  "y",  # c\n]', 'a = [\n  "x",\n  "y",  # c\n  "new",\n]'),
    "several lines, no comma at the end": ('a = [\n\t"x",\n\t"y"  # c\n]', 'a = [\n\t"x",\n\t"y",  # c\n\t"new",\n]'),
    "a comment behind the last": ('a = [\n  "x",\n  # the rest\n]', 'a = [\n  "x",\n  # the rest\n  "new",\n]'),
    "a comment with brackets and commas": ('a = [\n  "x" # ], "y",\n]', 'a = [\n  "x", # ], "y",\n  "new",\n]'),
    "brackets in a spelling": ('a = ["/[xy],/"]', 'a = ["/[xy],/", "new"]'),
    "the end on the last line": ('a = [\n  "x",\n  "y"]', 'a = [\n  "x",\n  "y", "new"]'),
}


@pytest.mark.parametrize("case", ADDED)
def test_a_spelling_is_added_at_the_end_of_its_concept(tmp_path: Path, case: str) -> None:
    before, wanted = ADDED[case]
    rest = '\nb = ["z"]\n# end\n'
    assert after(tmp_path, WITH_A + before + rest, Add(concept="a", spelling="new")) == WITH_A + wanted + rest


SPELT = {"a b": '"a b"', 'נאט"ו': "'נאט\"ו'", "d'Altman": '"d\'Altman"', "北约": '"北约"', "a\\b": '"a\\\\b"', "\"'": '"\\"\'"'}


@pytest.mark.parametrize("spelling", SPELT)
def test_a_spelling_is_written_with_the_fewest_signs(tmp_path: Path, spelling: str) -> None:
    text = WITH_A + 'a = ["x"]\n'
    assert f'a = ["x", {SPELT[spelling]}]' in after(tmp_path, text, Add(concept="a", spelling=spelling))


REMOVED = {
    "the only one of its line": ('a = [\n  "x",\n  "gone",\n  "y",\n]', 'a = [\n  "x",\n  "y",\n]'),
    "its comment stays": ('a = [\n  "x",\n  "gone",  # c\n]', 'a = [\n  "x",\n  # c\n]'),
    "the first of a line": ('a = ["gone", "x"]', 'a = ["x"]'),
    "one in the middle": ('a = ["x", "gone", "y"]', 'a = ["x", "y"]'),
    "the last, no comma behind": ('a = ["x", "gone"]', 'a = ["x"]'),
    "the last of several lines, no comma behind": ('a = [\n  "x",  # c\n  "gone"\n]', 'a = [\n  "x"  # c\n\n]'),
    "one of a line with others": ('a = [\n  "x", "gone",  # c\n  "y",\n]', 'a = [\n  "x", # c\n  "y",\n]'),
}


@pytest.mark.parametrize("case", REMOVED)
def test_a_spelling_is_removed_and_nothing_else(tmp_path: Path, case: str) -> None:
    before, wanted = REMOVED[case]
    assert after(tmp_path, WITH_A + before + "\n", Remove(concept="a", spelling="gone")) == WITH_A + wanted + "\n"


CHANGED: dict[str, tuple[str, Edit, str]] = {
    "an exclusion": (STORY, Exclude(spelling="quiz"), "query = 'a AND b AND NOT \"quiz\"'  # why\n"),
    "an alternative": (STORY, Widen(word="b", spelling="c d"), "query = 'a AND (b OR \"c d\")'  # why\n"),
    "a threshold that there was": (STORY + "threshold = 0.5 # c\n", Threshold(value=0.42), "threshold = 0.42 # c\n"),
    "a threshold that there was not": (STORY, Threshold(value=0.42), 'query = "a AND b"  # why\nthreshold = 0.42\n'),
    "a threshold at the file's end": (STORY.rstrip("\n"), Threshold(value=0.42), '# why\nthreshold = 0.42'),
    "a query of several lines": (
        '[[stories]]\nname = "s"\nquery = """\na AND\nb"""\n', Exclude(spelling="quiz"), "query = \"a AND\\nb AND NOT \\\"quiz\\\"\"\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGED)
def test_a_story_is_changed_where_it_stands(tmp_path: Path, case: str) -> None:
    story, edit, wanted = CHANGED[case]
    other = '[[stories]]\nname = "other"\nquery = "a AND b"\nthreshold = 0.9\n'
    text = "# head\n" + other + '\n[concepts]\na = ["x"]\n' + story
    result = after(tmp_path, text, edit)
    assert wanted in result
    assert result.startswith("# head\n" + other + '\n[concepts]\na = ["x"]\n[[stories]]\n')


def test_the_file_that_holds_the_thing_is_the_one_that_changes(tmp_path: Path) -> None:
    files = []
    for name, text in {
        "broken.toml": "x = ",
        "bot.toml": "[bot]\n",
        "c.toml": '[concepts]\na = ["x"]\n',
        "s.toml": STORY,
    }.items():
        files.append(tmp_path / name)
        files[-1].write_text(text)
    rule = draft('[concepts]\na = ["x"]\n' + STORY)
    for edit, name in ((Add(concept="a", spelling="new"), "c.toml"), (Exclude(spelling="quiz"), "s.toml")):
        found = patch(files, edit, made(edit, rule))
        assert found is not None
        assert found.path.name == name


def test_a_patch_says_which_lines_go_and_which_come(tmp_path: Path) -> None:
    one = patched(tmp_path, STORY + '[concepts]\na = ["x"]\n', Exclude(spelling="quiz"))
    two = patched(tmp_path, WITH_A + 'a = [\n  "x",\n  "x y",\n]\n', Add(concept="a", spelling="new"))
    three = patched(tmp_path, WITH_A + 'a = [\n  "x",\n  "y",\n]\n', Remove(concept="a", spelling="x"))
    assert one is not None
    assert two is not None
    assert three is not None
    assert one.lines() == (3, ['query = "a AND b"  # why'], ["query = 'a AND b AND NOT \"quiz\"'  # why"])
    assert two.lines() == (8, [], ['  "new",'])
    assert three.lines() == (6, ['  "x",'], [])


BY_HAND = {
    "a story in braces": 'stories = [{ name = "s", query = "a AND b" }]\n[concepts]\na = ["x"]\n',
    "mixed ends of lines": STORY.replace("\n", "\r\n", 1) + '[concepts]\na = ["x"]\n',
}


@pytest.mark.parametrize("case", BY_HAND)
def test_what_cannot_be_changed_safely_is_left_alone(tmp_path: Path, case: str) -> None:
    assert patched(tmp_path, BY_HAND[case], Threshold(value=0.3)) is None


@pytest.mark.parametrize(("mark", "end"), [("\ufeff", "\n"), ("", "\r\n"), ("\ufeff", "\r\n")])
def test_marks_of_other_systems_stay(tmp_path: Path, mark: str, end: str) -> None:
    text = mark + (WITH_A + 'a = [\n  "x",\n]\n').replace("\n", end)
    result = after(tmp_path, text, Add(concept="a", spelling="new"))
    assert result == mark + (WITH_A + 'a = [\n  "x",\n  "new",\n]\n').replace("\n", end)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.data())
def test_the_shipped_file_takes_any_change_and_keeps_every_comment(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = SHIPPED.read_text()
    rule = draft(text, "openai-nato")
    name = data.draw(st.sampled_from(sorted(rule.concepts)))
    edits = [
        *(Remove(concept=name, spelling=each) for each in rule.concepts[name]), Add(concept=name, spelling="new"),
        Exclude(spelling="quiz"), Threshold(value=0.42),
    ]  # fmt: skip
    edit = data.draw(st.sampled_from(edits))
    path = tmp_path_factory.mktemp("x") / "stories.toml"
    path.write_text(text)
    edited = made(edit, rule)
    found = patch([path], edit, edited)
    assert found is not None
    said = draft(found.after, "openai-nato")
    assert (said.story.query, said.concepts) == (edited.story.query, edited.concepts)
    assert [line.partition("#")[2] for line in found.after.splitlines() if "#" in line] == [
        line.partition("#")[2] for line in text.splitlines() if "#" in line
    ]


# ---------------------------------------------------------------- written


@pytest.fixture
def change(tmp_path: Path) -> Patch:
    found = patched(tmp_path, WITH_A + 'a = ["x"]\n', Add(concept="a", spelling="new"))
    assert found is not None
    return found


def test_the_text_of_before_is_kept_and_no_backup_is_overwritten(change: Patch) -> None:
    change.path.chmod(0o640)
    kept = save(change, backup=True)
    assert kept == change.path.with_name("stories.toml.bak")
    assert (kept.read_text(), change.path.read_text()) == (change.before, change.after)
    assert stat.S_IMODE(change.path.stat().st_mode) == 0o640
    change.path.write_text(change.before)
    assert save(change, backup=True) == change.path.with_name("stories.toml.bak2")
    assert sorted(path.name for path in change.path.parent.iterdir()) == ["stories.toml", "stories.toml.bak", "stories.toml.bak2"]


def test_without_a_backup_none_is_made(change: Patch) -> None:
    assert save(change, backup=False) is None
    assert [path.name for path in change.path.parent.iterdir()] == ["stories.toml"]


def test_a_link_stays_a_link(change: Patch, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.toml"
    change.path.rename(real)
    change.path.symlink_to(real)
    save(change, backup=True)
    assert change.path.is_symlink()
    assert real.read_text() == change.after
    assert real.with_name("elsewhere.toml.bak").exists()


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(change: Patch) -> None:
    change.path.write_text("# mine\n")
    with pytest.raises(StorywatchError, match="changed by somebody else meanwhile; nothing was written"):
        save(change, backup=True)
    assert change.path.read_text() == "# mine\n"
    assert [path.name for path in change.path.parent.iterdir()] == ["stories.toml"]


def test_a_file_that_went_away_is_an_error_in_one_line(change: Patch) -> None:
    change.path.unlink()
    with pytest.raises(StorywatchError, match="cannot be read any more"):
        save(change, backup=True)
