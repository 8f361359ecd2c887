"""Keeps the sentence vectors of the training examples from one training to the next.

Encoding is most of the work of training, and few examples change between two trainings.
"""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.content.whole_file import replacing
from bot.nlu.sentence_encoder import DIMENSIONS, Vectors

logger = logging.getLogger(__name__)

_DIGESTS, _VECTORS = "digests", "vectors"
_DIGEST_BYTES = 16


class VectorCache:
    """Vectors by a digest of their sentence, in one file for each encoder.

    Args:
        folder: where the file is; made when it is needed.
        encoder: names the encoder, which decides what a sentence's vector is.
    """

    def __init__(self, folder: Path, encoder: str) -> None:
        self._file = folder / f"{hashlib.sha256(encoder.encode()).hexdigest()[:16]}.npz"

    def vectors(
        self, sentences: Sequence[str], encode: Callable[[Sequence[str]], Vectors]
    ) -> Vectors:
        """The vectors of `sentences`; `encode` is asked for those that are not kept.

        Afterwards those of `sentences` are kept and no others. A file that cannot be read counts as
        none, and one that cannot be written is done without.
        """
        if not sentences:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        digests = [_digest(sentence) for sentence in sentences]
        kept = self._read()
        missing = {
            digest: sentence
            for digest, sentence in zip(digests, sentences, strict=True)
            if digest not in kept
        }
        if missing:
            kept.update(zip(missing, encode(list(missing.values())), strict=True))
        if missing or len(kept) > len(set(digests)):
            self._write({digest: kept[digest] for digest in digests})
        return np.stack([kept[digest] for digest in digests])

    def _read(self) -> dict[bytes, Vectors]:
        try:
            with np.load(self._file, allow_pickle=False) as arrays:
                digests, vectors = arrays[_DIGESTS], arrays[_VECTORS]
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            logger.warning("vector_cache.unreadable %s", type(error).__name__)
            return {}
        if digests.shape != (len(vectors), _DIGEST_BYTES) or vectors.shape[1:] != (DIMENSIONS,):
            logger.warning("vector_cache.unreadable shape")
            return {}
        return {digest.tobytes(): row for digest, row in zip(digests, vectors, strict=True)}

    def _write(self, vectors: dict[bytes, Vectors]) -> None:
        arrays: dict[str, Any] = {
            _DIGESTS: np.frombuffer(b"".join(vectors), np.uint8).reshape(-1, _DIGEST_BYTES),
            _VECTORS: np.stack(list(vectors.values())),
        }
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._file) as fresh, fresh.open("wb") as opened:
                np.savez(opened, **arrays)
        except OSError as error:
            logger.warning("vector_cache.unwritable %s", type(error).__name__)


def _digest(sentence: str) -> bytes:
    return hashlib.blake2b(sentence.encode("utf-8", "surrogatepass"), digest_size=16).digest()
