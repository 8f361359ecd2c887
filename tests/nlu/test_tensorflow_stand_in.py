"""Rasa without TensorFlow. In processes of their own: what is imported stays."""

from __future__ import annotations

import subprocess
import sys

STAND_IN = (
    "from bot.nlu.tensorflow_stand_in import TensorFlowLeftOutError, stand_in_for_tensorflow;"
    "stand_in_for_tensorflow();"
)


def output_of(code: str) -> str:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", STAND_IN + code],
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_rasa_and_spacy_are_imported_without_it() -> None:
    loaded = output_of(
        "import rasa.__main__, rasa.core.run, rasa.model_training, spacy, sys;"
        "import rasa.engine.recipes.default_components;"
        "from thinc.compat import has_tensorflow;"
        "print(has_tensorflow, [name for name in sys.modules if name.endswith('_pywrap_tfe')])"
    )

    assert loaded == "False []"


def test_a_component_that_needs_it_says_why_it_does_not_work() -> None:
    said = output_of(
        "from rasa.utils.tensorflow.models import RasaModel\n"
        "import tensorflow as tf\n"
        "for use in (lambda: RasaModel(), lambda: tf.random.set_seed(1), tf.constant):\n"
        "    try: use()\n"
        "    except TensorFlowLeftOutError as error: print(error)"
    )

    assert said.count("this process runs without TensorFlow") == 3


def test_what_it_does_not_stand_in_for_is_left_alone() -> None:
    assert output_of("import json, numpy; print(json.dumps(numpy.ones(1).tolist()))") == "[1.0]"


def test_it_has_no_names_of_python_s_own() -> None:
    found = output_of("import tensorflow; print(hasattr(tensorflow, '__wrapped__'))")

    assert found == "False"


def test_rasa_s_command_line_runs_without_it() -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bot.nlu.rasa_command", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Rasa Version" in run.stdout
