"""Somebody who talks to the product that may be broken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.patient import Patient
from tests.scenarios.running_product import RunningProduct


@pytest.fixture
def patient(breakable: RunningProduct) -> Iterator[Patient]:
    """Somebody in the middle of a conversation. Nothing of it may be logged."""
    patient = Patient(breakable.url)
    yield patient
    patient.close()
    written = breakable.written()
    for secret in (patient.canary, patient.token, *patient.keys, '{"leaf"'):
        assert secret not in written, "logged or shown in the metrics"
