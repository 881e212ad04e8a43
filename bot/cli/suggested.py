"""What ``storywatch suggest`` tells: of a story, and of each proposal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.cli import measures
from bot.cli.terminal import say, say_lines
from bot.config.edit import Patch
from bot.core.counting import count
from bot.core.measure import Measure, Share
from bot.core.suggest import LEAST_MARKS, Add, Edit, Exclude, Proposal, Remove, Threshold, Widen
from bot.pipeline.suggest import Suggested

_MOST_IDS = 12  # of items named in a line


def print_too_few(done: Suggested) -> None:
    """That there is nothing to learn from yet, and what to do."""
    relevant = sum(case.relevant for case in done.cases)
    told = f"{count(len(done.cases), 'marked item')} ({relevant} relevant, {len(done.cases) - relevant} irrelevant)"
    say(f"{done.draft.story.name}: {told}: too few to learn from{_left_out(done)}")
    say_lines(
        f"  Mark at least {LEAST_MARKS}, some of each kind: `storywatch review` walks through the latest matches,\n"
        "  `storywatch mark ITEM relevant|irrelevant` marks any item of the log, those that were missed too."
    )


def print_head(done: Suggested, today: Measure) -> None:
    """How today's rule does on the marks, and which it gets wrong."""
    told = f"{count(today.marked, 'marked item')}, {today.relevant} of them relevant{_left_out(done)}"
    say(f"{done.draft.story.name}: today's rule on {told}")
    shares = (("precision", today.precision), ("recall", today.recall), ("F1", today.f1))
    say("  " + ", ".join(f"{name} {measures.spell(share)}" for name, share in shares) + "; in brackets 95 % intervals")
    if not today.misses + today.false_alarms:
        say("  it agrees with every mark")
        return
    say(f"  missed: {_ids(done.missed)}; false alarms: {_ids(done.alarms)}")
    if done.proposals:
        say(f"  {count(len(done.proposals), 'proposal')}, each tried on {count(done.log, 'unmarked item')} of the log")
    else:
        say("  no single change puts two or more of these right; `storywatch show ID` has the reasons of each")


def _left_out(done: Suggested) -> str:
    why = "of duplicates, of feeds that it does not look at, too old, or not judged yet"
    return f" ({count(done.left_out, 'more mark')} left out: {why})" if done.left_out else ""


def print_proposal(rank: int, proposal: Proposal, patch: Patch | None) -> None:
    """One proposal with its effects, and the lines to change."""
    say()
    for line in _lines(rank, proposal):
        say(line)
    if patch is None:
        say("   the file is written in a way that is better changed by hand")
        return
    number, old, new = patch.lines()
    say(f"   {patch.path.name}:{number}")
    for sign, lines in (("-", old), ("+", new)):
        for text in lines:
            say(f"   {sign} {text}")


def words(edit: Edit) -> str:
    """The edit in words."""
    match edit:
        case Add(concept=name, spelling=spelling):
            return f'add "{spelling}" to {name}'
        case Remove(concept=name, spelling=spelling):
            return f'remove "{spelling}" from {name}'
        case Widen(word=word, spelling=spelling):
            return f'allow "{spelling}" in the place of {word}'
        case Exclude(spelling=spelling):
            return f'exclude items with "{spelling}"'
        case Threshold(value=value):
            return f"set the threshold to {value:g}"


def _lines(rank: int, proposal: Proposal) -> Iterator[str]:
    before, after = proposal.before, proposal.after
    yield f"{rank}. {words(proposal.edit)}"
    pairs = (
        ("F1", before.f1, after.f1),
        ("precision", before.precision, after.precision),
        ("recall", before.recall, after.recall),
    )
    yield "   " + ", ".join(f"{name} {_value(old)} -> {_value(new)}" for name, old, new in pairs)
    yield f"   puts right: {_ids(proposal.right)}; puts wrong: {_ids(proposal.wrong)}"
    yield f"   in the rest of the log: {count(proposal.gained, 'match', 'matches')} more, {proposal.lost} fewer"
    if proposal.stands is not None:
        relevant, irrelevant, log = proposal.stands
        yield f"   stands in {relevant} relevant and {irrelevant} irrelevant marked items, and in about {log:.1%} of the log"
        if proposal.weak:
            yield "   weak: among so many words some do as well by chance"
    if proposal.alternatives:
        yield f"   as good on the marks: {'; '.join(map(words, proposal.alternatives))}"


def _value(share: Share | None) -> str:
    return "-" if share is None else f"{share.value:.2f}"


def _ids(items: Sequence[int]) -> str:
    some = ", ".join(map(str, items[:_MOST_IDS]))
    more = f" and {len(items) - _MOST_IDS} more" if len(items) > _MOST_IDS else ""
    return f"{some}{more}" or "none"


# ---------------------------------------------------------------- as JSON


def as_json(story: str, rank: int, proposal: Proposal, patch: Patch | None) -> dict[str, object]:
    """A proposal for machines; ``file`` and what follows are null where the file is better changed by hand."""
    line, old, new = (None, None, None) if patch is None else patch.lines()
    stands = None
    if proposal.stands is not None:
        relevant, irrelevant, log = proposal.stands
        stands = {"relevant": relevant, "irrelevant": irrelevant, "share_of_log": round(log, 4)}
    return {
        "kind": "proposal", "story": story, "rank": rank, **_edit(proposal.edit), "words": words(proposal.edit),
        "before": measures.as_json(proposal.before), "after": measures.as_json(proposal.after),
        "right": [str(item) for item in proposal.right], "wrong": [str(item) for item in proposal.wrong],
        "log": {"gained": proposal.gained, "lost": proposal.lost}, "stands": stands, "weak": proposal.weak,
        "alternatives": [_edit(edit) for edit in proposal.alternatives],
        "file": patch and str(patch.path), "line": line, "old": old, "new": new,
    }  # fmt: skip


def _edit(edit: Edit) -> dict[str, object]:
    match edit:
        case Add(concept=name, spelling=spelling):
            return {"edit": "add", "concept": name, "spelling": spelling}
        case Remove(concept=name, spelling=spelling):
            return {"edit": "remove", "concept": name, "spelling": spelling}
        case Widen(word=word, spelling=spelling):
            return {"edit": "alternative", "word": word, "spelling": spelling}
        case Exclude(spelling=spelling):
            return {"edit": "exclude", "spelling": spelling}
        case Threshold(value=value):
            return {"edit": "threshold", "threshold": value}
