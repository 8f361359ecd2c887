"""Finds a telephone number or an e-mail address in a sentence, or says what is wrong with one."""

from __future__ import annotations

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult

from bot.content.intake_rules import IntakeRules
from bot.content.intake_texts import ContactProblem
from bot.replies.intake_request import Contact, ContactKind

#: Where a number without a country code is from.
_COUNTRY = "US"
_COUNTRY_CODE = 1
_NATIONAL_DIGITS = 10

_AT_WITH_SPACES = re.compile(r"\s*@\s*")
_EMAIL = re.compile(r"[^\s<>()\[\]{},;:\"!?¿¡@]*@[^\s<>()\[\]{},;:\"!?¿¡@]*")
_AROUND_EMAIL = ".'`*_-"
_DIGITS = re.compile(r"\+?\s*\(?\d[\d\s().\-\u2010-\u2015/]*")

_LENGTH_PROBLEMS = {
    ValidationResult.TOO_SHORT: ContactProblem.PHONE_TOO_SHORT,
    ValidationResult.TOO_LONG: ContactProblem.PHONE_TOO_LONG,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: ContactProblem.PHONE_WITHOUT_AREA_CODE,
}

Finding = Contact | ContactProblem | None


class ContactFinder:
    """Reads a contact out of a sentence. Numbers without a country code are of the US."""

    def __init__(self, rules: IntakeRules) -> None:
        self._limits = rules.limits
        endings = "|".join(map(re.escape, rules.email_endings))
        self._domain = re.compile(rf"[a-z0-9]\.(?:{endings})\b", re.IGNORECASE)

    def find(self, text: str) -> Finding:
        """The contact; what is wrong with an attempt at one; None if there is no attempt."""
        text = _AT_WITH_SPACES.sub("@", text[: self._limits.contact_characters])
        email = self._email(text)
        if isinstance(email, Contact):
            return email
        # Digits of an address that cannot be read are no telephone number.
        phone = self._phone(_EMAIL.sub(" ", text))
        if isinstance(phone, Contact):
            return phone
        return email or phone or self._email_without_at(text)

    def _email(self, text: str) -> Finding:
        problem = None
        for found in _EMAIL.findall(text) if "@" in text else ():
            read = _read_email(found.strip(_AROUND_EMAIL))
            if isinstance(read, Contact):
                return read
            problem = problem or read
        return problem

    def _email_without_at(self, text: str) -> Finding:
        return ContactProblem.EMAIL_WITHOUT_AT if self._domain.search(text) else None

    def _phone(self, text: str) -> Finding:
        match = next(iter(phonenumbers.PhoneNumberMatcher(text, _COUNTRY)), None)
        if match:
            return _phone_contact(match.number)
        runs = [_bare(run) for run in _DIGITS.findall(text)]
        attempts = [run for run in runs if _count(run) >= self._limits.attempt_digits]
        if not attempts:
            return None
        return _read_phone(max(attempts, key=_count))


def _read_email(address: str) -> Contact | ContactProblem:
    name, _, domain = address.partition("@")
    if not name:
        return ContactProblem.EMAIL_WITHOUT_NAME
    if not domain:
        return ContactProblem.EMAIL_WITHOUT_DOMAIN
    if "." not in domain:
        return ContactProblem.EMAIL_WITHOUT_DOT
    try:
        checked = validate_email(
            address, check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError:
        return ContactProblem.EMAIL_UNUSABLE
    return Contact(kind=ContactKind.EMAIL, value=checked.normalized)


def _read_phone(digits: str) -> Contact | ContactProblem:
    try:
        number = phonenumbers.parse(digits, _COUNTRY)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            return ContactProblem.PHONE_WITHOUT_COUNTRY
        if error.error_type == NumberParseException.TOO_LONG:
            return ContactProblem.PHONE_TOO_LONG
        return ContactProblem.PHONE_TOO_SHORT
    if phonenumbers.is_valid_number(number):
        return _phone_contact(number)
    if digits.startswith("+") and number.country_code != _COUNTRY_CODE:
        return ContactProblem.PHONE_NOT_OF_ITS_COUNTRY
    return _problem_of_the_us(number, digits)


def _problem_of_the_us(number: PhoneNumber, digits: str) -> ContactProblem:
    length = phonenumbers.is_possible_number_with_reason(number)
    if length == ValidationResult.TOO_LONG and _is_foreign(digits):
        return ContactProblem.PHONE_NOT_OF_THE_US
    if length == ValidationResult.INVALID_LENGTH:
        short = _count(digits) < _NATIONAL_DIGITS
        return ContactProblem.PHONE_TOO_SHORT if short else ContactProblem.PHONE_TOO_LONG
    return _LENGTH_PROBLEMS.get(length, ContactProblem.PHONE_NOT_OF_THE_US)


def _is_foreign(digits: str) -> bool:
    """Whether these are a number of another country that lacks its + sign."""
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}", None)))
    except NumberParseException:
        return False


def _phone_contact(number: PhoneNumber) -> Contact:
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Contact(kind=ContactKind.PHONE, value=value)


def shown_phone(value: str) -> str:
    """A number in E.164 as people of its country write it; others with their country code."""
    number = phonenumbers.parse(value, None)
    national = number.country_code == _COUNTRY_CODE
    form = phonenumbers.PhoneNumberFormat
    return str(
        phonenumbers.format_number(number, form.NATIONAL if national else form.INTERNATIONAL)
    )


def _bare(run: str) -> str:
    plus = "+" if run.startswith("+") else ""
    return plus + "".join(character for character in run if character.isdigit())


def _count(run: str) -> int:
    return len(run.removeprefix("+"))
