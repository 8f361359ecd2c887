"""Contacts in sentences, and what is wrong with those that are none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.intake_texts import ContactProblem
from bot.replies.intake_contact import ContactFinder, shown_phone
from bot.replies.intake_request import Contact, ContactKind
from tests.replies.forms import RULES

FINDER = ContactFinder(RULES)


@pytest.mark.parametrize(
    "text",
    [
        "212 555 0147",
        "it's 212 555 0147 thanks",
        "(212) 555-0147",
        "212.555.0147.",
        "+1 212 555 0147",
        "1-212-555-0147",
        "tel2125550147",
        "call me after 5 on 212-555-0147, or in the morning",
        "212-555-0147 ext 5",
        "212–555–0147",
        "٢١٢٥٥٥٠١٤٧",
        "@home 212 555 0147",
    ],
)
def test_a_us_number_is_found_in_any_usual_spelling(text: str) -> None:
    assert FINDER.find(text) == Contact(kind=ContactKind.PHONE, value="+12125550147")


def test_a_number_of_another_country_is_found_by_its_code() -> None:
    found = FINDER.find("you can ring +44 20 7946 0958")

    assert found == Contact(kind=ContactKind.PHONE, value="+442079460958")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ana@gmail.com", "ana@gmail.com"),
        ("my email is Ana.Lopez@GMAIL.com, thanks", "Ana.Lopez@gmail.com"),
        ("<ana@gmail.com>.", "ana@gmail.com"),
        ("ana @ gmail.com", "ana@gmail.com"),
        ("it's o'brien+clinic@mail.example.org!", "o'brien+clinic@mail.example.org"),
        ("2125550147@example.com", "2125550147@example.com"),
    ],
)
def test_an_address_is_found(text: str, address: str) -> None:
    assert FINDER.find(text) == Contact(kind=ContactKind.EMAIL, value=address)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("212 555", ContactProblem.PHONE_TOO_SHORT),
        ("212 555 01", ContactProblem.PHONE_TOO_SHORT),
        ("555-0147", ContactProblem.PHONE_WITHOUT_AREA_CODE),
        ("212 555 01470", ContactProblem.PHONE_TOO_LONG),
        ("1234567890123456789012", ContactProblem.PHONE_TOO_LONG),
        ("111 222 3333", ContactProblem.PHONE_NOT_OF_THE_US),
        ("44 20 7946 0958", ContactProblem.PHONE_NOT_OF_THE_US),
        ("+44 20 79", ContactProblem.PHONE_NOT_OF_ITS_COUNTRY),
        ("+999 123 4567", ContactProblem.PHONE_WITHOUT_COUNTRY),
        ("ana.gmail.com", ContactProblem.EMAIL_WITHOUT_AT),
        ("ana at gmail.com", ContactProblem.EMAIL_WITHOUT_AT),
        ("@gmail.com", ContactProblem.EMAIL_WITHOUT_NAME),
        ("ana@", ContactProblem.EMAIL_WITHOUT_DOMAIN),
        ("ana@gmail", ContactProblem.EMAIL_WITHOUT_DOT),
        ("ana..l@gmail.com", ContactProblem.EMAIL_UNUSABLE),
        (f"{'a' * 80}@gmail.com", ContactProblem.EMAIL_UNUSABLE),
    ],
)
def test_what_is_wrong_is_named(text: str, problem: ContactProblem) -> None:
    assert FINDER.find(text) is problem


@pytest.mark.parametrize(
    "text", ["", "no", "why do you need it", "3 attacks since 2019", "at 5", "call 911", "20 mg"]
)
def test_what_is_no_attempt_is_none(text: str) -> None:
    assert FINDER.find(text) is None


def test_it_is_looked_for_no_further_than_the_rules_say() -> None:
    far = "x" * RULES.limits.contact_characters

    assert FINDER.find(f"{far} 212 555 0147") is None


def test_numbers_are_read_back_as_people_write_them() -> None:
    assert shown_phone("+12125550147") == "(212) 555-0147"
    assert shown_phone("+442079460958") == "+44 20 7946 0958"


@settings(deadline=None, max_examples=300)
@given(text=st.text(max_size=300) | st.text("0123456789+-.()@ ax", max_size=200))
def test_whatever_is_written_is_read(text: str) -> None:
    found = FINDER.find(text)

    if isinstance(found, Contact):
        # What was found is found again.
        assert FINDER.find(found.value) == found


@settings(deadline=None, max_examples=100)
@given(
    area=st.sampled_from(["212", "646", "305", "787"]),
    line=st.integers(0, 9999),
    between=st.sampled_from(["", " ", "-", "."]),
    before=st.sampled_from(["", "it's ", "call: ", "(mobile) "]),
)
def test_a_number_is_found_whatever_stands_around_it(
    area: str, line: int, between: str, before: str
) -> None:
    digits = f"{area}{between}555{between}{line:04d}"

    assert FINDER.find(f"{before}{digits} please") == Contact(
        kind=ContactKind.PHONE, value=f"+1{area}555{line:04d}"
    )
