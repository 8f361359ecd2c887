"""A mail server on loopback that does whatever a test wants of it."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

#: Instead of an answer: the connection ends, or nothing more is said.
DROPS = "drops"
HANGS = "hangs"

USER, PASSWORD = "desk@clinic.test", "p@ss/word:1"


@dataclass
class MailDouble:
    """Answers MAIL, RCPT and DATA as told, then takes everything.

    `answers` are used up one a command, by command. The message of a DATA that is answered by
    something else than 250 was received all the same.
    """

    port: int = 0
    answers: dict[str, deque[str]] = field(default_factory=dict)
    received: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    greeted_by: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    signed_in: list[bool] = field(default_factory=list)

    def tell(self, command: str, *answers: str) -> None:
        """Answer this command so the next times."""
        self.answers.setdefault(command, deque()).extend(answers)

    @property
    def keys(self) -> list[str]:
        return [str(one["Message-ID"]) for one in self.received]

    async def _answer(self, server: SMTP, command: str, usual: str) -> str:
        waiting = self.answers.get(command)
        answer = waiting.popleft() if waiting else usual
        if answer == DROPS:
            server.transport.abort()
        if answer in (DROPS, HANGS):
            await asyncio.sleep(60)
        return answer

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greeted_by.append(hostname)
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._answer(server, "MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._answer(server, "RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        self.encrypted.append(session.ssl is not None)
        self.signed_in.append(bool(session.authenticated))
        return await self._answer(server, "DATA", "250 Taken")

    async def handle_QUIT(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        return await self._answer(server, "QUIT", "221 Bye")

    def check(self, server: SMTP, session: Any, envelope: Any, how: str, data: Any) -> AuthResult:
        """Whether somebody may sign in."""
        known = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=data == known, handled=False)


@contextmanager
def mail_double(
    tls: ssl.SSLContext | None = None,
    *,
    encrypted: bool = False,
    signing_in: bool = False,
    port: int = 0,
) -> Iterator[MailDouble]:
    """One that listens.

    Args:
        tls: what it secures connections with; without it, it does not offer STARTTLS.
        encrypted: from the first byte, instead of by STARTTLS.
        signing_in: nothing is taken from who has not signed in.
    """
    double = MailDouble()
    options: dict[str, Any] = {
        "authenticator": double.check,
        "auth_required": signing_in,
        "auth_require_tls": tls is not None and not encrypted,
        "hostname": "mail.clinic.test",
    }
    if tls is not None and not encrypted:
        options["tls_context"] = tls

    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(
        loop.create_server(
            lambda: SMTP(double, loop=loop, **options),
            "127.0.0.1",
            port,
            ssl=tls if encrypted else None,
        )
    )
    double.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        loop.call_soon_threadsafe(_stop, loop, listening)
        thread.join(5)
        loop.close()


def _stop(loop: asyncio.AbstractEventLoop, listening: asyncio.AbstractServer) -> None:
    listening.close()
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.call_soon(loop.stop)
