"""What one text of a patient comes to: silence, a fixed text, or the assistant's answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from bot.content.page import FollowUpKind
from bot.content.text_messages import TextNotice
from bot.content.texts import DEFAULT_LANGUAGE, ErrorCode
from bot.gateway.answering import NOTHING_FOUND, Answerer, Finding
from bot.gateway.conversations import Conversations
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.errors import RefusalError
from bot.gateway.limits import GatewayLimits
from bot.gateway.messaging.adapter import InboundKind, OptOutType
from bot.gateway.messaging.addresses import PHONE_CHANNELS
from bot.gateway.messaging.inbound_store import InboundStore
from bot.gateway.messaging.inbound_texts import SILENCE, Answered, InboundText, Wish
from bot.gateway.messaging.outbound_texts import OutboundKind
from bot.gateway.messaging.threads import TextThread
from bot.gateway.records import Message, Submission, Turn, digest
from bot.gateway.safety_first import SafetyFirst
from bot.replies.danger_before import DangerBefore
from bot.replies.payloads import PERSON_PAYLOAD, payload_of
from bot.replies.texting.choices import Choice, ChoiceReader
from bot.replies.texting.keywords import Keyword, KeywordReader
from bot.replies.texting.rendering import TextRenderer
from bot.replies.understanding import Intent, Label
from bot.safety.normalise import normalise

#: What a key word asks Rasa for, as the button of the same meaning does.
_PAYLOADS = {
    Keyword.MORE: payload_of(Label(Intent.FOLLOW_UP, FollowUpKind.MORE.value)),
    Keyword.SOURCES: payload_of(Label(Intent.FOLLOW_UP, FollowUpKind.SOURCE.value)),
    Keyword.PERSON: PERSON_PAYLOAD,
}

#: What is said to something that has no words; a text in which nothing is left to read is empty.
_NOTICES = {
    InboundKind.TEXT: TextNotice.EMPTY,
    InboundKind.EMPTY: TextNotice.EMPTY,
    InboundKind.MEDIA: TextNotice.MEDIA,
    InboundKind.LOCATION: TextNotice.LOCATION,
    InboundKind.UNKNOWN: TextNotice.UNKNOWN,
}

#: The provider has answered these itself.
_TOLD_BY_PROVIDER = {
    OptOutType.STOP: Answered(wish=Wish.STOP_TOLD_BY_PROVIDER),
    OptOutType.START: Answered(wish=Wish.START),
    OptOutType.HELP: SILENCE,
}

#: How many digits the number of a choice has at most; what is longer may be a telephone number.
_LONGEST_NUMBER = 2

#: A conversation can be deleted while a text is on its way to it: once more, to a fresh one.
_TRIES = 2


class TextAnswerer:
    """Finds the answer to a text. The same text again comes to the same answer.

    Every method raises `DatabaseUnavailableError` when the database cannot do it.
    """

    def __init__(
        self,
        store: InboundStore,
        threads: DatabaseThreads,
        conversations: Conversations,
        answerer: Answerer,
        safety: SafetyFirst,
        renderer: TextRenderer,
        keywords: KeywordReader,
        choices: ChoiceReader,
        limits: GatewayLimits,
    ) -> None:
        self._store = store
        self._threads = threads
        self._conversations = conversations
        self._answerer = answerer
        self._safety = safety
        self._renderer = renderer
        self._keywords = keywords
        self._choices = choices
        self._longest = limits.request.longest_text
        self._limits = limits.inbound_texts
        self._introduce_again = timedelta(days=limits.inbound_texts.introduce_again_days)

    async def look_at(self, text: InboundText) -> Finding:
        """The danger that the safety screen finds in a text, whatever else the text is."""
        said = normalise(text.text)
        return await self._answerer.look_at(said) if said else NOTHING_FOUND

    async def answer(self, text: InboundText, found: Finding) -> Answered:
        """What a text comes to.

        Args:
            found: by `look_at`.

        Raises:
            RefusalError: too much waits in the conversation just now.
        """
        thread = await self._threads.run(self._store.thread, text.thread_id)
        if thread is None:
            return SILENCE
        said = normalise(text.text)
        if found.hit:
            return await self._converse(text, thread, found, text_said=said)
        about_texts = self._about_texts(text, thread, said)
        if about_texts is not None:
            return about_texts
        over = await self._over_the_limit(text)
        notice = TextNotice.TOO_MANY if over else self._notice_for(text, thread, said)
        if thread.opted_out or notice is not None:
            if said and await self._is_danger(text, said):
                return await self._converse(text, thread, found, text_said=said)
            # Told once: an answer to each would keep another machine answering.
            if thread.opted_out or notice is None or over > 1:
                return SILENCE
            asked = notice is TextNotice.ASK_TO_STOP
            return self._notice(thread, notice, asked_to_stop=asked)
        return await self._choose_or_say(text, thread, said, found)

    async def unavailable(self, text: InboundText) -> Answered:
        """What is said when answering failed for a reason of ours."""
        thread = await self._threads.run(self._store.thread, text.thread_id)
        if thread is None or thread.opted_out:
            return SILENCE
        return self._notice(thread, TextNotice.UNAVAILABLE)

    async def _over_the_limit(self, text: InboundText) -> int:
        """How many more than one number may this one has written lately; 0 if none."""
        written = await self._threads.run(
            self._store.written_lately, text, timedelta(minutes=self._limits.of_one_number_minutes)
        )
        return max(0, written - self._limits.most_of_one_number)

    def _about_texts(self, text: InboundText, thread: TextThread, said: str) -> Answered | None:
        """What is said of texts as such: no more of them, again some, or help with them."""
        if text.opt_out is not None:
            return _TOLD_BY_PROVIDER[text.opt_out]
        # What stands on a button is no key word.
        if thread.channel not in PHONE_CHANNELS or text.button_id is not None:
            return None
        if thread.opted_out and self._keywords.starts_again(said):
            return self._confirmation(thread, TextNotice.STARTED, said, Wish.START)
        keyword = self._keywords.keyword(said)
        if keyword is Keyword.STOP:
            if thread.opted_out:
                return SILENCE
            return self._confirmation(thread, TextNotice.STOPPED, said, Wish.STOP)
        if keyword is Keyword.START:
            return self._confirmation(thread, TextNotice.STARTED, said, Wish.START)
        if keyword is Keyword.HELP:
            return self._confirmation(thread, TextNotice.HELP, said, None)
        return None

    def _notice_for(self, text: InboundText, thread: TextThread, said: str) -> TextNotice | None:
        """The fixed text for what is no message to the assistant."""
        if text.kind is not InboundKind.TEXT or not said:
            return _NOTICES[text.kind]
        if len(said) > self._longest:
            return TextNotice.TOO_LONG
        wrote = thread.channel in PHONE_CHANNELS and text.button_id is None
        may_ask = wrote and thread.opt_out_asked_at is None
        if may_ask and self._keywords.asks_to_stop(said):
            return TextNotice.ASK_TO_STOP
        return None

    async def _is_danger(self, text: InboundText, said: str) -> bool:
        """Whether Rasa takes this for a danger that the screen's words do not name."""
        turn = Turn(text.id, text.thread_id, text.received_at, said[: self._longest])
        heard = await self._answerer.listen(turn, DangerBefore())
        return heard.danger is not None

    async def _choose_or_say(
        self, text: InboundText, thread: TextThread, said: str, found: Finding
    ) -> Answered:
        offered = await self._threads.run(self._store.open_choices, thread.id)
        button_id = text.button_id or self._choices.read(said, offered)
        if button_id is not None:
            try:
                return await self._converse(text, thread, found, button_id=button_id)
            except RefusalError as refusal:
                if refusal.code is not ErrorCode.BUTTON_OVER:
                    raise
                # A bare number says nothing to Rasa; words may. But "Yes" on a button answers
                # what stood above it, and nothing else.
                if said.isdecimal() or text.button_id is not None:
                    return self._notice(thread, TextNotice.CHOICE_OVER)
        elif _is_number_of_nothing(said, offered):
            return self._notice(thread, TextNotice.CHOICE_OVER)
        keyword = self._keywords.keyword(said)
        payload = _PAYLOADS.get(keyword) if keyword else None
        return await self._converse(text, thread, found, text_said=said, payload=payload)

    async def _converse(
        self,
        text: InboundText,
        thread: TextThread,
        found: Finding,
        *,
        text_said: str | None = None,
        button_id: str | None = None,
        payload: str | None = None,
    ) -> Answered:
        """Say it in the conversation that it belongs to, and render what is answered."""
        for tries_left in reversed(range(_TRIES)):
            talk = await self._threads.run(self._store.talk, text)
            if talk is None:
                break
            submission = Submission(
                session_digest=talk.session_digest,
                key_digest=digest(text.id),
                # However it is understood: the same text again is the same submission.
                body_digest=digest(f"{text.id}:{text.text}"),
                text=None if text_said is None else text_said[: self._longest],
                button_id=button_id,
                payload=payload,
                # That of the last resort, if it had to raise one before there was a conversation.
                alert_id=text.id,
            )
            attempt = self._conversations.submit(submission, found)
            if found.hit:
                attempt = self._safety.answer(found.hit, submission, attempt, sender=thread.id)
            try:
                return self._rendered(thread, await attempt)
            except RefusalError as refusal:
                if refusal.code is not ErrorCode.SESSION_OVER or not tries_left:
                    raise
        return SILENCE

    def _rendered(self, thread: TextThread, messages: Sequence[Message]) -> Answered:
        if not messages:
            # A person of staff answers.
            return SILENCE
        spoken = next((one.reply.language for one in messages if one.reply.language), None)
        language = spoken or DEFAULT_LANGUAGE
        danger = any(message.reply.is_safety for message in messages)
        return Answered(
            reply=self._renderer.render(
                messages,
                channel=thread.channel,
                introduce=self._is_to_be_introduced(thread),
                language=language,
            ),
            kind=OutboundKind.SAFETY if danger else OutboundKind.REPLY,
            language=language,
        )

    def _notice(
        self, thread: TextThread, notice: TextNotice, *, asked_to_stop: bool = False
    ) -> Answered:
        reply = self._renderer.notice(
            notice,
            channel=thread.channel,
            introduce=self._is_to_be_introduced(thread),
            language=thread.language or DEFAULT_LANGUAGE,
        )
        return Answered(reply, asked_to_stop=asked_to_stop)

    def _confirmation(
        self, thread: TextThread, notice: TextNotice, said: str, wish: Wish | None
    ) -> Answered:
        language = self._keywords.language(said) or thread.language or DEFAULT_LANGUAGE
        reply = self._renderer.notice(notice, channel=thread.channel, language=language)
        return Answered(reply, kind=OutboundKind.CONFIRMATION, wish=wish, language=language)

    def _is_to_be_introduced(self, thread: TextThread) -> bool:
        if thread.introduced_at is None:
            return True
        return datetime.now(timezone.utc) - thread.introduced_at >= self._introduce_again


def _is_number_of_nothing(said: str, offered: Sequence[Choice]) -> bool:
    """Whether it is the number of a choice where no numbers are offered: Rasa would guess."""
    is_number = said.isdecimal() and len(said) <= _LONGEST_NUMBER
    return is_number and all(choice.number is None for choice in offered)
