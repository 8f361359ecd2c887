"""Our pipeline beside Rasa's on public data; `python -m benchmarks.understanding PATH_TO_DATA`."""
