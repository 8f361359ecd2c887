"""The figures of the README: start, memory, reply times, training. `make benchmark` runs it."""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice

import httpx
import psutil
import yaml
from tqdm import tqdm

from benchmarks.running_product import ROOT, RunningProduct, running_product

_MESSAGES_A_SESSION = 10
_WARM_UP = 40


@dataclass(frozen=True)
class ReplyTimes:
    """Seconds for each reply, and for all of them together."""

    each: list[float]
    together: float

    def row(self, name: str) -> str:
        """One line of a Markdown table."""
        milliseconds = sorted(1000 * seconds for seconds in self.each)
        percentile = milliseconds[int(0.95 * len(milliseconds))]
        return (
            f"| {name} | {statistics.median(milliseconds):.0f} ms | {percentile:.0f} ms "
            f"| {len(self.each) / self.together:.0f} |"
        )


def main() -> None:
    """Measure and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=400, help="messages for each measurement")
    parser.add_argument("--train", action="store_true", help="measure training too")
    chosen = parser.parse_args()
    print(f"Machine: {psutil.cpu_count()} cores, {platform.machine()}, Python 3.10\n")
    if chosen.train:
        print(f"Training, whole command: {_training_seconds():.0f} s\n")
    with running_product() as product:
        print(f"Start to ready: {product.seconds_to_ready:.1f} s\n")
        _reply_times(product, _WARM_UP, callers=1)
        one = _reply_times(product, chosen.messages, callers=1)
        eight = _reply_times(product, chosen.messages, callers=8)
        print("| callers | median | 95th percentile | replies a second |\n|---|---|---|---|")
        print(one.row("1"))
        print(eight.row("8"))
        print("\n| process | memory (RSS) |\n|---|---|")
        for name, process in product.processes.items():
            print(f"| {name} | {process.memory_info().rss / 1e6:.0f} MB |")


def _training_seconds() -> float:
    started = time.monotonic()
    subprocess.run(["make", "train"], cwd=ROOT, check=True, capture_output=True)
    return time.monotonic() - started


def _reply_times(product: RunningProduct, messages: int, callers: int) -> ReplyTimes:
    file = ROOT / "tests" / "scenarios" / "answers.yml"
    by_answer = yaml.safe_load(file.read_text(encoding="utf-8"))["questions"]
    questions = list(islice(cycle(q for asked in by_answer.values() for q in asked), messages))
    talks = [
        questions[start : start + _MESSAGES_A_SESSION]
        for start in range(0, messages, _MESSAGES_A_SESSION)
    ]
    started = time.monotonic()
    with ThreadPoolExecutor(callers) as pool:
        talked = tqdm(
            pool.map(lambda talk: _talk(product.url, talk), talks),
            total=len(talks),
            desc=f"{callers} callers",
        )
        each = [seconds for talk in talked for seconds in talk]
    return ReplyTimes(each, time.monotonic() - started)


def _talk(url: str, questions: list[str]) -> list[float]:
    with httpx.Client(base_url=url, timeout=30) as client:
        token = client.post("/api/session", json={}).raise_for_status().json()["token"]
        seconds = []
        for number, question in enumerate(questions):
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"figures-{number}"}
            started = time.monotonic()
            reply = client.post("/api/message", json={"text": question}, headers=headers)
            reply.raise_for_status()
            seconds.append(time.monotonic() - started)
        return seconds


if __name__ == "__main__":
    main()
