"""How soon Twilio's webhook is answered (204, stored) while Rasa answers the texts.

`python -m benchmarks.webhooks` starts the product with SQLite and a Twilio double.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import httpx

from benchmarks.report import Report, Table
from benchmarks.running_product import running_product
from bot.gateway.messaging.twilio_signature import SIGNATURE_HEADER, signature
from bot.twilio_double.account import DoubleAccount
from bot.twilio_double.application import LOOPBACK, TwilioDouble, double_server
from bot.twilio_double.webhooks import INBOUND_PATH

#: Numbers that nobody has (North American 555-01xx would be too few).
_FIRST_NUMBER = 15_005_000_000
_WARM_UP = 20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=400, help="texts for each measurement")
    chosen = parser.parse_args()
    account = DoubleAccount.read({})
    with _listening(account) as port:
        environment = dict(line.split("=", 1) for line in account.lines(port))
        with running_product(environment) as product:
            _seconds(account, product.url, _WARM_UP, callers=1)
            figures = {
                str(callers): _summary(_seconds(account, product.url, chosen.texts, callers))
                for callers in (1, 8)
            }
    rows = [[name, *(f"{time:.0f} ms" for time in one.values())] for name, one in figures.items()]
    table = Table(("callers", "median", "99th percentile", "slowest"), rows)
    Report("webhooks", figures, (table,)).keep(lambda figure: _draw(figure, figures))


@contextmanager
def _listening(account: DoubleAccount) -> Iterator[int]:
    """A double that takes what the product sends; its port."""
    with socket.create_server((LOOPBACK, 0)) as opened:
        port: int = opened.getsockname()[1]
        server = double_server(TwilioDouble(account, "http://127.0.0.1:9"), port)
        thread = threading.Thread(target=server.run, args=([opened],), daemon=True)
        thread.start()
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join(10)


def _seconds(account: DoubleAccount, url: str, texts: int, callers: int) -> list[float]:
    """How long each signed text of a number of its own took to be answered with 204.

    Rasa is busy with the texts before it: each that is stored is answered in the background.
    """
    first = _FIRST_NUMBER + uuid.uuid4().int % 1_000_000
    with httpx.Client(base_url=url, timeout=30) as http, ThreadPoolExecutor(callers) as pool:

        def one(place: int) -> float:
            fields = [
                ("MessageSid", f"SM{uuid.uuid4().hex}"),
                ("From", f"+{first + place}"),
                ("To", account.settings.sms_number),
                ("Body", "What is migraine aura?"),
                ("NumMedia", "0"),
            ]
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                SIGNATURE_HEADER: signature(account.token, url + INBOUND_PATH, fields),
            }
            began = time.perf_counter()
            response = http.post(INBOUND_PATH, content=urlencode(fields), headers=headers)
            took = time.perf_counter() - began
            if response.status_code != 204:
                raise RuntimeError(f"the webhook answered {response.status_code}")
            return took

        return list(pool.map(one, range(texts)))


def _summary(seconds: list[float]) -> dict[str, float]:
    times = sorted(1000 * each for each in seconds)
    late = times[int(0.99 * (len(times) - 1) + 0.5)]
    return {"median_ms": statistics.median(times), "p99_ms": late, "slowest_ms": times[-1]}


def _draw(figure: Any, figures: dict[str, dict[str, float]]) -> None:
    axes = figure.subplots()
    for place, (callers, times) in enumerate(figures.items()):
        bars = [one + 0.4 * place for one in range(len(times))]
        axes.bar(bars, list(times.values()), 0.38, label=f"callers at once: {callers}")
    axes.set_xticks([one + 0.2 for one in range(3)], ["median", "99th percentile", "slowest"])
    axes.set(ylabel="ms until the webhook is answered")
    axes.legend()


if __name__ == "__main__":
    main()
