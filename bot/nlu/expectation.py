"""When a decision counts as the expected one (docs/labelling.md)."""

from __future__ import annotations

from bot.replies.understanding import DANGER_INTENTS, Intent, Label

#: Intents whose leaf an expected label may leave out.
LEAF_MAY_BE_LEFT_OUT = frozenset({Intent.CHITCHAT, Intent.FOLLOW_UP, *DANGER_INTENTS})

#: Stands between the labels of a message with several questions.
SEVERAL = " + "


def fits(decided: Label, expected: Label) -> bool:
    """Whether `decided` is what was expected.

    Which crisis or which emergency it is does not matter here: `safety report` is about that.
    """
    if decided.intent is not expected.intent:
        return False
    any_leaf = expected.leaf is None and expected.intent in LEAF_MAY_BE_LEFT_OUT
    return any_leaf or expected.intent in DANGER_INTENTS or decided == expected
