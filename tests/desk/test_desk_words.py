"""The desk's words for closed sets, moments and contacts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from bot.content.yaml_source import ContentError
from bot.gateway.desk.clock import Clock, language_name
from bot.gateway.desk.pages import actor_in_words, contact_address, contact_in_words
from bot.gateway.desk.wording import WORDING_FILE, Wording, load_wording
from bot.replies.intake_request import Contact, ContactKind

CLOCK = Clock("America/New_York")


@pytest.mark.parametrize("section", sorted(Wording.__fields__))
def test_every_member_has_its_words(section: str, tmp_path: Path) -> None:
    values = yaml.safe_load(WORDING_FILE.read_text(encoding="utf-8"))
    (missing, *_) = values[section]
    del values[section][missing]
    file = tmp_path / "wording.yml"
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    with pytest.raises(ContentError, match=f"lacks {missing}"):
        load_wording(file)


def test_only_what_was_done_is_told_of() -> None:
    wording = load_wording()
    assert wording.of_done("claim") == "You have claimed this record"
    assert wording.of_done("noted") == "Your note was added"
    assert wording.of_done("<b>") is None


@pytest.mark.parametrize(
    ("length", "words"),
    [
        ({"seconds": 20}, "less than a minute"),
        ({"seconds": -80}, "1 minute"),
        ({"minutes": 90}, "90 minutes"),
        ({"hours": 3}, "3 hours"),
        ({"days": 2}, "2 days"),
        ({"days": 40}, "6 weeks"),
    ],
)
def test_a_span_in_words(length: dict[str, float], words: str) -> None:
    assert CLOCK.span(timedelta(**length)) == words


def test_a_moment_is_the_clinics() -> None:
    year = datetime.now(timezone.utc).year
    moment = datetime(year, 7, 1, 16, 5, tzinfo=timezone.utc)
    assert CLOCK.moment(moment).endswith("Jul 1, 12:05 PM")
    assert CLOCK.machine(moment) == f"{year}-07-01T12:05:00-04:00"
    assert CLOCK.moment(moment.replace(year=2020)) == "Wed, Jul 1, 2020, 12:05 PM"


@pytest.mark.parametrize(
    ("code", "name"), [("es", "Spanish"), ("en", "English"), ("xx", "xx"), ("<b>", "<b>")]
)
def test_a_language_in_english(code: str, name: str) -> None:
    assert language_name(code) == name


@pytest.mark.parametrize(
    ("kind", "value", "words", "address"),
    [
        ("phone", "+12125550142", "(212) 555-0142", "tel:+12125550142"),
        ("phone", "+442071838750", "+44 20 7183 8750", "tel:+442071838750"),
        ("phone", "nonsense", "nonsense", "tel:nonsense"),
        ("email", "a@b.example", "a@b.example", "mailto:a@b.example"),
        ("email", "a?cc=x@b.example", "a?cc=x@b.example", "mailto:a%3Fcc%3Dx@b.example"),
    ],
)
def test_a_contact_in_words_and_as_a_link(kind: str, value: str, words: str, address: str) -> None:
    contact = Contact(kind=ContactKind(kind), value=value)
    assert contact_in_words(contact) == words
    assert contact_address(contact) == address


def test_who_the_audit_names() -> None:
    assert actor_in_words("user:dana") == "dana"
    assert actor_in_words("command line") == "the command line"
