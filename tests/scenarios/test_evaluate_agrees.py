"""`python -m bot evaluate --conversations` decides as the running product does, turn by turn."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

from tests.conftest import OpenConversation
from tests.scenarios.running_product import ROOT
from tests.understanding.halves import Half, file_of, read

_CONVERSATIONS = 10

#: Nothing is decided so: every turn is reported, as wrong.
_NEVER = "other_language/la"

#: With the form, a danger, and what only the conversation tells.
_OWN = [
    ["can someone call me please", "Sam", "what is an aura?", "cancel", "thanks"],
    ["what is botox", "worst headache of my life, came on in a second", "how long?", "no"],
    ["does ketamine help with migraine", "yes", "yes", "Sam", "sam@example.com"],
]

#: Kinds of replies to what has another name among the labels.
_KINDS = {"faq": "answer", "deny": "chitchat", "other_language": "human_handoff"}


def test_evaluate_and_the_product_agree(tmp_path: Path, converse: OpenConversation) -> None:
    written = read(file_of("conversations", Half.FITTING))[:_CONVERSATIONS]
    conversations = [[row["text"] for row in said] for said in written] + _OWN

    evaluating = _start_evaluate(conversations, tmp_path)
    live = []
    for texts in conversations:
        conversation = converse()
        for text in texts:
            message = conversation.ask(text)
            topic = message["topic"] if message["kind"] == "answer" else None
            live.append((text, message["kind"], topic))
    said, _ = evaluating.communicate(timeout=250)
    assert evaluating.returncode == 0, said

    rows = json.loads((tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8"))["wrong"]
    assert [(row["text"], *_kind_and_topic(row["decided"])) for row in rows] == live


def _kind_and_topic(decided: str) -> tuple[str, str | None]:
    """The kind, and for an answer its topic, of the first reply."""
    intent, _, leaf = decided.split(" + ")[0].partition("/")
    return _KINDS.get(intent, intent), leaf.partition(".")[2] if intent == "faq" else None


def _start_evaluate(conversations: list[list[str]], folder: Path) -> subprocess.Popen[str]:
    table = folder / "conversations.csv"
    with table.open("w", encoding="utf-8", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(["conversation", "turn", "text", "expected"])
        for name, texts in enumerate(conversations):
            rows.writerows([name, turn, text, _NEVER] for turn, text in enumerate(texts, start=1))
    command = ["evaluate", "--conversations", str(table), "--out", str(folder / "out")]
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
