"""Tells the clinic by e-mail, through one mail server."""

from __future__ import annotations

import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib
import httpx
from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPTimeoutError,
)
from anyio import CancelScope

from bot.configuration.notice_settings import EmailSettings
from bot.intake.delivery_failure import DeliveryError, Failure, FailureReason
from bot.intake.delivery_limits import NoticeAttemptLimits
from bot.intake.notice_texts import NoticeTexts
from bot.intake.outbox import Notice, SinkName
from bot.intake.sinks.sink import desk_link, is_about_tls

#: Mail servers of this machine: what goes to them crosses no network, so they may do without TLS.
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})

#: A server that answers so knows what is to be sent: with a 5xx it will never take it. What it says
#: before that, for example instead of a greeting, is not about the notice.
_ABOUT_THE_NOTICE = (SMTPSenderRefused, SMTPRecipientRefused, SMTPDataError)


class EmailSink:
    """Sends notices to one address.

    Args:
        public_url: where the desk is.
        trust: whose certificates are believed; by default as httpx has it.
    """

    name = SinkName.EMAIL

    def __init__(
        self,
        settings: EmailSettings,
        texts: NoticeTexts,
        *,
        public_url: str,
        limits: NoticeAttemptLimits,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._texts = texts
        self._public_url = public_url
        self._limits = limits
        self._trust = trust or httpx.create_ssl_context()
        self._domain = settings.sender.rpartition("@")[2]

    async def send(self, notice: Notice) -> None:
        """Try once; see `Sink.send`. The key is in the Message-ID."""
        message = self._message(notice)
        server = self._settings.server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            # By default the name of this machine, which is nobody's business.
            local_hostname=self._domain,
            use_tls=server.encrypted,
            start_tls=False,
            tls_context=self._trust,
            timeout=None,
        )
        try:
            await client.connect(timeout=self._limits.connect_seconds)
            await self._secure(client)
            await self._sign_in(client)
            await client.send_message(message)
            await self._part(client)
        except (OSError, SMTPException) as error:
            raise _delivery_error(error) from None
        finally:
            client.close()

    async def _secure(self, client: aiosmtplib.SMTP) -> None:
        """Encrypt, unless it is done or the server is on this machine and does not offer it."""
        if self._settings.server.encrypted:
            return
        await client.ehlo()
        here = self._settings.server.host in _THIS_MACHINE
        if here and not client.supports_extension("starttls"):
            return
        try:
            await client.starttls()
        except (OSError, SMTPException):
            raise DeliveryError(Failure(FailureReason.TLS)) from None

    async def _sign_in(self, client: aiosmtplib.SMTP) -> None:
        """Sign in. A refusal is never for good: it is not about the notice, and can be mended."""
        server = self._settings.server
        if server.user is None or server.password is None:
            return
        try:
            await client.login(server.user, server.password)
        except SMTPResponseException as error:
            raise DeliveryError(Failure(FailureReason.SIGN_IN, error.code)) from None
        except (OSError, SMTPException):
            raise DeliveryError(Failure(FailureReason.SIGN_IN)) from None

    async def _part(self, client: aiosmtplib.SMTP) -> None:
        """Say good-bye. The notice is taken, whatever comes of this: no time-out may deny it."""
        with CancelScope(shield=True), suppress(Exception):
            await client.quit(timeout=self._limits.goodbye_seconds)

    def _message(self, notice: Notice) -> EmailMessage:
        """The same at every attempt, so that a mail system can tell a second one by its id."""
        message = EmailMessage()
        message["Subject"] = self._texts.subject_of(notice)
        message["From"] = self._settings.sender
        message["To"] = self._settings.to
        message["Date"] = format_datetime(notice.created_at)
        message["Message-ID"] = f"<{notice.id}@{self._domain}>"
        # RFC 3834: so that no absence note answers.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(
            self._texts.body_of(notice, desk_link(self._public_url, notice.reference))
        )
        return message


def _delivery_error(error: Exception) -> DeliveryError:
    # All recipients: that is the one we have.
    told = error.recipients[0] if isinstance(error, SMTPRecipientsRefused) else error
    if isinstance(told, SMTPResponseException):
        permanent = isinstance(told, _ABOUT_THE_NOTICE) and 500 <= told.code < 600
        return DeliveryError(Failure(FailureReason.SMTP_STATUS, told.code), permanent=permanent)
    if is_about_tls(error):
        return DeliveryError(Failure(FailureReason.TLS))
    if isinstance(error, TimeoutError | SMTPTimeoutError):
        return DeliveryError(Failure(FailureReason.TIME_OUT))
    return DeliveryError(Failure(FailureReason.CONNECTION))
