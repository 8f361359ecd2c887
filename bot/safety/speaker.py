"""Tells whether a message is about its writer or about someone else."""

from __future__ import annotations

from bot.safety.danger import About
from bot.safety.occurrences import Occurrences
from bot.safety.pattern import parse_pattern

_PERSONS = {
    "kin": [
        "husband",
        "wife",
        "partner",
        "boyfriend",
        "girlfriend",
        "fiance",
        "son",
        "daughter",
        "kid",
        "kids",
        "child",
        "children",
        "baby",
        "toddler",
        "infant",
        "teen",
        "teenager",
        "mom",
        "mother",
        "dad",
        "father",
        "parent",
        "parents",
        "grandma",
        "grandpa",
        "grandmother",
        "grandfather",
        "grandson",
        "granddaughter",
        "brother",
        "sister",
        "cousin",
        "uncle",
        "aunt",
        "niece",
        "nephew",
        "friend",
        "roommate",
        "neighbor",
        "neighbour",
        "coworker",
        "colleague",
        "stepdad",
        "stepmom",
        "stepson",
        "esposo",
        "esposa",
        "marido",
        "mujer",
        "novio",
        "novia",
        "hijo",
        "hija",
        "nino",
        "nina",
        "bebe",
        "mama",
        "papa",
        "madre",
        "padre",
        "abuelo",
        "abuela",
        "abuelita",
        "abuelito",
        "hermano",
        "hermana",
        "primo",
        "prima",
        "tio",
        "tia",
        "amigo",
        "amiga",
        "vecino",
    ],
}


class SpeakerRules:
    """Who a message speaks of, from its subjects alone. In doubt its writer."""

    _OTHER = tuple(
        parse_pattern(text, _PERSONS)
        for text in (
            "(my|our|the|mi|nuestro|nuestra|un|una|a) ~1 {kin}",
            "(he|she|hes|shes|his|her|him|himself|herself|themselves)",
            "asking for a friend",
        )
    )
    _SELF = tuple(
        parse_pattern(text, _PERSONS)
        for text in (
            "(i|im|ive|id|myself|me duele|tengo|siento|quiero|estoy|soy|no puedo|matarme|morirme)",
            "my (head|face|arm|leg|hand|chest|throat|tongue|eye|vision|neck|lips|body|heart|life)",
        )
    )
    PATTERNS = (*_OTHER, *_SELF)

    @classmethod
    def about(cls, found: Occurrences) -> About:
        """Someone else if only others are spoken of."""
        other = any(found.ends(pattern) for pattern in cls._OTHER)
        myself = any(found.ends(pattern) for pattern in cls._SELF)
        return About.SOMEONE_ELSE if other and not myself else About.SELF
