"""What tests of several folders share: the running product, started once, and empty databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.databases import database, postgresql, url  # noqa: F401
from tests.scenarios.conversation import Conversation
from tests.scenarios.running_product import RunningProduct, running_product

OpenConversation = Callable[[], Conversation]


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    """The whole product, ready to answer. Tests leave it as healthy as they found it."""
    with running_product(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture
def conversations() -> Iterator[list[Conversation]]:
    """The conversations that this test has opened."""
    opened: list[Conversation] = []
    yield opened
    for conversation in opened:
        conversation.close()


@pytest.fixture
def converse(product: RunningProduct, conversations: list[Conversation]) -> OpenConversation:
    """Opens conversations with the product."""

    def open_one() -> Conversation:
        conversations.append(Conversation(product.url))
        return conversations[-1]

    return open_one
