"""How far the spelling of names is forgiven, and the names, from `name_rules.yml` and the pages."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field

from bot.content.library import Library
from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml

RULES_FILE = Path(__file__).parent / "name_rules.yml"


class NameRules(StrictRecord):
    """`name_rules.yml` explains each."""

    fewest_letters: int = Field(gt=2)
    similarity: float = Field(gt=0.5, lt=1)


@lru_cache(maxsize=1)
def load_name_rules() -> NameRules:
    """The shipped rules.

    Raises:
        ContentError: the file is missing or breaks its schema.
    """
    rules: NameRules = read_yaml(RULES_FILE).parse(NameRules)
    return rules


def names_of(library: Library) -> frozenset[str]:
    """Every name of one word that the pages know, in small letters, and its plural."""
    named = [name for page in library.pages for name in (*page.names, *page.medicines)]
    single = [name.lower() for name in named if name.isalpha()]
    return frozenset(form for name in single for form in (name, f"{name}s"))
