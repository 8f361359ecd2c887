"""Trains one model with Rasa in a process of its own: training.py CONFIG EXAMPLES FOLDER.

Writes `FOLDER/model.tar.gz` and `FOLDER/training.json`.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from dataclasses import asdict
from pathlib import Path

from rasa.model_training import train_nlu
from rasa.utils.log_utils import configure_structlog

from benchmarks.understanding.process import Usage


def main() -> None:
    """Train and measure. The time is that of Rasa's own function, without its imports."""
    config, examples, folder = sys.argv[1:]
    configure_structlog(logging.ERROR)
    before = Usage.so_far()
    began = time.perf_counter()
    train_nlu(config, examples, folder, fixed_model_name="model")
    seconds = time.perf_counter() - began
    after = Usage.so_far()
    used = Usage(after.processor_seconds - before.processor_seconds, after.peak_megabytes)
    file = Path(folder) / "training.json"
    file.write_text(json.dumps({"seconds": seconds, **asdict(used)}), encoding="utf-8")


if __name__ == "__main__":
    main()
