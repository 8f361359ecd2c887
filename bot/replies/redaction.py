"""Takes out of a text what could lead to a person: names, contacts, dates, addresses, numbers.

The identifiers are those of the HIPAA Privacy Rule's safe harbor (45 CFR 164.514(b)(2)) that can be
known by their form. No pattern finds every name: what is redacted is still sealed.
"""

from __future__ import annotations

import re

from phonenumbers import Leniency, PhoneNumberMatcher

from bot.content.redaction_rules import WHAT, RedactionRule, RedactionRules

#: How many candidates for a telephone number are tried: each takes time, and texts are short.
_MOST_TRIES = 1000

_Replacement = tuple[re.Pattern[str], str]


class Redactor:
    """Redacts by the rules. The same text always gives the same result."""

    def __init__(self, rules: RedactionRules) -> None:
        self._phones = rules.phones
        self._before = _replacements(rules.before_phones)
        self._after = _replacements(rules.after_phones)

    def redact(self, text: str) -> str:
        """`text` with a mark for everything found; redacting that again changes nothing."""
        # Taking something out can lay bare what stood beside it. Every round leaves less.
        while (redacted := self._once(text)) != text:
            text = redacted
        return text

    def _once(self, text: str) -> str:
        for pattern, mark in self._before:
            text = _replace(pattern, mark, text)
        text = self._without_phones(text)
        for pattern, mark in self._after:
            text = _replace(pattern, mark, text)
        return text

    def _without_phones(self, text: str) -> str:
        region = self._phones.region
        found = list(PhoneNumberMatcher(text, region, Leniency.POSSIBLE, _MOST_TRIES))
        for match in reversed(found):
            text = text[: match.start] + self._phones.mark + text[match.end :]
        return text


def _replacements(rules: tuple[RedactionRule, ...]) -> list[_Replacement]:
    return [(re.compile(pattern), rule.mark) for rule in rules for pattern in rule.patterns]


def _replace(pattern: re.Pattern[str], mark: str, text: str) -> str:
    group = WHAT if WHAT in pattern.groupindex else 0

    def replaced(match: re.Match[str]) -> str:
        start, end = (place - match.start() for place in match.span(group))
        return match[0][:start] + mark + match[0][end:]

    return pattern.sub(replaced, text)
