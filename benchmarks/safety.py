"""The safety screen's time by message length, for ordinary and adversarial text, as Markdown."""

from __future__ import annotations

import statistics
import time

from bot.safety.screen import SafetyScreen, load_screen

_LENGTHS = (100, 1_000, 4_000, 12_000)
_RUNS = 40
_SEEDS = {
    "ordinary": "How long does a migraine attack last, and which preventives are on your page? ",
    "words of danger, apart": "want pills my head numb husband took out never like so bad the ",
    "single letters": "i w a n t t o d i e ",
    "no spaces": "iwannakillmyselfdontwant",
    "one word over and over": "i ",
    "digits for letters": "k1ll mys3lf n0w ",
    "unknown words": "zxqvbnmk plortwig ",
    "Chinese": "我头痛想问偏头痛",
}


def main() -> None:
    """Measure and print."""
    screen = load_screen()
    print("| text | characters | median | 99th percentile |\n|---|---|---|---|")
    for name, seed in _SEEDS.items():
        for length in _LENGTHS:
            times = sorted(_milliseconds(screen, (seed * length)[:length]) for _ in range(_RUNS))
            late = times[int(0.99 * (len(times) - 1) + 0.5)]
            print(f"| {name} | {length} | {statistics.median(times):.1f} ms | {late:.1f} ms |")


def _milliseconds(screen: SafetyScreen, text: str) -> float:
    began = time.perf_counter()
    screen.check(text)
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
