"""Parses messages one by one with a trained model in a process of its own: parsing.py FOLDER.

Reads `FOLDER/model.tar.gz` and `FOLDER/texts.json`; writes `FOLDER/parsing.json`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog
from tqdm import tqdm

from benchmarks.understanding.process import Usage
from bot.replies.understanding import CANDIDATES_KEY

_WARM_UP = 20
_KEPT = ("intent", "intent_ranking", "response_selector", CANDIDATES_KEY)


async def _parse(agent: Agent, texts: list[str]) -> tuple[list[dict[str, Any]], list[float]]:
    parses, seconds = [], []
    for text in tqdm(texts, desc="parsing", mininterval=10):
        began = time.perf_counter()
        parse = await agent.parse_message(text)
        seconds.append(time.perf_counter() - began)
        parses.append({key: parse[key] for key in _KEPT if key in parse})
    return parses, seconds


def main() -> None:
    """Parse and measure."""
    folder = Path(sys.argv[1])
    configure_structlog(logging.ERROR)
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    agent = Agent.load(str(folder / "model.tar.gz"))
    asyncio.run(_parse(agent, texts[:_WARM_UP]))
    before = Usage.so_far()
    parses, seconds = asyncio.run(_parse(agent, texts))
    after = Usage.so_far()
    used = {
        "processor_seconds": (after.processor_seconds - before.processor_seconds) / len(texts),
        "peak_megabytes": after.peak_megabytes,
    }
    result = {"parses": parses, "seconds": seconds, **used}
    (folder / "parsing.json").write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
