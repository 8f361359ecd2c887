"""Loads a trained model and has it read questions; prints what that took as JSON.

Run in a project's folder: `python PATH/parsing.py MODEL < QUESTIONS`, one question a line.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time

_WARM_UP = 20


async def _measure(model: str, questions: list[str]) -> dict[str, float]:
    started = time.process_time()
    from rasa.core.agent import Agent

    imported = time.process_time()
    agent = Agent.load(model)
    loaded = time.process_time()
    for question in questions[:_WARM_UP]:
        await agent.parse_message(question)
    seconds = []
    for question in questions:
        begun = time.process_time()
        await agent.parse_message(question)
        seconds.append(time.process_time() - begun)
    import psutil

    return {
        "import_cpu_seconds": imported - started,
        "load_cpu_seconds": loaded - imported,
        "parse_cpu_ms": 1000 * statistics.median(seconds),
        "memory_mb": psutil.Process().memory_info().rss / 1e6,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure(sys.argv[1], sys.stdin.read().splitlines()))))
