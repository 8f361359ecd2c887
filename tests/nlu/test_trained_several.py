"""Several questions in one message, as the trained model takes them."""

from __future__ import annotations

import csv

import pytest

from bot.configuration.settings import ROOT
from bot.content.question_rules import load_question_rules
from bot.nlu.offline import OfflineClassifier
from bot.nlu.question_splitter import QuestionSplitter
from bot.replies.reply import ReplyKind

#: A message, and the answers that it gets, in order.
SEVERAL = {
    "What is aura? How long does a migraine last?": ("aura", "duration_of_attack"),
    "what is aura and how does botox work": ("aura", "botox"),
    "what is botox what is cgrp": ("botox", "cgrp"),
    "1) botox 2) ketamine": ("botox", "ketamine_for_migraine"),
    "what is a migraine and how long does it last?": ("definition", "duration_of_attack"),
    "What is a migraine? When is it called chronic?": ("definition", "episodic_vs_chronic"),
    "What is aura? When is it called chronic?": ("aura", "episodic_vs_chronic"),
    "who wrote this page, a doctor?": ("last_reviewed",),
    "What are CGRP drugs, does anyone know?": ("cgrp",),
    "who reviewed, what refs": ("last_reviewed", "references"),
    "tension vs migraine, also cluster vs migraine": ("vs_tension", "vs_cluster"),
    "wats aura n wats botox": ("aura", "botox"),
}


def test_each_question_is_answered(trained: OfflineClassifier) -> None:
    for text, answers in SEVERAL.items():
        found = trained.classify(text)
        assert found.topic == " + ".join(f"migraine.{answer}" for answer in answers), text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What is aura? I want to kill myself. What is botox?", ReplyKind.CRISIS),
        ("what is aura? should i double my topiramate? what is botox?", ReplyKind.PERSONAL_ADVICE),
    ],
)
def test_what_is_graver_comes_first(trained: OfflineClassifier, text: str, kind: ReplyKind) -> None:
    assert trained.classify(text).kind is kind


def test_one_question_is_hardly_ever_taken_for_several(trained: OfflineClassifier) -> None:
    file = ROOT / "tests" / "understanding" / "fitting.csv"
    with file.open(encoding="utf-8", newline="") as rows:
        texts = [row["text"] for row in csv.DictReader(rows)]
    splitter = QuestionSplitter(load_question_rules())
    in_parts = [text for text in texts if splitter.split(text)]

    split = [text for text in in_parts if " + " in trained.classify(text).topic]

    assert len(split) <= len(texts) / 100, split
