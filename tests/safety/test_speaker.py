"""Who is in danger: the one who writes, or somebody else."""

from __future__ import annotations

import pytest

from bot.safety.danger import About
from bot.safety.lexicon import Speakers
from tests.safety.shipped import danger_in, screen
from tests.safety.small_lexicon import entry, screen_of

SELF = [
    "I want to die",
    "i took too many sumatriptan",
    "my mom says I'm slurring my words",
    "my wife thinks im having a stroke",
    "my daughter found me on the floor after a seizure, i had wet myself",
    "I can't feel my left arm and my face is drooping",
    "my kids would be better off without me",
    "everyone would be better off without me",
    "i want to kill myself, don't tell my husband",
    "my husband hits me",
    "he hit me and choked me last night",
    "I want to kill my boss",
    "my doctor gave me sumatriptan and now my throat is closing",
    "thinking about suicide again",
    "worst headache of my life, came on in seconds",
    "quiero morirme",
    "me voy a matar",
    "mi esposo me pega",
    "se me durmió la mitad de la cara y no puedo hablar",
    "tengo el peor dolor de cabeza de mi vida, de golpe",
]

SOMEONE_ELSE = [
    "I can't wake him",
    "i cant wake her up",
    "he is unconscious",
    "she says she wants to hurt herself",
    "my husband's face droops and I'm scared",
    "my husband’s face is drooping on one side and i'm so scared",
    "MY HUSBANDS FACE IS DROOPING",
    "my wife had a seizure",
    "I think my husband is having a stroke",
    "mom is slurring her words and cant lift her arm",
    "my toddler ate my migraine pills",
    "my dad hit his head and is so confused",
    "my daughter is cutting herself",
    "my best friend wants to kill himself",
    "my son says he wants to die",
    "mi esposo no despierta",
    "mi hijo se tomó mis pastillas",
    "mi hija dice que se quiere matar",
]


@pytest.mark.parametrize("text", SELF)
def test_the_writer_is_in_danger(text: str) -> None:
    danger = danger_in(text)

    assert danger is not None
    assert danger.about is About.SELF


@pytest.mark.parametrize("text", SOMEONE_ELSE)
def test_somebody_else_is_in_danger(text: str) -> None:
    danger = danger_in(text)

    assert danger is not None
    assert danger.about is About.SOMEONE_ELSE


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("my sister feels low", About.SOMEONE_ELSE),
        ("i feel low", About.SELF),
        ("nothing in particular", About.SELF),
        ("", About.SELF),
    ],
)
def test_a_text_without_danger_speaks_of_somebody_too(text: str, about: About) -> None:
    assert screen().about(text) is about


SMALL = screen_of(
    entry(phrases=["fell", "hit (nobody)"], patterns=["cant wake ~1 up"]),
    entry("fixed", phrases=["of a friend"], about="someone_else"),
    speakers=Speakers(someone_else=("(he|she|him)", "my mom"), myself=("(i|me)",)),
)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("fell", About.SELF),
        ("she fell", About.SOMEONE_ELSE),
        ("i fell", About.SELF),
        ("she says that i fell", About.SELF),
        ("i say that she fell", About.SOMEONE_ELSE),
        ("i cant wake him up", About.SOMEONE_ELSE),
        ("he cant wake me up", About.SELF),
        ("fell, my mom", About.SOMEONE_ELSE),
        ("fell, my mom told me", About.SELF),
        ("she fell and i am scared", About.SOMEONE_ELSE),
        ("i of a friend", About.SOMEONE_ELSE),
    ],
)
def test_inside_counts_before_in_front_and_the_nearest_before_the_others(
    text: str, about: About
) -> None:
    hit = SMALL.check(text)

    assert hit is not None
    assert hit.danger.about is about
