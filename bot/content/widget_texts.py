"""Typed access to `widget_texts.yml`: every word of the website widget's own interface."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.texts import DEFAULT_LANGUAGE
from bot.content.yaml_source import ContentError, Fault, YamlSource, read_yaml

WIDGET_TEXTS_FILE = Path(__file__).parent / "widget_texts.yml"

#: Filled in by the gateway when it serves the widget.
FACTS = frozenset({"clinic", "phone", "hours", "email"})

#: Filled in by the widget while it is used.
LEFT_TO_THE_WIDGET = frozenset(
    {"name", "value", "count", "most", "seconds", "page", "section", "reviewer", "date"}
)

_LANGUAGE = re.compile(r"[a-z]{2}")
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_PLACE = re.compile(r"\{([a-z_]+)\}")

Strings = Mapping[str, str]


@dataclass(frozen=True)
class WidgetTexts:
    """By language (ISO 639-1) and key; every language has the same keys and places to fill."""

    strings: Mapping[str, Strings]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the widget speaks, in the order of the file."""
        return tuple(self.strings)

    def filled_in(self, language: str, facts: Strings) -> dict[str, str]:
        """The strings of a language with the facts put in; other places are left to the widget."""

        def fact(place: re.Match[str]) -> str:
            return facts.get(place[1], place[0])

        return {key: _PLACE.sub(fact, text) for key, text in self.strings[language].items()}


def load_widget_texts(file: Path = WIDGET_TEXTS_FILE) -> WidgetTexts:
    """Read the texts.

    Raises:
        ContentError: the file is missing or breaks the schema; names every fault with its line.
    """
    source = read_yaml(file)
    faults = list(_faults(source))
    if faults:
        raise ContentError(faults)
    return WidgetTexts(source.values)


def _faults(source: YamlSource) -> Iterator[Fault]:
    texts = source.values
    if not isinstance(texts, dict) or DEFAULT_LANGUAGE not in texts:
        yield source.fault(f"lacks the language {DEFAULT_LANGUAGE}")
        return
    for language, strings in texts.items():
        if not _LANGUAGE.fullmatch(str(language)):
            yield source.fault(f"{language!r} is no language code of two letters", language)
        elif not isinstance(strings, dict) or not strings:
            yield source.fault("must hold texts by their keys", language)
        else:
            yield from _string_faults(source, language, strings)
            yield from _differences(source, language, texts[DEFAULT_LANGUAGE])


def _string_faults(
    source: YamlSource, language: str, strings: dict[str, object]
) -> Iterator[Fault]:
    for key, text in strings.items():
        if not _KEY.fullmatch(str(key)):
            yield source.fault(f"{key!r} is no key of small letters", language, key)
        if not isinstance(text, str) or not text.strip():
            yield source.fault("must be a text", language, key)
            continue
        if re.search(r"[{}]", _PLACE.sub("", text)):
            yield source.fault("has a brace that belongs to no {place}", language, key)
        for place in sorted(_places(text) - FACTS - LEFT_TO_THE_WIDGET):
            yield source.fault(f"nobody fills in {{{place}}}", language, key)


def _differences(source: YamlSource, language: str, english: object) -> Iterator[Fault]:
    """How the strings of a language differ from the English ones in keys and places."""
    if not isinstance(english, dict):
        return
    strings = source.values[language]
    for key in english:
        if key not in strings:
            yield source.fault(f"lacks {key}", language)
    for key, text in strings.items():
        if key not in english:
            yield source.fault(f"{DEFAULT_LANGUAGE} lacks {key}", language, key)
        elif _places(str(text)) != _places(str(english[key])):
            yield source.fault(f"has other {{places}} than {DEFAULT_LANGUAGE}", language, key)


def _places(text: str) -> frozenset[str]:
    return frozenset(_PLACE.findall(text))
