"""What tests of several folders share: the running product, started once, and empty databases."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.databases import _postgresql_tables, database, postgresql, url  # noqa: F401
from tests.messaging.running_double import RunningDouble, running_double
from tests.ports import free_ports
from tests.scenarios.conversation import Conversation
from tests.scenarios.running_product import RunningProduct, running_product

OpenConversation = Callable[[], Conversation]

_TESTS = Path(__file__).parent

#: Seconds for which the gateway repeats what its last probe found (bot/gateway/limits.yml).
_READINESS_IS_KEPT = 1.1

#: Who asks for the whole product: one process runs all such tests of a folder, so that it is
#: started once and nothing else of it disturbs what is measured there.
_WHOLE_PRODUCT = frozenset({"product", "breakable"})

#: The folder whose tests load the trained model, which is slow to load.
_TRAINED_MODEL = "nlu"

#: Longest first.
_LONGEST = (*(f"product of {folder}" for folder in ("scenarios", "browser", "faults")), "nlu")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests share a process when pytest-xdist runs several (`make test` does).

    The groups that take longest come first, or one process would be left alone with one of them.
    """
    groups = {item: _group_of(item) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    order = {group: place for place, group in enumerate(_LONGEST)}
    tests = Counter(groups.values())
    # Stable: within a group nothing is moved.
    items.sort(key=lambda item: (order.get(groups[item], len(order)), -tests[groups[item]]))


def pytest_sessionfinish() -> None:
    """Look through none of what is loaded by now for what is not used any more.

    At its end pytest does so several times: longer than pytest-xdist waits before it interrupts.
    """
    gc.freeze()


def _group_of(item: pytest.Item) -> str:
    folder, *_ = item.path.relative_to(_TESTS).parts
    if not _WHOLE_PRODUCT.isdisjoint(getattr(item, "fixturenames", ())):
        return f"product of {folder}"
    return folder if folder == _TRAINED_MODEL else str(item.path)


@pytest.fixture(scope="session")
def double() -> Iterator[RunningDouble]:
    """The Twilio that the whole product texts by."""
    (port,) = free_ports(1)
    with running_double(f"http://127.0.0.1:{port}") as running:
        yield running


@pytest.fixture(scope="session")
def product(
    tmp_path_factory: pytest.TempPathFactory, double: RunningDouble
) -> Iterator[RunningProduct]:
    """The whole product, ready to answer. Tests leave it as healthy as they found it."""
    port = int(double.bot_url.rpartition(":")[2])
    with running_product(tmp_path_factory.mktemp("product"), port, double.settings()) as running:
        yield running


@pytest.fixture(scope="session")
def _breakable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    """A product of its own, which the tests that break it share."""
    with running_product(tmp_path_factory.mktemp("breakable")) as running:
        yield running


@pytest.fixture
def breakable(_breakable: RunningProduct) -> Iterator[RunningProduct]:
    """The product, healthy before the test and again after it."""
    yield _breakable
    serve = psutil.Process(_breakable.process.pid)
    for process in [serve, *serve.children(recursive=True)]:
        process.resume()
    time.sleep(_READINESS_IS_KEPT)
    _breakable.wait_until_ready()


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
