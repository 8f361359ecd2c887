"""What one made-up library costs in training, loading, parsing and as a running product.

Times are of the processor (user and system, all cores), so that what else the machine does counts
little; wall-clock times are given beside them.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.growth.library import Asked, Made
from benchmarks.machine import load, today
from benchmarks.running_product import running_product
from benchmarks.speed.bots import OurBot

#: As many for every size: a parse takes longer for a longer question.
_QUESTIONS = 300
_TURNS = 10


def measure(made: Made) -> dict[str, Any]:
    """Train the library, load it, ask it, and start the product on it.

    Raises:
        subprocess.CalledProcessError: training or loading failed.
        RuntimeError: the product was not ready in time.
    """
    model = made.folder / "models" / "assistant.tar.gz"
    environment = {**os.environ, "PYTHONPATH": str(made.folder), "RASA_TELEMETRY_ENABLED": "false"}
    options: dict[str, Any] = {"cwd": made.folder, "env": environment}
    training = _train(model, options)
    asked = _asked(made.questions)
    parsing = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("parsing.py")), str(model)],
        input=json.dumps([(one.text, one.label) for one in asked]),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
        **options,
    )
    return {
        "examples": made.examples,
        **training,
        "model_mb": model.stat().st_size / 1e6,
        **json.loads(parsing.stdout.splitlines()[-1]),
        **_serve(made.folder, [one.text for one in asked]),
        "date": today(),
        "load": load(),
    }


def _asked(questions: tuple[Asked, ...]) -> list[Asked]:
    """So many of the questions, some of them again in a small library."""
    return random.Random(7).choices(questions, k=_QUESTIONS)  # noqa: S311


def _train(model: Path, options: dict[str, Any]) -> dict[str, float]:
    command = ["-m", "rasa", "train", "--force", "--skip-validation"]
    name = ["--fixed-model-name", model.name.partition(".")[0]]
    started = time.monotonic()
    with (options["cwd"] / "train.log").open("w") as log:
        training = subprocess.Popen(
            [sys.executable, *command, *name], stdout=log, stderr=log, **options
        )
        # This process's own share of what children used: wait() would not say it.
        _, status, used = os.wait4(training.pid, 0)
    training.returncode = os.waitstatus_to_exitcode(status)
    if training.returncode:
        raise subprocess.CalledProcessError(training.returncode, command)
    return {
        "training_cpu_seconds": used.ru_utime + used.ru_stime,
        "training_seconds": time.monotonic() - started,
        "training_memory_mb": used.ru_maxrss / 1e3,
    }


def _serve(folder: Path, questions: list[str]) -> dict[str, float]:
    """The product in that folder, until it is ready, and then for each turn."""
    with running_product({"MODEL_FILE": ""}, folder) as product:
        ready = product.processor_seconds()
        bot = OurBot(product)
        bot.talk("warm-up", questions[:_TURNS])
        before = product.processor_seconds()
        for place in range(0, len(questions), _TURNS):
            bot.talk(f"growth-{place}", questions[place : place + _TURNS])
        used = product.processor_seconds() - before
        return {
            "ready_seconds": product.seconds_to_ready,
            "ready_cpu_seconds": ready,
            "turn_cpu_ms": 1000 * used / len(questions),
            "memory_mb": product.memory() / 1e6,
        }
