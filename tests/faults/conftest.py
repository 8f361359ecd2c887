"""A product of its own that may be broken; the tests here share it and leave it healthy."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil
import pytest

from tests.faults.patient import Patient
from tests.scenarios.running_product import RunningProduct, running_product

#: Seconds for which the gateway repeats what its last probe found (bot/gateway/limits.yml).
_READINESS_IS_KEPT = 1.1


@pytest.fixture(scope="session")
def _breakable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
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
def patient(breakable: RunningProduct) -> Iterator[Patient]:
    """Somebody in the middle of a conversation. Nothing of it may be logged."""
    patient = Patient(breakable.url)
    yield patient
    patient.close()
    written = breakable.written()
    for secret in (patient.canary, patient.token, *patient.keys, '{"leaf"'):
        assert secret not in written, "logged or shown in the metrics"
