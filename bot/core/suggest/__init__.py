"""What the user's marks say about a story's rule: proposals to change it, each with what it would have changed.

    edits     one change of a rule, and a rule with it made
    words     the words and phrases that an item could be recognised by
    contrast  which of them tell relevant items from irrelevant ones and from the log at large
    effects   what an item's verdict becomes under each of many edits, for little more than the price of one look
    marked    the marked items as the rule judges them, and what an edit does to them
    propose   from them to proposals: the edits worth trying, the best of them

No black box: every step is a count that the user can repeat. Nothing here changes anything.
"""

from __future__ import annotations

from bot.core.suggest.edits import Add, Draft, Edit, Exclude, Remove, Threshold, Widen, made
from bot.core.suggest.effects import Effects
from bot.core.suggest.marked import LEAST_MARKS, Case, Learned, Proposal, enough, learn
from bot.core.suggest.propose import proposals, ranked, remeasured

__all__ = [
    "LEAST_MARKS", "Add", "Case", "Draft", "Edit", "Effects", "Exclude", "Learned", "Proposal", "Remove", "Threshold", "Widen",
    "enough", "learn", "made", "proposals", "ranked", "remeasured",
]  # fmt: skip
