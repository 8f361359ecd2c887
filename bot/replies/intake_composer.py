"""Says what the intake form, and the gateway after it, have to say. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping

from bot.configuration.clinic import Clinic
from bot.content.intake_rules import IntakeLimits
from bot.content.intake_texts import ConsentWording, IntakeTexts
from bot.content.library import Library
from bot.content.texts import DEFAULT_LANGUAGE
from bot.replies.intake_contact import shown_phone
from bot.replies.intake_draft import KNOWN_PHONE, Choice, FormEnd, IntakeDraft, Note, Step
from bot.replies.intake_request import ContactKind
from bot.replies.payloads import PERSON_PAYLOAD, payload_of
from bot.replies.reply import Asks, Button, Reply, ReplyKind, Template
from bot.replies.understanding import Intent, Label
from bot.replies.wording import fill_in

_TIMES = (Choice.MORNING, Choice.AFTERNOON, Choice.EVENING, Choice.ANY)

_CHOICES: Mapping[Step, tuple[Choice, ...]] = {
    Step.NAME: (Choice.SKIP,),
    Step.CONTACT: (),
    Step.BEST_TIME: _TIMES,
    Step.REASON: (Choice.SKIP,),
    Step.CONFIRM: (
        Choice.SEND,
        Choice.CHANGE_NAME,
        Choice.CHANGE_CONTACT,
        Choice.CHANGE_TIME,
        Choice.CHANGE_REASON,
    ),
}


#: What is said beside a question that the answer before did not answer.
_PROBLEM_NOTES = frozenset({Note.UNCLEAR, Note.TOO_LONG})


class IntakeComposer:
    """Composes every reply of the form, in the language of the draft or as asked for."""

    def __init__(
        self,
        texts: Mapping[str, IntakeTexts],
        limits: IntakeLimits,
        clinic: Clinic,
        library: Library,
    ) -> None:
        self._texts = texts
        self._limits = limits
        self._clinic = clinic
        self._library = library

    def language(self, wanted: str) -> str:
        """The language that is spoken with somebody who would like `wanted`."""
        return wanted if wanted in self._texts else DEFAULT_LANGUAGE

    def language_of_send(self, title: str) -> str:
        """The language of the form whose Send is called so."""
        spoken = (name for name, texts in self._texts.items() if texts.buttons.send == title)
        return next(spoken, DEFAULT_LANGUAGE)

    def blank(self, language: str, kept_days: int, known_phone: str | None = None) -> IntakeDraft:
        """An empty form, with the consent that its first question will ask for.

        Args:
            kept_days: how long answers are kept after a request is closed.
            known_phone: how the number that the patient texts from ends.
        """
        spoken = self.language(language)
        return IntakeDraft(
            language=spoken,
            # The days are part of what is read, and not of the text that the version is about.
            consent_version=f"{self._consent(spoken, known_phone).version}.{kept_days}d",
            kept_days=kept_days,
            known_phone=known_phone,
        )

    def question(self, draft: IntakeDraft) -> Reply | None:
        """The open question of a form; None where nothing is to be said."""
        if draft.note is Note.QUIET:
            return None
        return Reply(
            kind=ReplyKind.INTAKE,
            text=self._question_text(draft),
            buttons=self._choices(draft),
            asks=_asked(draft),
            problem=draft.problem is not None or draft.note in _PROBLEM_NOTES,
            language=draft.language,
            template=self._question_template(draft),
        )

    def ended(self, draft: IntakeDraft) -> Reply:
        """The last word of a form. What is to be stored goes with it as `request`.

        Its text is true where nobody stores it; whoever does says `request_received` instead.

        Raises:
            ValueError: the form has not ended, or has nothing to pass on.
        """
        if draft.end is FormEnd.SENT:
            reply = self._closing(draft.language, "not_passed_on")
            return reply.copy(update={"request": draft.request()})
        if draft.end is None:
            raise ValueError("the form goes on")
        return self._closing(draft.language, draft.end.value)

    def nothing_open(self, language: str = DEFAULT_LANGUAGE) -> Reply:
        """Answer a button of a form that is over."""
        spoken = self.language(language)
        return self._closing(spoken, "nothing_open")

    def request_received(
        self, reference: str, promise: str, appended: bool, language: str = DEFAULT_LANGUAGE
    ) -> Reply:
        """Say that a request is stored.

        Args:
            reference: by which patient and staff name it.
            promise: until when somebody is in touch, in words of `language`.
            appended: it was added to one that is open.
        """
        spoken = self.language(language)
        name = "appended" if appended else "received"
        return self._closing(spoken, name, reference=reference, promise=promise)

    def request_not_stored(self, language: str = DEFAULT_LANGUAGE) -> Reply:
        """Say that a request could not be stored, and what to do instead."""
        spoken = self.language(language)
        return self._closing(spoken, "not_stored")

    def person_joined(self, name: str, language: str = DEFAULT_LANGUAGE) -> Reply:
        """Say that a person of the clinic answers from now on."""
        spoken = self.language(language)
        text = self._fill(spoken, self._texts[spoken].person.joined, name=name)
        return Reply(
            kind=ReplyKind.NOTICE,
            text=text,
            language=spoken,
            template=Template.of("intake.person.joined", name=name),
        )

    def person_left(self, name: str, language: str = DEFAULT_LANGUAGE) -> Reply:
        """Say that the assistant answers again."""
        spoken = self.language(language)
        text = self._fill(spoken, self._texts[spoken].person.left, name=name)
        return Reply(
            kind=ReplyKind.NOTICE,
            text=text,
            buttons=self._person(spoken),
            language=spoken,
            template=Template.of("intake.person.left", name=name),
        )

    def _question_text(self, draft: IntakeDraft) -> str:
        texts = self._texts[draft.language]
        if draft.note is Note.TOO_LONG:
            most = str(self._limits.reason_characters)
            return self._fill(draft.language, texts.hints.reason_too_long, most=most)
        if draft.note is Note.UNCLEAR:
            return self._fill(draft.language, getattr(texts.hints, draft.step.value))
        if draft.problem:
            return self._fill(draft.language, texts.problems[draft.problem])
        if draft.step is Step.CONFIRM:
            return self._confirmation(draft)
        return self._after_note(draft, self._open_question(draft))

    def _after_note(self, draft: IntakeDraft, question: str) -> str:
        texts = self._texts[draft.language]
        if draft.note in (Note.STARTED, Note.RESUMED) and draft.consent_at is None:
            return f"{self._consent_text(draft)} {question}"
        if draft.note in (Note.INTERRUPTED, Note.RESUMED):
            return self._fill(draft.language, texts.again, question=question)
        return question

    def _consent(self, language: str, known_phone: str | None) -> ConsentWording:
        """What is agreed to: whoever has a known number texts, and reads it in fewer words."""
        texts = self._texts[language]
        return texts.consent_by_text if known_phone else texts.consent

    def _consent_text(self, draft: IntakeDraft) -> str:
        text = self._consent(draft.language, draft.known_phone).text
        return self._fill(draft.language, text, days=str(draft.kept_days))

    def _question_template(self, draft: IntakeDraft) -> Template:
        """The same in the terms of a text message: see `_question_text`."""
        if draft.note is Note.TOO_LONG:
            most = str(self._limits.reason_characters)
            return Template.of("intake.hint.reason_too_long", most=most)
        if draft.note is Note.UNCLEAR:
            return Template.of(f"intake.hint.{draft.step.value}")
        if draft.problem:
            return Template.of(f"intake.problem.{draft.problem.value}")
        known = draft.step is Step.CONTACT and draft.known_phone
        step = "known_phone" if known else draft.step.value
        if draft.note in (Note.STARTED, Note.RESUMED) and draft.consent_at is None:
            return Template.of("intake.consent", consent=self._consent_text(draft))
        if draft.note in (Note.INTERRUPTED, Note.RESUMED):
            return Template.of(f"intake.again.{step}")
        if draft.step is Step.CONFIRM:
            return self._read_back_template(draft)
        return Template.of(f"intake.question.{step}", ending=draft.known_phone or "")

    def _read_back_template(self, draft: IntakeDraft) -> Template:
        kept = draft.note is Note.KEPT_CONTACT
        buttons = self._texts[draft.language].buttons
        time = getattr(buttons, draft.best_time.value) if draft.best_time else ""
        return Template.of(
            "intake.kept_contact" if kept else "intake.read_back",
            name=draft.name or "",
            contact=self._contact(draft),
            time=time,
            reason=draft.reason or "",
        )

    def _open_question(self, draft: IntakeDraft) -> str:
        questions = self._texts[draft.language].questions
        if draft.step is Step.CONTACT and draft.known_phone:
            return self._fill(draft.language, questions.known_phone, ending=draft.known_phone)
        return self._fill(draft.language, getattr(questions, draft.step.value))

    def _confirmation(self, draft: IntakeDraft) -> str:
        texts = self._texts[draft.language]
        if draft.note is Note.INTERRUPTED:
            return self._fill(draft.language, texts.again_confirm)
        lines = [self._fill(draft.language, texts.read_back.before), *self._read_back(draft)]
        if draft.note is Note.KEPT_CONTACT:
            kept = self._fill(draft.language, texts.kept_contact, contact=self._contact(draft))
            lines.insert(0, kept)
        return "\n".join([*lines, self._fill(draft.language, texts.questions.confirm)])

    def _read_back(self, draft: IntakeDraft) -> list[str]:
        """One line for each answer."""
        texts = self._texts[draft.language].read_back
        buttons = self._texts[draft.language].buttons
        time = draft.best_time and str(getattr(buttons, draft.best_time.value))
        answers = {texts.name: draft.name, texts.best_time: time, texts.reason: draft.reason}
        name, best_time, reason = (
            self._fill(draft.language, line, value=value or texts.left_out)
            for line, value in answers.items()
        )
        return [name, self._contact(draft), best_time, reason]

    def _contact(self, draft: IntakeDraft) -> str:
        texts = self._texts[draft.language].read_back
        contact = draft.contact
        if contact is None:
            return self._fill(draft.language, texts.phone, value=texts.left_out)
        if contact == KNOWN_PHONE:
            ending = draft.known_phone or ""
            return self._fill(draft.language, texts.known_phone, value=ending)
        if contact.kind is ContactKind.EMAIL:
            return self._fill(draft.language, texts.email, value=contact.value)
        return self._fill(draft.language, texts.phone, value=shown_phone(contact.value))

    def _choices(self, draft: IntakeDraft) -> tuple[Button, ...]:
        titles = self._texts[draft.language].buttons
        known = draft.step is Step.CONTACT and draft.known_phone
        choices = (*((Choice.USE_KNOWN,) if known else ()), *_CHOICES[draft.step], Choice.CANCEL)
        return tuple(
            Button(
                title=getattr(titles, choice.value),
                payload=payload_of(Label(Intent.INTAKE, choice.value)),
            )
            for choice in choices
        )

    def _closing(self, language: str, name: str, **more: str) -> Reply:
        text = str(getattr(self._texts[language].ends, name))
        return Reply(
            kind=ReplyKind.INTAKE,
            text=self._fill(language, text, **more),
            buttons=self._person(language),
            language=language,
            template=Template.of(f"intake.ends.{name}", **more),
        )

    def _person(self, language: str) -> tuple[Button, ...]:
        title = self._texts[language].buttons.person
        return (Button(title=title, payload=PERSON_PAYLOAD),)

    def _fill(self, language: str, text: str, **more: str) -> str:
        hours = self._clinic.opening_hours_in(language)
        return fill_in(text, self._clinic, self._library, hours=hours, **more)


def _asked(draft: IntakeDraft) -> Asks:
    if draft.step is Step.CONTACT and draft.known_phone:
        return Asks.KNOWN_CONTACT
    return Asks(draft.step.value)
