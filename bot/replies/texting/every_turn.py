"""Every turn that the content can make, at its longest: what `content check` renders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import chain

from bot.content.intake_texts import ContactProblem
from bot.content.library import Topic
from bot.content.page import FollowUpKind
from bot.content.texts import DEFAULT_LANGUAGE, ChitchatKind
from bot.replies.composer import ReplyComposer
from bot.replies.intake_draft import KNOWN_PHONE, FormEnd, IntakeDraft, Note, Step
from bot.replies.intake_request import BestTime, Contact, ContactKind
from bot.replies.reply import Reply
from bot.replies.understanding import Intent, Label
from bot.safety.danger import Danger, DangerTopic
from bot.safety.replies import possible_dangers

Turn = tuple[Reply, ...]

#: The days of retention with the most digits.
_DAYS = 36_500
_NAME = "Maximiliana " * 6
_EMAIL = Contact(kind=ContactKind.EMAIL, value=f"{'maximiliana.' * 12}x@example.com")
_REFERENCE = "WWWW-WWWW"
#: Of the longest day, month and time zone (`bot.intake.promise.in_words`).
_PROMISES = {
    "en": "12:00 pm on Wednesday, September 23 (Coordinated Universal Time)",
    "es": "las 12:00 p. m. del miércoles 23 de septiembre (tiempo universal coordinado)",
}
_AFTER = (Danger(topic=DangerTopic.SUICIDE), Danger(topic=DangerTopic.BODY))


class EveryTurn:
    """Names each turn, so that a fault can be found again."""

    def __init__(self, composer: ReplyComposer, languages: tuple[str, ...]) -> None:
        self._composer = composer
        self._languages = languages

    def named(self) -> Iterator[tuple[str, Turn]]:
        """Each turn with a name of its own."""
        for name, reply in chain(self.answers(), self._others()):
            yield name, (reply,)
            for danger in _AFTER:
                yield f"{name} after {danger.kind.value}", (self._after(reply, danger),)
            for again, question in self._again():
                yield f"{name}, {again}", (reply, question)
                both = self._after(reply, _AFTER[0])
                yield f"{name} after a crisis, {again}", (both, question)
        yield from self._form()
        for name, reply in self.dangers():
            yield name, (reply,)

    def answers(self) -> Iterator[tuple[str, Reply]]:
        """Every answer, in every form."""
        composer = self._composer
        left = self._longest_questions()[:2]
        for topic in composer.library.topics():
            yield f"{topic}", composer.answer(topic)
            yield f"{topic} in full", composer.full_answer(topic)
            yield f"{topic} in short", composer.simpler(topic)
            yield f"{topic}, no more", composer.nothing_more(topic)
            yield f"{topic}, sources", composer.source_of(topic)
            yield f"{topic}, personal", composer.personal_advice(topic)
            yield f"{topic}, not covered", composer.not_covered(topic)
            first = composer.several.first(composer.answer(topic), left)
            yield f"{topic}, first of several", first
            for again in (False, True):
                unhelpful = composer.unhelpful.reply(topic, DEFAULT_LANGUAGE, again=again)
                yield f"{topic}, unhelpful{' again' * again}", unhelpful
            understood = composer.understood_as(topic)
            yield f"{topic}, as understood", understood
            yield f"{topic}, understood of several", composer.several.first(understood, left)

    def dangers(self) -> Iterator[tuple[str, Reply]]:
        """The reply to every danger, in every language that one may be told in."""
        lines = self._composer.safety_languages()
        for language in (*self._languages, *lines):
            for danger in possible_dangers():
                told = danger.copy(update={"language": language})
                yield f"{danger!r} in {language}", self._composer.danger(told)

    def _others(self) -> Iterator[tuple[str, Reply]]:
        composer = self._composer
        labels = self._longest_questions()
        yield "personal_advice", composer.personal_advice(None)
        yield "not_covered", composer.not_covered()
        yield "out_of_scope", composer.out_of_scope()
        yield "clarify.two_meanings", composer.clarify_two(labels[:2])
        yield "clarify.unsure", composer.unsure(labels, person_first=False)
        yield "clarify.offer_person_first", composer.unsure(labels, person_first=True)
        yield "clarify.nothing_to_follow", composer.nothing_to_follow()
        for language in self._languages:
            again = composer.unhelpful.reply(None, language, again=True)
            yield f"unhelpful.again.{language}", again
        for kind in ChitchatKind:
            yield f"chitchat.{kind.value}", composer.chitchat(kind)
        yield "affirm_without_offer", composer.affirm_without_offer()
        yield "deny", composer.deny()
        yield "human_handoff", composer.human_handoff()
        for language in composer.other_languages():
            yield f"other_language.{language}", composer.other_language(language)
        yield "unavailable", composer.unavailable()
        yield "action_failed", composer.action_failed()

    def _longest_questions(self) -> tuple[Label, ...]:
        library = self._composer.library
        answers = [Label(Intent.FAQ, str(topic)) for topic in library.topics()]
        follow_ups = [Label(Intent.FOLLOW_UP, kind.value) for kind in FollowUpKind]
        longest = sorted(answers + follow_ups, key=lambda each: -len(self._composer.question(each)))
        return tuple(longest[:3])

    def _form(self) -> Iterator[tuple[str, Turn]]:
        intake = self._composer.intake
        for language in self._languages:
            started = intake.blank(language, _DAYS, "0147").copy(update={"note": Note.STARTED})
            for draft in (started, *_drafts(started)):
                question = intake.question(draft)
                assert question
                name = question.template.name if question.template else draft.step.value
                yield f"{name}.{language}", (question,)
            handoff, consent = self._composer.human_handoff(language), intake.question(started)
            assert consent
            yield f"intake.consent.{language}", (handoff, consent)
            for reply in self._ends(language):
                yield f"{reply.template.name if reply.template else ''}.{language}", (reply,)

    def _again(self) -> Iterator[tuple[str, Reply]]:
        """The form's longest questions behind another reply."""
        for language in self._languages:
            blank = self._composer.intake.blank(language, _DAYS, "0147")
            agreed = blank.copy(update={"consent_at": _NOW, "note": Note.INTERRUPTED})
            for step in (Step.CONTACT, Step.CONFIRM):
                question = self._composer.intake.question(agreed.copy(update={"step": step}))
                assert question
                yield f"again {step.value}.{language}", question

    def _ends(self, language: str) -> Iterator[Reply]:
        intake = self._composer.intake
        promise = _PROMISES.get(language, _PROMISES["en"])
        full = next(iter(_drafts(intake.blank(language, _DAYS, "0147"))))
        for end in FormEnd:
            yield intake.ended(full.copy(update={"end": end}))
        yield intake.nothing_open(language)
        yield intake.request_received(_REFERENCE, promise, False, language)
        yield intake.request_received(_REFERENCE, promise, True, language)
        yield intake.request_not_stored(language)
        yield intake.person_joined(_NAME, language)
        yield intake.person_left(_NAME, language)

    def _after(self, reply: Reply, danger: Danger) -> Reply:
        return self._composer.with_door_open(reply, danger)


_NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def _drafts(blank: IntakeDraft) -> Iterator[IntakeDraft]:
    """The form at every step and after every mishap, with the longest answers."""
    longest = BestTime.AFTERNOON
    answers = {"name": _NAME[:70], "contact": _EMAIL, "best_time": longest, "reason": "x" * 500}
    full = blank.copy(update={**answers, "consent_at": _NOW, "note": None})
    for step in Step:
        at = full.copy(update={"step": step})
        for note in (None, Note.UNCLEAR, Note.INTERRUPTED):
            yield at.copy(update={"note": note})
    confirm = full.copy(update={"step": Step.CONFIRM})
    for contact in (_EMAIL, KNOWN_PHONE):
        for note in (None, Note.KEPT_CONTACT):
            yield confirm.copy(update={"contact": contact, "note": note})
    empty = {"name": None, "best_time": None, "reason": None, "contact": KNOWN_PHONE}
    yield confirm.copy(update=empty)
    yield full.copy(update={"step": Step.REASON, "note": Note.TOO_LONG})
    for problem in ContactProblem:
        yield full.copy(update={"step": Step.CONTACT, "problem": problem})


def topic_named(name: str) -> Topic | None:
    """The answer that a turn's name begins with, if it begins with one."""
    first = name.split(" ")[0].rstrip(",")
    try:
        return Topic.parse(first)
    except ValueError:
        return None
