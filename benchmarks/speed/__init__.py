"""Our product beside a stock Rasa bot, in alternation: `python -m benchmarks.speed`."""
