"""Proposals from marks, on small logs where the right answer is known."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import match, suggest
from bot.core.measure import Measure
from bot.core.suggest import Add, Case, Draft, Edit, Exclude, Proposal, Remove, Threshold, Widen
from bot.core.suggest.contrast import chance, spread, telling
from bot.core.suggest.words import spellings, terms
from bot.errors import QueryError
from bot.model import Story

CONCEPTS: Mapping[str, tuple[str, ...]] = {
    "openai": ("OpenAI", "~the company"),
    "nato": ("=NATO", "Brussels", "~the alliance"),
    "quizzes": ("quiz night",),
}
QUERY = "openai AND nato"


def draft(query: str = QUERY, threshold: float = 0.5, concepts: Mapping[str, tuple[str, ...]] = CONCEPTS) -> Draft:
    return Draft(story=Story(name="s", title="S", query=query, threshold=threshold), concepts=concepts)


def cases(relevant: Sequence[str], irrelevant: Sequence[str]) -> list[Case]:
    """Items of a title each, or of title, summary and text where there is a ``|``."""
    told = [(text, True) for text in relevant] + [(text, False) for text in irrelevant]
    return [
        Case(item=n, title=text, texts=match.Texts(*(text + "||").split("|")[:3]), relevant=said)
        for n, (text, said) in enumerate(told)
    ]


def proposed(of: Draft, marked: list[Case], log: Sequence[str] = ()) -> list[Proposal]:
    return suggest.proposals(suggest.learn(of, marked, [match.Texts(text, "", "") for text in log]))


# ---------------------------------------------------------------- edits

EDITS: dict[str, tuple[Edit, str, str | tuple[str, ...] | float]] = {
    "a spelling more": (Add(concept="openai", spelling="ChatGPT"), "openai", ("OpenAI", "~the company", "ChatGPT")),
    "a spelling less": (Remove(concept="nato", spelling="Brussels"), "nato", ("=NATO", "~the alliance")),
    "an exclusion": (Exclude(spelling="pub quiz"), "query", 'openai AND nato AND NOT "pub quiz"'),
    "another threshold": (Threshold(value=0.3), "threshold", 0.3),
}


@pytest.mark.parametrize("case", EDITS)
def test_an_edit_changes_one_thing_of_a_rule(case: str) -> None:
    edit, where, wanted = EDITS[case]
    done = suggest.made(edit, draft())
    found = {"query": done.story.query, "threshold": done.story.threshold, **done.concepts}
    assert found == {"query": QUERY, "threshold": 0.5, **CONCEPTS} | {where: wanted}


QUERIES = {
    "a plain word": ("nvidia AND chips", "chips", 'nvidia AND (chips OR "x y")'),
    "a phrase": ('nvidia AND "export controls"', '"export controls"', 'nvidia AND ("export controls" OR "x y")'),
    "a word that stands twice": (
        "(chips AND a) OR\n (chips AND b)",
        "chips",
        '((chips OR "x y") AND a) OR\n ((chips OR "x y") AND b)',
    ),
    "a word within the title": ("title:chips AND a", "chips", 'title:(chips OR "x y") AND a'),
    "a word that is to be near": ("chips NEAR/3 a", "chips", '(chips OR "x y") NEAR/3 a'),
    "a word in a case of its own": ("=ARM AND a", "=ARM", '(=ARM OR "x y") AND a'),
    "signs of a word processor": ("a AND “b c”", '"b c"', 'a AND (“b c” OR "x y")'),
}


@pytest.mark.parametrize("case", QUERIES)
def test_a_word_of_the_query_gets_an_alternative_where_it_stands(case: str) -> None:
    query, word, wanted = QUERIES[case]
    done = suggest.made(Widen(word=word, spelling="x y"), draft(query))
    assert done.story.query == wanted
    match.compile_rule(done.story, done.concepts)


NARROWED = {
    "an AND": ("a AND b", 'a AND b AND NOT "x"'),
    "an OR": ("a OR b", '(a OR b) AND NOT "x"'),
    "one word, and blanks": ("a \n", 'a AND NOT "x"'),
    "an exclusion before": ("a AND NOT b", 'a AND NOT b AND NOT "x"'),
    "brackets around all of it": ("(a OR b)", '((a OR b)) AND NOT "x"'),
}


@pytest.mark.parametrize("case", NARROWED)
def test_an_exclusion_holds_for_all_of_the_query(case: str) -> None:
    query, wanted = NARROWED[case]
    assert suggest.made(Exclude(spelling="x"), draft(query)).story.query == wanted


def test_an_exclusion_after_which_nothing_could_match_is_none() -> None:
    with pytest.raises(QueryError):
        suggest.made(Exclude(spelling="chips"), draft("nvidia AND chips"))


# ---------------------------------------------------------------- what an edit does

PIECES = [
    "OpenAI",
    "NATO",
    "Brussels",
    "the alliance",
    "the company",
    "ChatGPT",
    "quiz",
    "Brüssel",
    " ",
    ". ",
    "\n",
    ", ",
    "of ",
    "北约",
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)
TRIED: list[Edit] = [
    Add(concept="openai", spelling="ChatGPT"), Add(concept="nato", spelling="Brüssel"), Add(concept="nato", spelling="北约"),
    Add(concept="nato", spelling="the alliance"), Widen(word="of", spelling="quiz"), Exclude(spelling="quiz"), Exclude(spelling="NATO"),
    Exclude(spelling="the comp*"), Remove(concept="nato", spelling="Brussels"), Remove(concept="nato", spelling="=NATO"),
    Remove(concept="nato", spelling="~the alliance"), Remove(concept="openai", spelling="~the company"),
    *(Threshold(value=value) for value in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
]  # fmt: skip
RULES = [
    QUERY,
    "openai AND (nato OR of)",
    "(openai NEAR/2 nato) OR (title:nato AND of)",
    "of AND nato AND NOT quizzes",
    "openai OR of OR nato",
]


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.sampled_from(RULES), TEXT, TEXT, TEXT)
def test_what_an_edit_does_is_what_the_edited_rule_says(query: str, title: str, summary: str, article: str) -> None:
    """The short cut through one look for all edits comes out where a rule compiled for each edit does."""
    rule, texts = draft(query), match.Texts(title, summary, article)
    edits = [edit for edit in TRIED if getattr(edit, "concept", getattr(edit, "word", "")) in query]
    outcome = suggest.Effects(rule, edits).of(texts)
    receipt = match.judge(match.compile_rule(rule.story, rule.concepts), texts)
    assert outcome.holds is receipt.holds
    for number, edit in enumerate(edits):
        edited = suggest.made(edit, rule)
        verdict = match.judge(match.compile_rule(edited.story, edited.concepts), texts).holds
        assert (number in outcome.turned) is (verdict != outcome.holds), edit


# ---------------------------------------------------------------- words

FOUND: dict[str, tuple[str, set[str], set[str]]] = {
    "words, phrases and beginnings": ("The ChatGPT-maker agrees", {"chatgpt", "maker", "chatgpt maker", "agrees", "agre*"}, {"e", "a"}),
    "short words and numbers are none": ("AI is 42 of 2026", set(), {"ai", "is", "42", "2026", "is 42"}),
    "words parted by a comma are no phrase": ("Altman, Brussels", {"altman", "brussels"}, {"altman brussels"}),
    "Cyrillic, with its endings cut": ("Североатлантического альянса", {"североатлантическо*", "альян*", "североатлантического альянса"}, set()),
    "Arabic": ("شركة سام ألتمان", {"شركة", "سام التمان"}, set()),
    "Hindi, with its vowel signs": ("नाटो गठबंधन", {"नाटो", "गठबंधन", "नाटो गठबंधन"}, {"न"}),
    "Korean, whose particles follow": ("대서양동맹은", {"대서양동맹", "대서양동맹은", "대서"}, {"양동맹"}),
    "Chinese, in stretches": ("阿尔特曼的公司", {"阿尔特曼", "公司", "阿尔特曼的公"}, {"阿", "阿尔特曼的公司"}),
    "Japanese, in stretches": ("オープンAIの開発元", {"オープン", "開発元"}, set()),
    "Thai: nothing": ("สนธิสัญญา", set(), {"สนธิ"}),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
def test_the_words_of_an_item(case: str) -> None:
    text, there, absent = FOUND[case]
    found = terms(match.folded(match.Texts(text, "", "")))
    assert there <= found
    assert not absent & found


def test_a_term_is_spelt_as_the_items_mostly_spell_it() -> None:
    texts = ["ALTMAN SAID", "Altman said", "Altman Said", "altman-said", "Die Straße", "the MoD"]
    folds = [match.folded(match.Texts(text, "", "")) for text in texts]
    assert spellings(folds, {"altman", "altman said", "strasse", "mod", "stra*"}) == {
        "altman": "Altman", "altman said": "altman-said", "strasse": "Straße", "mod": "MoD",
    }  # fmt: skip


def test_log_odds_are_the_lower_of_two_backgrounds_and_grow_with_the_difference() -> None:
    group = spread([{"a", "b", "the"}, {"a", "the"}, {"b", "the"}, {"a", "the"}])
    against = spread([{"b", "the"}, {"the"}, {"the"}, {"the"}])
    log = spread([{"a", "the"}, {"the"}])
    assert telling("a", group, against) > telling("b", group, against) > 0
    assert telling("a", group, against, log) < telling("a", group, against)
    assert telling("the", group, against) == 0
    assert telling("a", group, against, spread([])) == telling("a", group, against), "an empty log says nothing"
    assert (group.share("a"), spread([]).share("a")) == (0.75, 0.0)


def test_chance_grows_with_the_words_looked_at_and_with_how_common_they_are() -> None:
    group, rare, common = spread([{"a"}] * 3 + [set()] * 7), spread([set()] * 99 + [{"a"}]), spread([{"a"}] * 20 + [set()] * 80)
    # P(X >= 3) of a binomial with 10 tries and 1.5 of 101: computed by hand as 1 - P(0) - P(1) - P(2).
    share = 1.5 / 101
    by_hand = 1 - sum(math.comb(10, k) * share**k * (1 - share) ** (10 - k) for k in range(3))
    assert math.isclose(chance("a", group, 1, rare), by_hand)
    assert math.isclose(chance("a", group, 100, rare), 100 * by_hand)
    assert chance("a", group, 1, common) > 0.3
    assert chance("a", group, 1_000_000, rare) == 1
    assert chance("a", group, 1, rare, common) < chance("a", group, 1, common)
    assert chance("never", group, 1, rare) == 1, "in none or more"


# ---------------------------------------------------------------- proposals

RIGHT = [f"OpenAI and NATO agree on part {n}" for n in "abcdefgh"]
OUT = [f"Rain falls on {town}" for town in ("Oslo", "Rome", "Lima", "Cairo", "Delhi")]
EPITHETS: dict[str, tuple[Sequence[str], str, str]] = {
    "German": (["ChatGPT-Hersteller verhandelt mit der NATO", "Der ChatGPT-Hersteller und die NATO", "NATO lobt ChatGPT-Hersteller"], "openai", "ChatGPT-Hersteller"),
    "Russian": (["Компания Альтмана и NATO", "NATO и компания Альтмана", "Что компания Альтмана строит для NATO"], "openai", "Альтмана"),
    "Chinese": (["阿尔特曼的公司与NATO谈判", "NATO选择阿尔特曼的公司", "阿尔特曼的公司为NATO提供服务"], "openai", "阿尔特曼的公"),
    "Japanese": (["チャット開発元とNATO", "NATO、チャット開発元と契約", "チャット開発元がNATOに"], "openai", "チャット開発"),
    "Korean": (["알트먼사와 NATO 계약", "알트먼사는 NATO에", "NATO, 알트먼사의 제안 검토"], "openai", "알트먼사"),
    "Arabic": (["شركة ألتمان وNATO", "NATO تدرس شركة ألتمان", "ماذا تبني شركة ألتمان NATO"], "openai", "شركة ألتمان"),
    "Hindi": (["ऑल्टमैन कंपनी और NATO", "NATO ने ऑल्टमैन कंपनी चुनी", "ऑल्टमैन कंपनी NATO के लिए"], "openai", "ऑल्टमैन कंपनी"),
}  # fmt: skip


@pytest.mark.parametrize("language", EPITHETS)
def test_a_word_that_missed_items_share_is_proposed_for_the_concept_they_lack(language: str) -> None:
    missed, concept, spelling = EPITHETS[language]
    first = proposed(draft(), cases([*RIGHT, *missed], OUT), log=["Wind in the north"] * 20)[0]
    edits = [first.edit, *first.alternatives]
    assert all(isinstance(edit, Add) and edit.concept == concept for edit in edits)
    assert any(isinstance(edit, Add) and spelling.casefold() in edit.spelling.casefold() for edit in edits), edits
    assert (first.before.recall.value, first.after.recall.value) == (8 / 11, 1.0)  # type: ignore[union-attr]
    assert (first.right, first.wrong) == ((8, 9, 10), ())
    edited = suggest.made(first.edit, draft())
    rule = match.compile_rule(edited.story, edited.concepts)
    assert all(match.judge(rule, match.Texts(text, "", "")).holds for text in missed)


def test_a_word_of_the_rule_never_speaks_for_another_part_of_it() -> None:
    """ "NATO" stands in all that was missed; as a spelling of openai it would put them right, and mean nothing."""
    missed = [f"Altman and NATO {n}" for n in ("here", "there", "again")]
    found = proposed(draft(), cases([*RIGHT, *missed], [*OUT, "NATO in Oslo"]), log=["NATO meets", "Rain"] * 5)
    edits = [edit for each in found for edit in (each.edit, *each.alternatives)]
    assert Add(concept="openai", spelling="Altman") in edits
    assert not [edit for edit in edits if "nato" in getattr(edit, "spelling", "").casefold()]


def test_a_word_of_the_query_gets_an_alternative_where_there_is_no_concept() -> None:
    missed = ["NATO and the ChatGPT maker", "ChatGPT maker and NATO", "The ChatGPT maker: NATO"]
    first = proposed(draft("OpenAI AND nato", concepts={"nato": ("NATO",)}), cases([*RIGHT, *missed], OUT))[0]
    assert isinstance(first.edit, Widen)
    assert (first.edit.word, first.right) == ("OpenAI", (8, 9, 10))


def test_words_that_are_as_common_elsewhere_are_not_proposed() -> None:
    """ "Tuesday" stands in every missed item, and in every second item of the log; "Altman" in none of it."""
    missed = [f"Altman and NATO on Tuesday {n}" for n in "abc"]
    found = proposed(draft(), cases([*RIGHT, *missed], [*OUT, "NATO on Tuesday"]), log=["Rain on Tuesday", "Wind"] * 10)
    spelt = [edit.spelling for each in found for edit in (each.edit, *each.alternatives) if isinstance(edit, Add)]
    assert any("Altman" in spelling for spelling in spelt)
    assert "Tuesday" not in spelt


def test_a_word_of_false_alarms_only_is_proposed_as_an_exclusion() -> None:
    alarms = [f"Quiz {n}: which came first, OpenAI or NATO?" for n in "abcd"]
    first = proposed(draft(), cases(RIGHT, [*OUT, *alarms]), log=["Rain"] * 10)[0]
    assert isinstance(first.edit, Exclude)
    words = {edit.spelling for edit in (first.edit, *first.alternatives) if isinstance(edit, Exclude)}
    assert words & {"Quiz", "which came", "came first", "first", "which"}
    assert (first.right, first.wrong) == ((13, 14, 15, 16), ())
    assert first.after == Measure(hits=8, rejected=9)


def test_no_exclusion_silences_a_relevant_item() -> None:
    alarms = [f"Quiz {n}: OpenAI or NATO?" for n in "abcd"]
    relevant = [*RIGHT, "OpenAI quiz of NATO staff", "OpenAI or NATO"]
    found = proposed(draft(), cases(relevant, [*OUT, *alarms]), log=["Rain"] * 10)
    assert not [each for each in found if isinstance(each.edit, Exclude) and each.wrong]
    assert not [each for each in found if isinstance(each.edit, Exclude) and "quiz" in each.edit.spelling.casefold()]


def test_a_spelling_that_brings_false_alarms_only_is_proposed_for_removal() -> None:
    alarms = [f"OpenAI opens {what} in Brussels" for what in ("a shop", "an office", "a school")]
    found = proposed(draft(), cases(RIGHT, [*OUT, *alarms]), log=["Rain"])
    (removed,) = (each for each in found if isinstance(each.edit, Remove))
    assert removed.edit == Remove(concept="nato", spelling="Brussels")
    assert len(removed.right) == 3


def test_a_word_that_does_less_than_another_is_left_out() -> None:
    """ "Altman firm" stands in two of three missed items, "Altman" in all of them."""
    missed = ["Altman firm and NATO", "NATO and the Altman firm", "What Altman tells NATO"]
    found = proposed(draft(), cases([*RIGHT, *missed], OUT), log=["Rain"])
    assert [each.right for each in found if isinstance(each.edit, Add)] == [(8, 9, 10)]


def test_a_word_that_puts_one_verdict_right_proves_nothing() -> None:
    assert proposed(draft(), cases([*RIGHT, "Altman and NATO", "Altman, OpenAI and NATO"], OUT), log=["Rain"]) == []


def test_what_chance_may_have_done_is_called_weak_and_comes_last() -> None:
    """Ten marks on words drawn at random: whatever is proposed, none of it may be called sound."""
    rng = random.Random(1)
    vocabulary = [f"w{''.join(rng.choices('abcdefghij', k=4))}" for _ in range(300)]

    def article() -> str:
        return " ".join(rng.choices(vocabulary, k=80))

    relevant = [f"OpenAI and NATO||{article()}" for _ in range(12)]
    alarms = [f"OpenAI and NATO||{article()}" for _ in range(6)]
    found = proposed(draft(), cases(relevant, alarms), log=[article() for _ in range(200)])
    assert found, "some words stand in two of six and in no other"
    assert all(each.weak for each in found if isinstance(each.edit, Exclude))
    telling_ones = [f"{text} raffle" for text in alarms]
    first, *others = proposed(draft(), cases(relevant, telling_ones), log=[article() for _ in range(200)])
    assert (first.edit, first.weak) == (Exclude(spelling="raffle"), False)
    assert [each.weak for each in (first, *others)] == sorted(each.weak for each in (first, *others))


def test_the_last_full_spelling_of_a_concept_is_never_proposed_for_removal() -> None:
    concepts = {"openai": ("OpenAI",), "nato": ("Brussels", "~the alliance")}
    found = proposed(draft(concepts=concepts), cases(RIGHT, [*OUT, *(f"OpenAI in Brussels {n}" for n in "abc")]))
    assert not [each for each in found if isinstance(each.edit, Remove)]


def test_a_threshold_that_parts_the_marks_is_proposed() -> None:
    filler = "The committee met again and spoke of rain. " * 12
    passing = [f"Markets {n}|Rain|{filler}\nOpenAI rose and so did NATO stocks.\n{filler}" for n in "abcdef"]
    told = [f"Talks {n}|Rain|{filler}\nOpenAI rose and so did NATO stocks.\n{filler}" for n in "abcdef"]
    strict = proposed(draft(threshold=0.9), cases([f"OpenAI and NATO {n}" for n in "abc"] + told, OUT), log=["Rain"])
    (lower,) = (each for each in strict if isinstance(each.edit, Threshold))
    assert isinstance(lower.edit, Threshold)
    assert lower.edit.value < 0.9
    assert lower.after.misses == 0
    loose = proposed(draft(threshold=0.0), cases(RIGHT, passing), log=["Rain"])
    (higher,) = (each for each in loose if isinstance(each.edit, Threshold))
    assert isinstance(higher.edit, Threshold)
    assert 0 < higher.edit.value <= 1
    assert higher.after == Measure(hits=8, rejected=6)


def test_a_rule_that_agrees_with_every_mark_is_left_alone() -> None:
    assert proposed(draft(), cases(RIGHT, OUT), log=["Rain"]) == []


def test_the_best_comes_first_and_the_same_marks_give_the_same_answer() -> None:
    missed = [f"Altman firm and NATO {n}" for n in "abc"]
    alarms = [f"Quiz {n}: OpenAI or NATO?" for n in "ab"]
    marked = cases([*RIGHT, *missed], [*OUT, *alarms])
    found = proposed(draft(), marked, log=["Rain", "Wind"])
    assert [round(each.gain, 9) for each in found] == sorted((round(each.gain, 9) for each in found), reverse=True)
    assert {type(each.edit) for each in found} >= {Add, Exclude}
    assert found == proposed(draft(), marked, log=["Rain", "Wind"])


def test_what_was_accepted_changes_what_the_others_are_worth() -> None:
    missed = [f"Altman firm and NATO {n}" for n in "abc"]
    marked = cases([*RIGHT, *missed], OUT)
    rule = draft()
    first, *others = proposed(rule, marked, log=["Rain"])
    same = Proposal(
        edit=Add(concept="openai", spelling="firm"), before=first.before, after=first.after, right=first.right, wrong=()
    )
    assert suggest.remeasured(rule, marked, [same])[0].gain == first.gain
    assert suggest.remeasured(suggest.made(first.edit, rule), marked, [same, *others]) == []


ENOUGH = {
    "nothing": ([], [], False),
    "nine": (RIGHT[:5], OUT[:4], False),
    "ten": (RIGHT[:5], OUT, True),
    "one kind only": ([*RIGHT, *RIGHT], [], False),
}


@pytest.mark.parametrize("case", ENOUGH)
def test_few_marks_or_one_kind_of_them_are_not_enough(case: str) -> None:
    relevant, irrelevant, wanted = ENOUGH[case]
    assert suggest.enough(cases(relevant, irrelevant)) is wanted


def test_a_rule_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(QueryError):
        suggest.learn(draft("a AND"), [], [])
