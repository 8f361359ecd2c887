"""Builds replies from curated content: text, source, disclaimer, buttons. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable

from bot.configuration.clinic import Clinic
from bot.content.intake_rules import load_intake_rules
from bot.content.library import Library, Topic, load_library
from bot.content.texts import DEFAULT_LANGUAGE, ChitchatKind, Texts, load_texts
from bot.replies.answer_source import AnswerSources
from bot.replies.buttons import ButtonMaker
from bot.replies.intake_composer import IntakeComposer
from bot.replies.reply import Button, Reply, ReplyKind, Source, Template
from bot.replies.several_replies import SeveralReplies
from bot.replies.understanding import Label
from bot.replies.unhelpful_replies import UnhelpfulReplies
from bot.replies.wording import fill_in
from bot.safety.danger import Danger
from bot.safety.replies import SafetyReplies, load_safety_replies

#: Small talk that is followed by questions to choose from.
_INTRODUCES = (ChitchatKind.GREET, ChitchatKind.WHAT_CAN_YOU_DO, ChitchatKind.UNHELPFUL)


class ReplyComposer:
    """Composes every reply that the assistant can give; `intake` those of the form.

    `several` puts replies to one message together; `unhelpful` answers who got no help.
    """

    def __init__(
        self, library: Library, texts: Texts, safety: SafetyReplies, clinic: Clinic
    ) -> None:
        self.library = library
        self._texts = texts
        self._safety = safety.filled_in(clinic)
        self._clinic = clinic
        self._sources = AnswerSources(library, clinic, texts.source_line)
        self._buttons = ButtonMaker(library, texts)
        self.several = SeveralReplies(texts.several, self._buttons)
        self.unhelpful = UnhelpfulReplies(texts.unhelpful, self._buttons, clinic, library)
        self.intake = IntakeComposer(texts.intake, load_intake_rules().limits, clinic, library)
        self.disclaimers = frozenset(page.disclaimer for page in library.pages)

    @classmethod
    def shipped(cls, clinic: Clinic) -> ReplyComposer:
        """The composer over the shipped content.

        Raises:
            ContentError: a content file is missing or breaks its schema.
        """
        return cls(load_library(), load_texts(), load_safety_replies(), clinic)

    def answer(self, topic: Topic) -> Reply:
        """The short answer to `topic`, with the offer to say more."""
        text, buttons = self.library.answer(topic).short, self._buttons.of_answer(topic, more=True)
        return self._from_record(topic, "answer.short", text, buttons)

    def understood_as(self, topic: Topic) -> Reply:
        """The short answer to `topic`, with the question that it answers before it."""
        reply, question = self.answer(topic), self.library.answer(topic).question
        text = self._texts.clarify.understood.format(question=question, answer=reply.text)
        return reply.copy(update={"text": text, "template": Template.of("answer.understood")})

    def full_answer(self, topic: Topic) -> Reply:
        """The fuller answer to `topic`."""
        text, buttons = self.library.answer(topic).full, self._buttons.of_answer(topic, more=False)
        return self._from_record(topic, "answer.full", text, buttons)

    def simpler(self, topic: Topic) -> Reply:
        """The short answer again, for somebody who did not understand it."""
        text = self._fill(self._texts.follow_up.simpler, answer=self.library.answer(topic).short)
        buttons = self._buttons.of_answer(topic, more=False)
        return self._from_record(topic, "answer.simpler", text, buttons)

    def nothing_more(self, topic: Topic) -> Reply:
        """Say that the page says no more about `topic`."""
        text = self._fill(self._texts.follow_up.already_full)
        buttons = self._buttons.of_answer(topic, more=False)
        return self._from_record(topic, "answer.nothing_more", text, buttons)

    def source_of(self, topic: Topic) -> Reply:
        """Where the answer to `topic` comes from."""
        references = " ".join(
            f"{citation.citation} (PMID {citation.pmid})."
            for citation in self.library.citations(topic)
        )
        text = self._texts.follow_up.source.format(
            answer_source=self.source_line(self._sources.of(topic), topic.page),
            references=references,
        )
        buttons = self._buttons.of_answer(topic, more=True)
        return self._from_record(topic, "answer.source", text, buttons)

    def personal_advice(self, related: Topic | None) -> Reply:
        """Decline to decide for one person; add the general curated text where one fits."""
        text = self._fill(self._texts.personal_advice.decline)
        if related is None:
            return self._disclaimed(
                ReplyKind.PERSONAL_ADVICE, "personal_advice", text, self._buttons.person()
            )
        general = self._texts.personal_advice.general.format(
            answer=self.library.answer(related).short
        )
        return Reply(
            kind=ReplyKind.PERSONAL_ADVICE,
            text=f"{text} {general}",
            page=related.page,
            topic=related.answer,
            disclaimer=self.library.page(related.page).disclaimer,
            source=self._sources.of(related),
            buttons=self._buttons.person(),
            template=Template.of("personal_advice"),
        )

    def not_covered(self, about: Topic | None = None) -> Reply:
        """Say that the page does not answer; `about` names the answer that was asked further on."""
        name, text = "not_covered", self._texts.not_covered.page
        if about:
            name, text = "not_covered.about_topic", self._texts.not_covered.about_topic
        question = self.library.answer(about).question if about else ""
        text = self._fill(text, question=question)
        return self._disclaimed(ReplyKind.NOT_COVERED, name, text, self._buttons.person(), about)

    def out_of_scope(self, *, person_first: bool = False) -> Reply:
        """Say what the assistant is for, with starter questions."""
        questions = tuple(map(self._buttons.choice, self._buttons.starters()))
        return Reply(
            kind=ReplyKind.OUT_OF_SCOPE,
            text=self._fill(self._texts.out_of_scope),
            buttons=self._buttons.with_person(questions, first=person_first),
            template=Template.of("out_of_scope"),
        )

    def clarify_two(self, labels: Iterable[Label]) -> Reply:
        """Ask which of two close meanings was meant."""
        text, buttons = self._texts.clarify.two_meanings, self._buttons.choices(labels)
        return self._disclaimed(ReplyKind.CLARIFY, "clarify.two_meanings", text, buttons)

    def unsure(self, labels: Iterable[Label], *, person_first: bool) -> Reply:
        """Say that the message was not understood, with the closest questions and a person."""
        texts = self._texts.clarify
        name = "offer_person_first" if person_first else "unsure"
        text = self._fill(getattr(texts, name))
        buttons = self._buttons.closest(labels, person_first=person_first)
        return self._disclaimed(ReplyKind.CLARIFY, f"clarify.{name}", text, buttons)

    def nothing_to_follow(self) -> Reply:
        """Ask what to go on about when nothing was answered yet."""
        text = self._texts.clarify.nothing_to_follow
        buttons = self._buttons.choices(self._buttons.starters())
        return self._disclaimed(ReplyKind.CLARIFY, "clarify.nothing_to_follow", text, buttons)

    def chitchat(self, kind: ChitchatKind) -> Reply:
        """One kind line of small talk; a greeting also introduces the assistant."""
        starters = self._buttons.starters() if kind in _INTRODUCES else ()
        return Reply(
            kind=ReplyKind.CHITCHAT,
            text=self._fill(self._texts.chitchat[kind]),
            buttons=self._buttons.choices(starters),
            template=Template.of(f"chitchat.{kind.value}"),
        )

    def affirm_without_offer(self) -> Reply:
        """Answer a "yes" that accepts nothing."""
        text = self._fill(self._texts.affirm_without_offer)
        buttons = self._buttons.choices(self._buttons.starters())
        template = Template.of("affirm_without_offer")
        return Reply(kind=ReplyKind.CHITCHAT, text=text, buttons=buttons, template=template)

    def deny(self) -> Reply:
        """Answer a "no"."""
        text, person = self._fill(self._texts.deny), self._buttons.person()
        template = Template.of("deny")
        return Reply(kind=ReplyKind.CHITCHAT, text=text, buttons=person, template=template)

    def human_handoff(self, language: str = DEFAULT_LANGUAGE) -> Reply:
        """How to reach a person, in `language` if there is a text in it."""
        if language in self._texts.other_language:
            return self.other_language(language).copy(update={"buttons": ()})
        text, template = self._fill(self._texts.human_handoff), Template.of("human_handoff")
        return Reply(kind=ReplyKind.HUMAN_HANDOFF, text=text, template=template)

    def other_language(self, language: str) -> Reply:
        """How to reach a person, in a language that the page is not written in.

        Raises:
            KeyError: there is no text in `language`.
        """
        hours = self._clinic.opening_hours_in(language)
        text = self._fill(self._texts.other_language[language], hours=hours)
        return Reply(
            kind=ReplyKind.HUMAN_HANDOFF,
            text=text,
            buttons=self._buttons.person(),
            language=language,
            template=Template.of("other_language"),
        )

    def other_languages(self) -> tuple[str, ...]:
        """The languages besides English that somebody is answered in."""
        return tuple(self._texts.other_language)

    def danger(self, danger: Danger, times_before: int = 0) -> Reply:
        """The fixed reply to `danger`.

        Args:
            times_before: how many safety replies the conversation has had: wordings take turns.
        """
        return Reply(
            kind=ReplyKind(danger.kind.value),
            text=self._safety.text_for(danger, times_before),
            buttons=self._buttons.person(),
            danger=danger,
            language=danger.language,
        )

    def with_door_open(self, reply: Reply, danger: Danger) -> Reply:
        """`reply` with the line that keeps the door open after `danger`."""
        line = self.door_open_line(danger)
        template = reply.template and reply.template.copy(update={"after": danger})
        return reply.copy(update={"text": f"{reply.text} {line}", "template": template})

    def safety_languages(self) -> tuple[str, ...]:
        """The languages in which danger is answered with a line before the English reply."""
        lines = (*self._safety.before_english.emergency, *self._safety.before_english.crisis)
        return tuple(dict.fromkeys(line.language for line in lines))

    def door_open_line(self, danger: Danger) -> str:
        """The line that keeps the door open after `danger`."""
        return self._safety.door_open_line(danger.kind, danger.language)

    def unavailable(self) -> Reply:
        """The fixed safe reply when no other reply can be given."""
        return self._failure("unavailable", self._safety.unavailable.text)

    def action_failed(self) -> Reply:
        """The reply when composing another one failed."""
        return self._failure("action_failed", self._fill(self._texts.error.action_failed))

    def source_line(self, source: Source, page_id: str) -> str:
        """The sentence that says what an answer is based on."""
        return self._sources.line(source, page_id)

    def question(self, label: Label) -> str:
        """What `label` means, in the words a button shows.

        Raises:
            ValueError: it is not offered as a question.
        """
        return self._buttons.question(label)

    def _from_record(
        self, topic: Topic, template: str, text: str, buttons: tuple[Button, ...]
    ) -> Reply:
        return Reply(
            kind=ReplyKind.ANSWER,
            text=text,
            page=topic.page,
            topic=topic.answer,
            disclaimer=self.library.page(topic.page).disclaimer,
            source=self._sources.of(topic),
            buttons=buttons,
            template=Template.of(template),
        )

    def _disclaimed(
        self,
        kind: ReplyKind,
        template: str,
        text: str,
        buttons: tuple[Button, ...],
        about: Topic | None = None,
    ) -> Reply:
        page = self.library.page(about.page) if about else self.library.default_page
        return Reply(
            kind=kind,
            text=text,
            page=about.page if about else None,
            topic=about.answer if about else None,
            disclaimer=page.disclaimer,
            buttons=buttons,
            template=Template.of(template),
        )

    def _failure(self, template: str, text: str) -> Reply:
        return Reply(
            kind=ReplyKind.ERROR,
            text=text,
            buttons=self._buttons.person(),
            template=Template.of(template),
        )

    def _fill(self, text: str, **more: str) -> str:
        return fill_in(text, self._clinic, self.library, **more)
