"""Decides what to reply to an understood message. Knows no Rasa, no channel, no topic by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.content.library import Topic
from bot.content.page import FollowUpKind
from bot.content.texts import ChitchatKind
from bot.replies.composer import ReplyComposer
from bot.replies.dialogue_state import DialogueState, Offer, Turn
from bot.replies.understanding import ASKS_NOTHING_NEW, Intent, Label, Understanding
from bot.safety.danger import Danger, DangerTopic

#: So many choices mean that two meanings are close.
_TWO_MEANINGS = 2

#: From this many misses in a row a person is offered first.
_MISSES_BEFORE_PERSON = 2

#: So many replies to one message can be read; further questions are offered.
_MOST_REPLIES = 3

#: Of several questions, those that no button stands for.
_NEVER_OFFERED = frozenset({Intent.HUMAN_HANDOFF, Intent.OUT_OF_SCOPE})

#: Decides what to reply to what was understood, given what is remembered.
Decision = Callable[[Understanding, DialogueState], Turn]


class Dialogue:
    """One method per kind of message; each takes what was understood and what is remembered."""

    def __init__(self, composer: ReplyComposer) -> None:
        self._composer = composer
        self._by_intent: dict[Intent, Decision] = {
            Intent.FAQ: self.answer_question,
            Intent.CHITCHAT: self.make_small_talk,
            Intent.FOLLOW_UP: self.follow_up,
            Intent.PERSONAL_ADVICE: self.decline_personal_advice,
            Intent.NOT_COVERED: self.say_not_covered,
            Intent.HUMAN_HANDOFF: self.offer_person,
            Intent.OUT_OF_SCOPE: self.say_out_of_scope,
            Intent.EMERGENCY: self.respond_to_emergency,
            Intent.CRISIS: self.respond_to_crisis,
            Intent.AFFIRM: self.accept_offer,
            Intent.DENY: self.drop_offer,
            Intent.OTHER_LANGUAGE: self.answer_in_language,
            Intent.INTAKE: self.say_nothing_open,
            Intent.FALLBACK: self.ask_again,
        }

    def respond(self, heard: Understanding, state: DialogueState) -> Turn:
        """The turn for any message: what the rules and actions do, in one call."""
        return self.mind_danger(heard, state, self._by_intent[heard.label.intent])

    def mind_danger(self, heard: Understanding, state: DialogueState, decide: Decision) -> Turn:
        """What `decide` says, unless the danger of the previous reply is still the matter.

        The first other reply after a danger keeps the door open with one line.
        """
        state = state.hearing(heard)
        still_in_danger = self.stay_with_danger(heard, state)
        if still_in_danger:
            return still_in_danger
        turn = self._answer_each(heard, state) if heard.questions else decide(heard, state)
        if state.danger is None or turn.reply.danger:
            return turn
        return replace(turn, reply=self._composer.with_door_open(turn.reply, state.danger))

    def recall(self, state: DialogueState) -> DialogueState:
        """`state` without a topic that is no longer in the library."""
        known = state.topic is None or state.topic in self._composer.library
        return state if known else replace(state, topic=None, told_in_full=False)

    def stay_with_danger(self, heard: Understanding, state: DialogueState) -> Turn | None:
        """The safety reply again, if the one before was one and nothing new was asked.

        "How long does it last?" or "no" right after an emergency is about the emergency.
        """
        if state.danger is None or heard.label.intent not in ASKS_NOTHING_NEW:
            return None
        return self._respond_to(state.danger, state)

    def answer_question(self, heard: Understanding, state: DialogueState) -> Turn:
        """Give the curated answer. A topic that is not in the library counts as not covered."""
        topic = heard.label.topic
        if topic is None or topic not in self._composer.library:
            return self.say_not_covered(heard, state)
        answer = self._composer.understood_as if heard.unsure else self._composer.answer
        return Turn(answer(topic), state.answered(topic))

    def make_small_talk(self, heard: Understanding, state: DialogueState) -> Turn:
        """One kind line."""
        kind = ChitchatKind(heard.label.leaf)
        if kind is ChitchatKind.UNHELPFUL:
            return self._make_up_for(state)
        return Turn(self._composer.chitchat(kind), state.understood())

    def follow_up(self, heard: Understanding, state: DialogueState) -> Turn:
        """Answer a question that leans on the previous answer."""
        state = self.recall(state)
        kind = FollowUpKind(heard.label.leaf)
        if kind in (FollowUpKind.MORE, FollowUpKind.SIMPLER, FollowUpKind.REPEAT):
            return self._say_differently(kind, state)
        if kind is FollowUpKind.SOURCE:
            return self._name_source(state)
        target = self._composer.library.follow_up(state.topic, kind)
        if target is None:
            return Turn(self._composer.not_covered(state.topic), state.understood(Offer.PERSON))
        return Turn(self._composer.answer(target), state.answered(target))

    def decline_personal_advice(self, heard: Understanding, state: DialogueState) -> Turn:
        """Decline to decide for one person, kindly and with a way on."""
        related = heard.related if heard.related in self._composer.library else None
        reply = self._composer.personal_advice(related)
        if related is None:
            return Turn(reply, state.understood(Offer.PERSON))
        return Turn(reply, replace(state.answered(related), offer=Offer.PERSON))

    def say_not_covered(self, heard: Understanding, state: DialogueState) -> Turn:
        """Say that the page does not answer this, and offer a person."""
        return Turn(self._composer.not_covered(), state.understood(Offer.PERSON))

    def offer_person(self, heard: Understanding, state: DialogueState) -> Turn:
        """Say how to reach a person, and offer to pass a request on."""
        reply = self._composer.human_handoff(state.language)
        return Turn(reply, state.understood(), opens_form=True)

    def say_nothing_open(self, heard: Understanding, state: DialogueState) -> Turn:
        """Answer a button of an intake form that is over."""
        return Turn(self._composer.intake.nothing_open(state.language), state.understood())

    def answer_in_language(self, heard: Understanding, state: DialogueState) -> Turn:
        """Say in the patient's language how to reach a person: the page is in English."""
        if heard.label.leaf is None:
            return self.offer_person(heard, state)
        return Turn(self._composer.other_language(heard.label.leaf), state.understood())

    def say_out_of_scope(self, heard: Understanding, state: DialogueState) -> Turn:
        """Say what the assistant is for."""
        missed = state.missed()
        if missed.misses < _MISSES_BEFORE_PERSON:
            return Turn(self._composer.out_of_scope(), replace(missed, offer=None))
        return Turn(self._composer.out_of_scope(person_first=True), missed)

    def respond_to_emergency(self, heard: Understanding, state: DialogueState) -> Turn:
        """Send to 911, or to whoever helps fast enough."""
        return self._respond_to(heard.danger or Danger(topic=DangerTopic.BODY), state)

    def respond_to_crisis(self, heard: Understanding, state: DialogueState) -> Turn:
        """Send to 988 and 911."""
        return self._respond_to(heard.danger or Danger(topic=DangerTopic.SUICIDE), state)

    def accept_offer(self, heard: Understanding, state: DialogueState) -> Turn:
        """Do what was offered."""
        state = self.recall(state)
        if state.offer is Offer.PERSON:
            return self.offer_person(heard, state)
        if state.offer is Offer.MORE and state.topic:
            return self._say_differently(FollowUpKind.MORE, state)
        return Turn(self._composer.affirm_without_offer(), state.understood())

    def drop_offer(self, heard: Understanding, state: DialogueState) -> Turn:
        """Take "no" for an answer."""
        return Turn(self._composer.deny(), state.understood())

    def ask_again(self, heard: Understanding, state: DialogueState) -> Turn:
        """Ask which of two was meant, or say that it was not understood.

        Exactly two choices mean that two meanings are close; that is no miss.
        """
        known = [choice for choice in heard.choices if choice.topic in self._composer.library]
        if len(known) == len(heard.choices) == _TWO_MEANINGS:
            return Turn(self._composer.clarify_two(known), state.understood())
        missed = state.missed()
        person_first = missed.misses >= _MISSES_BEFORE_PERSON
        return Turn(self._composer.unsure(known, person_first=person_first), missed)

    def _answer_each(self, heard: Understanding, state: DialogueState) -> Turn:
        """Answer every question of a message; by text message the first, and offer the others."""
        state = self.recall(state)
        asked = self._asked(heard, state)
        if state.by_text:
            return self._answer_first(heard, asked, state)
        now, left = asked[:_MOST_REPLIES], asked[_MOST_REPLIES:]
        replies = []
        for label in now:
            turn = self._answer_one(heard, label, state)
            replies.append(turn.reply)
            state = turn.state
        *earlier, last = self._composer.several.together(replies, _questions(left))
        return replace(turn, reply=last, earlier=tuple(earlier))

    def _answer_first(self, heard: Understanding, asked: list[Label], state: DialogueState) -> Turn:
        """The first answer; what is general beside a refusal counts as answered with it."""
        first, *left = asked
        related = None
        if first.intent is Intent.PERSONAL_ADVICE:
            related = next((label.topic for label in left if label.topic), None)
            left = [label for label in left if label.topic is None or label.topic != related]
        turn = self._answer_one(heard, first, state, related)
        offered = _questions(left)[: _MOST_REPLIES - 1]
        return replace(turn, reply=self._composer.several.first(turn.reply, offered))

    def _answer_one(
        self,
        heard: Understanding,
        label: Label,
        state: DialogueState,
        related: Topic | None = None,
    ) -> Turn:
        return self._by_intent[label.intent](
            replace(heard, label=label, related=related, questions=()), state
        )

    def _asked(self, heard: Understanding, state: DialogueState) -> list[Label]:
        """The different questions of a message. What must be declined is declined first."""
        library, topic = self._composer.library, state.topic
        declined = Label(Intent.PERSONAL_ADVICE)
        asked = [declined] if declined in (heard.label, *heard.questions) else []
        for label in heard.questions:
            if label.intent is Intent.FOLLOW_UP:
                target = library.follow_up(topic, FollowUpKind(label.leaf))
                label = Label(Intent.FAQ, str(target)) if target else Label(Intent.NOT_COVERED)
            if label.intent is Intent.FAQ and label.topic not in library:
                label = Label(Intent.NOT_COVERED)
            topic = label.topic or topic
            if label not in asked:
                asked.append(label)
        return asked

    def _make_up_for(self, state: DialogueState) -> Turn:
        """Say which question was answered and what else there is; the second time, a person."""
        state = self.recall(state)
        # Anything said since the answer has taken its offer away.
        about = state.topic if state.offer is Offer.MORE or state.told_in_full else None
        state = state.complained()
        again = max(state.misses, state.complaints) >= _MISSES_BEFORE_PERSON
        unhelpful = self._composer.unhelpful
        if about or again or unhelpful.is_translated(state.language):
            return Turn(unhelpful.reply(about, state.language, again=again), state)
        return Turn(self._composer.chitchat(ChitchatKind.UNHELPFUL), state)

    def _respond_to(self, danger: Danger, state: DialogueState) -> Turn:
        reply = self._composer.danger(danger, state.safety_replies)
        return Turn(reply, state.understood(Offer.PERSON))

    def _say_differently(self, kind: FollowUpKind, state: DialogueState) -> Turn:
        topic = state.topic
        if topic is None:
            return Turn(self._composer.nothing_to_follow(), state.understood())
        if kind is FollowUpKind.REPEAT:
            return Turn(self._composer.answer(topic), state.answered(topic))
        if kind is FollowUpKind.SIMPLER:
            return Turn(self._composer.simpler(topic), state.understood(Offer.PERSON))
        if state.told_in_full:
            return Turn(self._composer.nothing_more(topic), state.understood(Offer.PERSON))
        return Turn(self._composer.full_answer(topic), state.answered_in_full(topic))

    def _name_source(self, state: DialogueState) -> Turn:
        topic = state.topic
        if topic is None:
            return Turn(self._composer.nothing_to_follow(), state.understood())
        return Turn(self._composer.source_of(topic), state.understood(Offer.MORE))


def _questions(labels: list[Label]) -> list[Label]:
    """Those that can be offered: every reply has the way to a person."""
    return [label for label in labels if label.intent not in _NEVER_OFFERED]
