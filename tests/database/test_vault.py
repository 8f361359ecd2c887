"""What is sealed opens with its keys only, and no key is ever said."""

from __future__ import annotations

import base64

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from bot.database.vault import Vault, VaultError

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
INDEX_KEY = "an index key of the tests, long enough"

#: Lone surrogates too: a device may send anything.
ANY_TEXT = st.text(st.characters(blacklist_categories=()))


def vault(*keys: str) -> Vault:
    return Vault(keys, INDEX_KEY)


@given(ANY_TEXT)
def test_what_is_sealed_opens_as_it_was(text: str) -> None:
    assert vault(NEW).open(vault(NEW).seal(text)) == text


@given(ANY_TEXT)
def test_sealed_text_is_ascii_and_differs_every_time(text: str) -> None:
    first, second = vault(NEW).seal(text), vault(NEW).seal(text)
    assert first.isascii()
    assert first != second


def test_no_word_shows() -> None:
    sealed = vault(NEW).seal("migraine since Tuesday")
    for word in ("migraine", "since", "Tuesday"):
        assert word not in sealed
        assert base64.b64encode(word.encode()).decode().rstrip("=") not in sealed


@given(ANY_TEXT)
def test_every_key_opens_and_the_first_one_seals(text: str) -> None:
    both = vault(NEW, OLD)
    assert both.open(vault(OLD).seal(text)) == text
    assert vault(NEW).open(both.seal(text)) == text


@given(ANY_TEXT)
def test_another_key_opens_nothing_and_says_nothing(text: str) -> None:
    sealed = vault(OLD).seal(text)
    for use in (vault(OTHER).open, vault(OTHER).reseal):
        with pytest.raises(VaultError) as refused:
            use(sealed)
        assert str(refused.value) == "a stored value cannot be opened with the keys given"
        assert refused.value.__cause__ is None


@given(ANY_TEXT, st.data())
def test_a_changed_value_does_not_open(text: str, data: st.DataObject) -> None:
    sealed = vault(NEW).seal(text)
    mark = sealed.index(":") + 1
    place = data.draw(st.integers(mark, len(sealed) - 1))
    other = data.draw(st.characters().filter(lambda character: character != sealed[place]))
    changed = sealed[:place] + other + sealed[place + 1 :]
    try:
        # Base64 has bits that mean nothing at its end, and a padding that may be one too many.
        assert vault(NEW).open(changed) == text
    except VaultError:
        return


@given(ANY_TEXT.filter(lambda text: not text.startswith("sealed1:")))
def test_what_was_stored_unsealed_is_as_it_is(text: str) -> None:
    assert vault(NEW).open(text) == text
    assert not vault(NEW).is_current(text)
    resealed = vault(NEW).reseal(text)
    assert resealed != text
    assert vault(NEW).open(resealed) == text


@given(ANY_TEXT)
def test_what_only_looks_sealed_is_refused(text: str) -> None:
    looks_sealed = f"sealed1:{text}"
    assert not vault(NEW).is_current(looks_sealed)
    for use in (vault(NEW).open, vault(NEW).reseal):
        with pytest.raises(VaultError):
            use(looks_sealed)
    # What a person wrote is sealed like anything else.
    assert vault(NEW).open(vault(NEW).seal(looks_sealed)) == looks_sealed


@given(ANY_TEXT)
def test_resealing_moves_to_the_first_key(text: str) -> None:
    old = vault(OLD).seal(text)
    both = vault(NEW, OLD)
    assert not both.is_current(old)
    resealed = both.reseal(old)
    assert both.is_current(resealed)
    assert vault(NEW).open(resealed) == text
    with pytest.raises(VaultError):
        vault(OLD).open(resealed)


def test_keys_are_taken_with_and_without_padding_and_in_either_alphabet() -> None:
    raw = bytes([0xFB, 0xFF] * 16)
    spellings = [
        base64.urlsafe_b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        base64.b64encode(raw).decode(),
    ]
    sealed = vault(spellings[0]).seal("said")
    assert [vault(key).open(sealed) for key in spellings] == ["said"] * 3


UNUSABLE = st.one_of(
    ANY_TEXT.filter(lambda text: len(text) < 40),
    st.binary(max_size=31).map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
    st.binary(min_size=33, max_size=80).map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
)


@given(UNUSABLE)
def test_an_unusable_key_is_refused_and_never_said(key: str) -> None:
    with pytest.raises(VaultError) as refused:
        Vault([NEW, key], INDEX_KEY)
    assert str(refused.value) in (
        "a data key is not URL-safe base64",
        "a data key is not 32 bytes long",
    )
    assert refused.value.__cause__ is None


@given(st.text(max_size=100))
def test_any_text_as_a_key_is_taken_or_refused(key: str) -> None:
    try:
        made = Vault([key], INDEX_KEY)
    except VaultError:
        return
    assert made.open(made.seal("said")) == "said"


@pytest.mark.parametrize(("keys", "index_key"), [([], INDEX_KEY), ([NEW], "")])
def test_without_a_key_there_is_no_vault(keys: list[str], index_key: str) -> None:
    with pytest.raises(VaultError):
        Vault(keys, index_key)


def test_the_secrets_make_a_vault_of_several_keys() -> None:
    made = Vault.from_secrets({"DATA_KEYS": f" {NEW}  {OLD}\t", "INDEX_KEY": INDEX_KEY})
    assert made.open(vault(OLD).seal("said")) == "said"
    assert vault(NEW).open(made.seal("said")) == "said"
    assert made.index("phone", "+1") == vault(NEW).index("phone", "+1")


@pytest.mark.parametrize(
    ("data_keys", "index_key", "said"),
    [
        ("  ", INDEX_KEY, "DATA_KEYS cannot be used: there is no key to seal with"),
        (f"{NEW} hush", INDEX_KEY, "DATA_KEYS cannot be used: a data key is not 32 bytes long"),
        ("hüsh", INDEX_KEY, "DATA_KEYS cannot be used: a data key is not URL-safe base64"),
        (NEW, "hush", "INDEX_KEY is shorter than 32 characters"),
    ],
    ids=["no key", "a short key", "not base64", "a short index key"],
)
def test_an_unusable_secret_is_named_in_one_line(data_keys: str, index_key: str, said: str) -> None:
    with pytest.raises(VaultError) as refused:
        Vault.from_secrets({"DATA_KEYS": data_keys, "INDEX_KEY": index_key})
    assert str(refused.value) == said


@given(ANY_TEXT, ANY_TEXT)
def test_an_index_is_keyed_and_tells_kinds_and_values_apart(one: str, other: str) -> None:
    found = vault(NEW).index("phone", one)
    assert len(found) == 64
    assert set(found) <= set("0123456789abcdef")
    # The data keys may change: what is looked up stays.
    assert found == vault(OLD).index("phone", one)
    assert found != vault(NEW).index("email", one)
    assert found != Vault([NEW], f"{INDEX_KEY}!").index("phone", one)
    assert (found == vault(NEW).index("phone", other)) == (one == other)
