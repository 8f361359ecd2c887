"""The call by which a patient says whether an answer helped."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.content.texts import ErrorCode
from bot.gateway.admission import Admission
from bot.gateway.answering import Answerer, Finding
from bot.gateway.conversations import Conversations
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.errors import RefusalError
from bot.gateway.feedback_store import FeedbackStore
from bot.gateway.limits import GatewayLimits
from bot.gateway.metrics import Metrics
from bot.gateway.records import Feedback, Message, Submission
from bot.gateway.request_reader import read_feedback, submission_of, token_digest
from bot.gateway.safety_first import SafetyFirst
from bot.gateway.store_queries import ConversationGoneError


class FeedbackApi:
    """Takes feedback. A comment that tells of a danger is answered as a message instead."""

    def __init__(
        self,
        conversations: Conversations,
        store: FeedbackStore,
        threads: DatabaseThreads,
        answerer: Answerer,
        safety: SafetyFirst,
        admission: Admission,
        limits: GatewayLimits,
        metrics: Metrics,
    ) -> None:
        self._conversations = conversations
        self._store = store
        self._threads = threads
        self._answerer = answerer
        self._safety = safety
        self._admission = admission
        self._limits = limits
        self._metrics = metrics

    def routes(self) -> list[Route]:
        """Where the call is found."""
        return [Route("/api/feedback", self._take, methods=["POST"])]

    async def _take(self, request: Request) -> Response:
        session = token_digest(request)
        given = await read_feedback(request, self._limits.request)
        refusal = self._admission.refusal(
            request, session, given.comment, self._limits.feedback.longest_comment
        )
        messages = await self._answer_to_danger(request, given, session, refusal)
        if messages is not None:
            return JSONResponse({"messages": [message.public() for message in messages]})
        if refusal:
            raise refusal
        await self._keep(session, given)
        return Response(status_code=204)

    async def _answer_to_danger(
        self, request: Request, given: Feedback, session: str, refusal: RefusalError | None
    ) -> tuple[Message, ...] | None:
        """The answer to a comment that tells of a danger; None where there is none.

        It is stored as what the patient wrote, with its alert and its reply, so that staff can read
        it and what is said next is understood.
        """
        comment = given.comment
        if comment is None:
            return None
        found = await self._answerer.look_at(comment, ask_rasa=refusal is None)
        if found.hit is None and (refusal or not await self._answerer.takes_for_danger(comment)):
            return None
        # The same comment on the same answer, sent again, is the same message.
        key = f"feedback:{given.message_id}:{comment}"
        submission = submission_of({"text": comment}, session, key)
        attempt = self._submit(submission, refusal, found)
        if found.hit is None:
            return await attempt
        sender = self._admission.sender_of(request)
        return await self._safety.answer(found.hit, submission, attempt, sender=sender)

    async def _submit(
        self, submission: Submission, refusal: RefusalError | None, found: Finding
    ) -> tuple[Message, ...]:
        if refusal:
            raise refusal
        return await self._conversations.submit(submission, found)

    async def _keep(self, session: str, given: Feedback) -> None:
        conversation_id = await self._conversations.conversation_of(session)
        try:
            is_new = await self._threads.run(self._store.keep, conversation_id, given)
        except ConversationGoneError:
            raise RefusalError(ErrorCode.SESSION_OVER) from None
        if is_new:
            self._metrics.count_feedback(helpful=given.helpful)
