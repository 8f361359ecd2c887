"""Telephones that text with the product; after all tests, a look at everything that was sent."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from bot.content.segments import Encoding, measure
from bot.content.text_rules import load_text_rules
from tests.messaging.running_double import RunningDouble
from tests.scenarios.running_product import RunningProduct
from tests.scenarios.texting.texter import Texter
from tests.scenarios.texting.words import introduction

OpenTelephone = Callable[..., Texter]

#: Shorter ones, such as "1" and "send", are words of the logs too.
_TELLING_CHARACTERS = 15


@pytest.fixture(scope="session")
def telephones(product: RunningProduct, double: RunningDouble) -> Iterator[OpenTelephone]:
    """Telephones with numbers of nobody else."""
    numbers = itertools.count(14155550000)
    opened: list[Texter] = []

    def open_one(*, whatsapp: bool = False) -> Texter:
        opened.append(Texter(product, double.url, f"+{next(numbers)}", whatsapp))
        return opened[-1]

    yield open_one
    _check_limits(double)
    _check_that_nothing_is_told(product, double)


@pytest.fixture
def phone(telephones: OpenTelephone) -> Texter:
    """One that has never texted."""
    return telephones()


def _check_limits(double: RunningDouble) -> None:
    """No text is longer than its limit, or costs UCS-2 where its language does not need it."""
    rules = load_text_rules()
    for text in [m.body for m in double.double.exchange.sent() if m.recipient.startswith("+")]:
        took = measure(text)
        introduced = text.startswith((introduction("en"), introduction("es")))
        most = rules.segments.reply + introduced * rules.segments.introduction
        if ": " in text and text.split(", ")[0] in ("Dana", "Omar"):
            most = rules.segments.staff
        assert took.encoding is Encoding.GSM7, text
        assert took.segments <= most, text


def _check_that_nothing_is_told(product: RunningProduct, double: RunningDouble) -> None:
    """No number and no text is in a log, or in what an operator sees."""
    written = product.written()
    for message in double.double.exchange.messages:
        for number in (message.sender, message.recipient):
            assert number.removeprefix("whatsapp:").removeprefix("+1") not in written
        if len(message.body) >= _TELLING_CHARACTERS:
            assert message.body not in written
