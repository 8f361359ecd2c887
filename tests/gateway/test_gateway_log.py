"""The log's format: closed words only, whatever is raised."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot.gateway.fallbacks import FallbackReason
from bot.gateway.log_events import LogEvent, configure_logging, log, log_failure


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    configure_logging(written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_exception_shows_type_and_place_only(stream: io.StringIO) -> None:
    try:
        try:
            raise ValueError("my head hurts")
        except ValueError as error:
            raise KeyError("and so does my neck") from error
    except KeyError as error:
        log_failure(LogEvent.TURN_FAILED, error)
    line = json.loads(stream.getvalue())
    assert line["event"] == "turn_failed"
    assert line["errors"] == ["KeyError", "ValueError"]
    assert "test_gateway_log.py" in line["trace"][0]
    assert "head" not in stream.getvalue()
    assert "neck" not in stream.getvalue()


def test_a_librarys_message_is_left_out(stream: io.StringIO) -> None:
    logging.getLogger("some.library").warning("could not store %s", "my head hurts")
    logging.getLogger("some.library").info("quiet")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["logger"]) == ("library", "some.library")
    assert "head" not in stream.getvalue()


def test_fields_are_numbers_and_enums(stream: io.StringIO) -> None:
    log(LogEvent.FALLBACK_GIVEN, logging.WARNING, reason=FallbackReason.LATE, count=2)
    line = json.loads(stream.getvalue())
    assert (line["level"], line["reason"], line["count"]) == ("warning", "late", 2)
