"""The words a patient should read, taken from the content by name, so that none is written twice.

short of migraine.aura        the short answer; also: full, question, section
source of migraine.aura       what "what's the source?" says after that answer
understood migraine.aura      that short answer behind the question that it answers
advice with migraine.aura     the refusal to advise, with that answer's short form
no help with migraine.aura    what is said first to who got no help from that answer
no word on migraine.aura      the page does not say this about that answer
texts chitchat.thanks         a text of bot/content/texts.yml
intake en.questions.name      a text of the intake form, in a language
back to en.questions.name     that question again after an interruption
line en.name Ana              a line of the form's read-back with its answer
safety body_911_self.en.1     a text of bot/safety/replies.yml: its id, language and number;
                              also door_open.crisis.en.1, before_english.crisis.ht.1, unavailable

Two of them with " + " between are one text after the other, with " / " on two lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from bot.configuration.clinic import load_clinic
from bot.intake.retention import load_retention
from tests.scenarios.running_product import ROOT

_CONTENT = ROOT / "bot" / "content"
_CLINIC = load_clinic()
_RETENTION = load_retention()
#: Stands for what nobody knows beforehand. Nothing in it has a meaning in a regular expression.
_ANY = "ANYTHINGATALL"


def _read(*parts: str) -> Any:
    return yaml.safe_load(ROOT.joinpath(*parts).read_text(encoding="utf-8"))


PAGES: dict[str, Any] = {
    page["id"]: page
    for page in (
        yaml.safe_load(file.read_text(encoding="utf-8"))
        for file in sorted((_CONTENT / "pages").glob("*.yml"))
    )
}
_TEXTS = _read("bot", "content", "texts.yml")
_SAFETY = _read("bot", "safety", "replies.yml")
PHONE = _CLINIC.phone


def page_of(topic: str) -> Any:
    """The page that a topic, written page.answer, is on."""
    return PAGES[topic.partition(".")[0]]


def record(topic: str) -> Any:
    """The answer that a topic, written page.answer, names."""
    name = topic.partition(".")[2]
    return next(answer for answer in page_of(topic)["answers"] if answer["id"] == name)


def text_of(reference: str) -> str:
    """The text that a reference names, as a patient reads it."""
    for sign, between in ((" / ", "\n"), (" + ", " ")):
        if sign in reference:
            return between.join(text_of(part) for part in reference.split(sign))
    kind, _, rest = reference.partition(" ")
    if kind in ("short", "full", "question", "section"):
        return str(record(rest.removeprefix("of "))[kind])
    if kind not in _KINDS:
        raise ValueError(f"no such reference: {reference}")
    return _KINDS[kind](rest)


def is_like(reference: str, text: str) -> bool:
    """Whether `text` is that of a reference to the intake form, but for what differs each time."""
    words = _intake(reference.removeprefix("intake "), reference=_ANY, promise=_ANY)
    return re.fullmatch(re.escape(words).replace(_ANY, ".+"), text) is not None


def wording(reply: str, times_before: int, language: str = "en") -> str:
    """The text of a safety reply in a conversation that had so many of them before."""
    texts = _safety_texts(reply, language)
    return _filled(texts[times_before % len(texts)], language)


def safety_replies() -> list[str]:
    """The ids of all replies to dangers."""
    return [str(reply["id"]) for reply in _SAFETY["dangers"]]


def source_of(topic: str) -> dict[str, object]:
    """The source that belongs to an answer, in the shape of the public interface."""
    page = page_of(topic)
    return {
        "section": record(topic)["section"],
        "url": f"{_CLINIC.site}{page['url_path']}",
        "reviewed_by": page["reviewer"],
        "reviewed_on": page["reviewed_on"].isoformat(),
        "references": [
            {"citation": citation["citation"], "pmid": citation["pmid"]}
            for citation in citations_of(topic)
        ],
    }


def citations_of(topic: str) -> list[Any]:
    """The publications that an answer rests on."""
    by_id = {citation["id"]: citation for citation in page_of(topic)["references"]}
    return [by_id[name] for name in record(topic)["references"]]


def source_line(topic: str) -> str:
    """The sentence that says what an answer is based on."""
    page = page_of(topic)
    day = page["reviewed_on"]
    return str(
        _TEXTS["source_line"].format(
            page=page["title"].lower(),
            section=record(topic)["section"],
            reviewer=page["reviewer"],
            date=f"{day:%B} {day.day}, {day.year}",
        )
    )


def _source(topic: str) -> str:
    references = " ".join(f"{c['citation']} (PMID {c['pmid']})." for c in citations_of(topic))
    return str(
        _TEXTS["follow_up"]["source"].format(
            answer_source=source_line(topic), references=references
        )
    )


def _understood(topic: str) -> str:
    answer = record(topic)
    return _filled(
        _TEXTS["clarify"]["understood"], question=answer["question"], answer=answer["short"]
    )


def _advice(rest: str) -> str:
    short = record(rest.removeprefix("with "))["short"]
    general = _TEXTS["personal_advice"]["general"].format(answer=short)
    return f"{_filled(_TEXTS['personal_advice']['decline'])} {general}"


def _no(rest: str) -> str:
    if rest.startswith("help with "):
        question = record(rest.removeprefix("help with "))["question"]
        return _filled(_TEXTS["unhelpful"]["en"]["once"], question=question)
    question = record(rest.removeprefix("word on "))["question"]
    return _filled(_TEXTS["not_covered"]["about_topic"], question=question)


def _text(rest: str) -> str:
    return _filled(_key(rest), rest.partition("other_language.")[2] or "en")


def _back_to(rest: str) -> str:
    question = rest.removeprefix("to ")
    return _intake(f"{question[:2]}.again", question=_intake(question))


def _line(rest: str) -> str:
    name, _, value = rest.partition(" ")
    language, _, line = name.partition(".")
    return _intake(f"{language}.read_back.{line}", value=value)


def _key(path: str) -> str:
    found = _TEXTS
    for name in path.split("."):
        found = found[name]
    return str(found)


def _intake(name: str, **more: str) -> str:
    days = str(_RETENTION.days.closed_records)
    return _filled(_key(f"intake.{name}"), name[:2], **{"days": days, **more})


def _safety(name: str) -> str:
    if name == "unavailable":
        return _filled(_SAFETY[name]["text"])
    reply, language, number = name.rsplit(".", 2)
    return _filled(_safety_texts(reply, language)[int(number) - 1], language)


def _safety_texts(reply: str, language: str) -> list[str]:
    group, _, kind = reply.partition(".")
    by_id = {each["id"]: each["wordings"] for each in _SAFETY["dangers"]}
    texts = _SAFETY[group][kind] if kind else by_id[group]
    return [text["text"] for text in texts if text["language"] == language]


def _filled(text: str, language: str = "en", **more: str) -> str:
    return text.format(
        clinic=_CLINIC.name,
        phone=PHONE,
        hours=_CLINIC.opening_hours_in(language),
        email=_CLINIC.email,
        pages=" and ".join(page["title"].lower() for page in PAGES.values()),
        **more,
    )


_KINDS: dict[str, Callable[[str], str]] = {
    "understood": _understood,
    "source": lambda rest: _source(rest.removeprefix("of ")),
    "advice": _advice,
    "no": _no,
    "texts": _text,
    "intake": _intake,
    "back": _back_to,
    "line": _line,
    "safety": _safety,
}
