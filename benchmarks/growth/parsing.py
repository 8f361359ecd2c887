"""Loads a trained model and has it read questions; prints what that took as JSON.

Run in a project's folder: `python PATH/parsing.py MODEL < QUESTIONS`, one JSON list of pairs: the
question, and the label that is right.
"""

from __future__ import annotations

import asyncio
import json
import logging
import statistics
import sys
import time

_WARM_UP = 20


async def _measure(model: str, questions: list[tuple[str, str]]) -> dict[str, float]:
    started = time.process_time()
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    # Else each parse would be written to the terminal.
    configure_structlog(logging.ERROR)
    imported = time.process_time()
    agent = Agent.load(model)
    loaded = time.process_time()
    for question, _ in questions[:_WARM_UP]:
        await agent.parse_message(question)
    seconds, right = [], 0
    for question, label in questions:
        begun = time.process_time()
        parse = await agent.parse_message(question)
        seconds.append(time.process_time() - begun)
        right += parse["candidates"][0]["label"] == label
    import psutil

    return {
        "import_cpu_seconds": imported - started,
        "load_cpu_seconds": loaded - imported,
        "parse_cpu_ms": 1000 * statistics.median(seconds),
        "right": right / len(questions),
        "rasa_memory_mb": psutil.Process().memory_info().rss / 1e6,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure(sys.argv[1], json.load(sys.stdin)))))
