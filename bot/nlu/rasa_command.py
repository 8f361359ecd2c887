"""Rasa's own command line without TensorFlow: `python -m bot.nlu.rasa_command run`, or `train`."""

from __future__ import annotations

from bot.nlu.tensorflow_stand_in import stand_in_for_tensorflow


def main() -> None:
    """Run Rasa's command line with the arguments of this process."""
    stand_in_for_tensorflow()
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
