"""What the parts make of what they measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks import endurance, evaluation, product, redaction
from benchmarks.redaction_figures import MarkedMessage, judge_all
from benchmarks.reply_times import ReplyTimes, draw_callers, questions, talks
from benchmarks.report import picture
from benchmarks.shares import draw_shares
from benchmarks.speed import __main__ as speed
from benchmarks.speed.stock_bot import StockBot
from bot.safety.figures import Share

_PRINTED = """1012 messages of x.csv; shares with 95% Wilson intervals

Overall
  right kind and topic   828/1012 81.8% (79.3%-84.1%)
  asked back             40/1012 4.0% (2.9%-5.3%)

Right, by the kind that was expected
  a     1/2 50.0% (9.5%-90.5%)
Wrong clinical answers
  of all messages  17/1012 1.7% (1.1%-2.7%)
Outside the page
  both recognised  113/153 73.9% (66.4%-80.2%)
Answerable questions refused
  refused  24/336 7.1% (4.8%-10.4%)

Expected calibration error, 10 bins of equal width: 0.049
  of the classifiers alone, before rules: 0.074
Confusion pairs (expected, decided), 15 at most
     9  out_of_scope -> not_covered
"""


def test_the_evaluation_is_read_from_what_the_command_prints() -> None:
    shares, error = evaluation.read(_PRINTED)

    assert shares["Overall"]["right kind and topic"] == Share(828, 1012)
    assert shares["Outside the page"]["both recognised"] == Share(113, 153)
    assert "Confusion pairs (expected, decided), 15 at most" not in shares
    assert error == 0.049
    figures = evaluation.report((shares, error), (shares, None)).figures
    assert figures["shares"]["Wrong clinical answers"]["of all messages"]["count"] == 17


def test_without_claims_there_is_no_calibration_error() -> None:
    assert evaluation.read("Overall\n") == ({}, None)


def test_reply_times_are_summed_up() -> None:
    summary = ReplyTimes([0.010] * 99 + [0.110], 2.0).summary()

    assert summary["median_ms"] == pytest.approx(10)
    assert summary["p95_ms"] == pytest.approx(10)
    assert 10 < summary["p99_ms"] < 110
    assert summary["replies_a_second"] == 50


def test_conversations_hold_every_question_once() -> None:
    asked = questions(23)

    parted = list(talks(asked, 10))

    assert [len(talk) for talk in parted] == [10, 10, 3]
    assert [text for talk in parted for text in talk] == asked


def test_the_product_s_report_names_every_figure() -> None:
    replies = {"1": ReplyTimes([0.01, 0.02], 1.0).summary()}
    figures = {
        "training_seconds": 37.0,
        "ready_seconds": 9.6,
        "replies": replies,
        "memory_mb": 938.0,
        "rss_mb": {"Rasa": 919.0},
    }

    shown = "".join(table.plain() for table in product.report(figures).tables)

    for text in ("37 s", "9.6 s", "938 MB", "919 MB", "15 ms"):
        assert text in shown


def test_endurance_names_each_step() -> None:
    steps = [{"messages": 1000, "memory_mb": 900.0, "median_ms": 20.0}]

    (table,) = endurance.report({"steps": steps, "ratio": 1.0}).tables

    assert table.rows == [["1000", "900 MB", "20 ms"]]


def test_redaction_counts_what_went_and_what_should_have_stayed() -> None:
    messages = [
        MarkedMessage.parse("i am [[NAME:Ana]] and [[NAME:Bob]]", "seen"),
        MarkedMessage.parse("what is aura", "seen"),
    ]

    def redact(text: str) -> str:
        return text.replace("Ana", "[name]").replace("aura", "[name]")

    shares = redaction.shares(judge_all(messages, redact))

    assert shares["name taken out"] == shares["all taken out"] == Share(1, 2)
    assert shares["too much taken, nothing to redact"] == Share(1, 1)
    assert shares["too much taken, something to redact"] == Share(0, 1)


def test_pictures_are_drawn(tmp_path: Path) -> None:
    replies = {str(callers): ReplyTimes([0.01, 0.02], 1.0).summary() for callers in (1, 8)}

    picture(tmp_path / "a.png", lambda figure: draw_callers(figure, {"ours": replies}))
    picture(tmp_path / "b.png", lambda figure: draw_shares(figure, {"x": Share(1, 2)}))

    assert all(file.read_bytes().startswith(b"\x89PNG") for file in tmp_path.iterdir())


class FakeBot:
    """Answers in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds_to_ready = 1.0
        self._seconds = seconds

    def talk(self, name: str, questions: list[str]) -> list[float]:
        return [self._seconds] * len(questions)

    def memory(self) -> int:
        return 5_000_000


def test_both_bots_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def running(bot: FakeBot) -> Iterator[FakeBot]:
        yield bot

    model = tmp_path / "model.tar.gz"
    model.write_bytes(b"x" * 2_000_000)
    stock = StockBot(tmp_path, model, 60.0, 335)
    monkeypatch.setattr(speed, "ROOT", tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "assistant.tar.gz").write_bytes(b"x" * 1_000_000)
    monkeypatch.setattr(speed, "stock_bot", lambda *given: stock)
    monkeypatch.setattr(speed, "running_product", lambda: running(FakeBot(0.01)))
    monkeypatch.setattr(speed, "OurBot", lambda product: product)
    monkeypatch.setattr(speed, "running_stock_bot", lambda bot: running(FakeBot(0.04)))

    figures = speed.measure(speed.Chosen(messages=10, rounds=2, examples=5, long=True))

    assert figures["compared"]["median"] == pytest.approx(0.25)
    assert figures["long_conversation"]["ours"]["ratio"] == 1
    shown = "".join(table.plain() for table in speed.report(figures).tables)
    for text in ("10 ms", "40 ms", "1.0 MB", "2.0 MB", "5.0 MB", "1.00 times"):
        assert text in shown
