"""What is made of the training texts before they are learnt from, kept for the next training."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.content.whole_file import replacing

logger = logging.getLogger(__name__)


class TextCache:
    """Texts by the text that they are made of, in one file for each maker.

    Args:
        folder: where the file is; made when it is needed.
        maker: names all that decides what is made of a text.
    """

    def __init__(self, folder: Path, maker: str) -> None:
        self._file = folder / f"{hashlib.sha256(maker.encode()).hexdigest()[:16]}.json"

    def texts(self, texts: Sequence[str], make: Callable[[str], str]) -> list[str]:
        """What `make` makes of each; it is asked for those that are not kept.

        Afterwards those of `texts` are kept and no others. A file that cannot be read counts as
        none, and one that cannot be written is done without.
        """
        kept = self._read()
        made = {text: kept[text] if text in kept else make(text) for text in dict.fromkeys(texts)}
        if made != kept:
            self._write(made)
        return [made[text] for text in texts]

    def _read(self) -> dict[str, str]:
        try:
            kept = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            logger.warning("text_cache.unreadable %s", type(error).__name__)
            return {}
        if not isinstance(kept, dict) or not all(isinstance(one, str) for one in kept.values()):
            logger.warning("text_cache.unreadable shape")
            return {}
        return kept

    def _write(self, made: dict[str, str]) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._file) as fresh:
                fresh.write_text(json.dumps(made), encoding="ascii")
        except OSError as error:
            logger.warning("text_cache.unwritable %s", type(error).__name__)
