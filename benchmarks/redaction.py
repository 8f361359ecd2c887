"""Recall by kind and false redactions, on the half of the test messages that is asked for.

python -m benchmarks.redaction [--half seen|held] [--rules-only] [--show]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.redaction_figures import Redact, Redacted, judge_all, read_messages
from benchmarks.report import Report, Table
from benchmarks.shares import draw_shares, share_figures
from bot.content.redaction_rules import load_redaction_rules
from bot.replies.redaction import Redactor
from bot.safety.figures import Share
from bot.supervisor.rasa_environment import enter_rasa_environment

_HEAD = ("", "share, 95% interval")
MESSAGES = Path(__file__).parents[1] / "tests" / "understanding" / "redaction.csv"


def main() -> None:
    """Measure and print."""
    enter_rasa_environment()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=MESSAGES)
    parser.add_argument("--half", default="seen", choices=("seen", "held"))
    parser.add_argument("--rules-only", action="store_true", help="without the search for names")
    parser.add_argument("--no-tagger", action="store_true", help="search names without spaCy")
    parser.add_argument("--show", action="store_true", help="print what went wrong (seen half)")
    arguments = parser.parse_args()
    if arguments.show and arguments.half != "seen":
        parser.error("the held half is for reporting only")
    redact = rules_only() if arguments.rules_only else for_review(tagger=not arguments.no_tagger)
    messages = [one for one in read_messages(arguments.file) if one.half == arguments.half]
    judged = judge_all(messages, redact)
    if arguments.half == "held":
        keep(shares(judged))
        return
    print(Table(_HEAD, rows(shares(judged))).plain())
    if arguments.show:
        show(judged, redact)


def rules_only() -> Redact:
    """What is taken out of a comment before it is stored."""
    return Redactor(load_redaction_rules()).redact


def for_review(*, tagger: bool = True) -> Redact:
    """What is taken out of a question before it is listed."""
    from bot.content.library import load_library
    from bot.content.training_examples import read_utterances
    from bot.review.redaction import ReviewRedactor

    return ReviewRedactor.shipped(load_library(), read_utterances(), tagger=tagger).redact


def shares(judged: list[Redacted]) -> dict[str, Share]:
    """Recall by kind, and what was taken out without need."""
    spans = [(span, span not in one.missed) for one in judged for span in one.message.spans]
    found = {}
    for kind in (*sorted({span.kind for span, _ in spans}), None):
        gone = [is_gone for span, is_gone in spans if kind in (span.kind, None)]
        found[f"{(kind or 'all').lower()} taken out"] = Share(sum(gone), len(gone))
    for title, marked in (("nothing to redact", False), ("something to redact", True)):
        chosen = [one.excess > 0 for one in judged if bool(one.message.spans) is marked]
        if chosen:
            found[f"too much taken, {title}"] = Share(sum(chosen), len(chosen))
    return found


def rows(found: dict[str, Share]) -> list[list[str]]:
    """Each share with its 95% interval."""
    return [[title, str(share)] for title, share in found.items()]


def keep(found: dict[str, Share]) -> None:
    """Keep the figures of the held half; no message is among them."""
    figures = share_figures(found)
    report = Report("redaction", figures, (Table(_HEAD, rows(found)),))
    report.keep(lambda figure: draw_shares(figure, found))


def show(judged: list[Redacted], redact: Redact) -> None:
    """Print each message that went wrong."""
    for one in judged:
        if one.missed or one.excess:
            text = one.message.text
            missed = [text[span.start : span.end] for span in one.missed]
            print(f"\n{text}\n  -> {redact(text)}\n  missed {missed}, excess {one.excess}")


if __name__ == "__main__":
    main()
