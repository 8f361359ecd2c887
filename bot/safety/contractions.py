"""Puts contractions together that were typed in two pieces: `don t`, `won;t`, `i m`."""

from __future__ import annotations

Tokens = list[tuple[str, bool]]

#: What stands behind an apostrophe, and the words before it.
_CONTRACTED = {
    "t": "don doesn didn won can couldn wouldn shouldn isn aren wasn weren hasn haven hadn ain",
    "m": "i",
    "ve": "i you we they",
    "ll": "i you he she we they it",
    "re": "you we they",
    "d": "i",
    "s": "he she it that there",
}
_CONTRACTIONS = {(word, end) for end, words in _CONTRACTED.items() for word in words.split()}


def join_contractions(tokens: Tokens) -> Tokens:
    """The same words, each with whether it begins a sentence, with whole contractions."""
    whole: Tokens = []
    for word, begins in tokens:
        if whole and not begins and (whole[-1][0], word) in _CONTRACTIONS:
            whole[-1] = (whole[-1][0] + word, whole[-1][1])
        else:
            whole.append((word, begins))
    return whole
