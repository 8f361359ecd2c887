"""Fixtures: real Rasa objects around our components, and the trained model."""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelStorage

from bot.configuration.settings import ROOT, Settings
from bot.nlu.offline import OfflineClassifier
from bot.nlu.sentence_encoder import SentenceEncoder
from tests.nlu.loopback_server import FakeAgent, LoopbackServer


@pytest.fixture(scope="session")
def shipped_config() -> dict[str, dict[str, Any]]:
    """What config.yml says about each component, by the last part of its name."""
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    return {
        item["name"].rpartition(".")[2]: {key: item[key] for key in item if key != "name"}
        for item in config["pipeline"]
    }


@pytest.fixture(scope="session")
def encoder_hashes(shipped_config: dict[str, dict[str, Any]]) -> dict[str, Any]:
    config = shipped_config["SentenceEncoderFeaturizer"]
    return {name: value for name, value in config.items() if name.endswith("_sha256")}


@pytest.fixture(scope="session")
def encoder(encoder_hashes: dict[str, Any]) -> SentenceEncoder:
    return SentenceEncoder.load(**encoder_hashes)


@pytest.fixture
def storage(tmp_path: Path) -> ModelStorage:
    folder = tmp_path / "storage"
    folder.mkdir()
    return LocalModelStorage.create(folder)


@pytest.fixture
def context() -> ExecutionContext:
    return ExecutionContext(GraphSchema({}), node_name="the_node")


@pytest.fixture(scope="session")
def trained() -> OfflineClassifier:
    """The model that `make test` trains before pytest starts."""
    return OfflineClassifier.load(Settings.from_environment(os.environ).model)


@pytest.fixture(scope="session")
def well_read(trained: OfflineClassifier) -> OfflineClassifier:
    """The same, for tests that go through whole files: no message is read a second time."""
    reader = copy(trained)
    reader._parse = cache(trained._parse)  # type: ignore[method-assign]
    return reader


@pytest.fixture(scope="session")
def loopback() -> Iterator[LoopbackServer]:
    server = LoopbackServer()
    yield server
    server.stop()


@pytest.fixture
def agent() -> FakeAgent:
    return FakeAgent()


@pytest.fixture
def server(loopback: LoopbackServer, agent: FakeAgent | None) -> LoopbackServer:
    loopback.use(agent)
    return loopback
