"""A contact is found by any usual spelling, and by nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.database.vault import Vault
from bot.intake.contact_index import contact_in, contact_index
from bot.replies.intake_request import Contact, ContactKind
from tests.databases import DATA_KEY, INDEX_KEY, VAULT

EXAMPLE = Contact(kind=ContactKind.PHONE, value="+12125550142")


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("(212) 555-0142", EXAMPLE),
        ("  212 555 0142 ", EXAMPLE),
        ("+1-212-555-0142", EXAMPLE),
        ("1 (212) 555.0142", EXAMPLE),
        ("tel:+12125550142", EXAMPLE),
        ("+49 30 901820", Contact(kind=ContactKind.PHONE, value="+4930901820")),
        (" Ana@Example.COM ", Contact(kind=ContactKind.EMAIL, value="ana@example.com")),
    ],
)
def test_a_contact_is_read(text: str, contact: Contact) -> None:
    assert contact_in(text) == contact


@pytest.mark.parametrize("text", ["", "@", "ana", "911", "2345-6789", "12", "+", "a@" + "b" * 300])
def test_what_is_no_contact_is_none(text: str) -> None:
    assert contact_in(text) is None


@given(st.text())
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    contact = contact_in(text)
    if contact is not None:
        assert contact_in(contact.value) == contact


def test_an_index_needs_the_key_and_tells_kinds_apart() -> None:
    index = contact_index(VAULT, EXAMPLE)
    email = Contact(kind=ContactKind.EMAIL, value=EXAMPLE.value)
    other = Vault([DATA_KEY], "another index key, as long as it must be")
    assert len({index, contact_index(VAULT, email), contact_index(other, EXAMPLE)}) == 3
    assert contact_index(Vault([DATA_KEY[::-1][1:] + "="], INDEX_KEY), EXAMPLE) == index
    assert EXAMPLE.value[1:] not in index


def test_capitals_of_an_address_do_not_matter() -> None:
    one, other = (
        Contact(kind=ContactKind.EMAIL, value=value)
        for value in ("Ana.B@example.com", "ana.b@EXAMPLE.com")
    )
    assert contact_index(VAULT, one) == contact_index(VAULT, other)
