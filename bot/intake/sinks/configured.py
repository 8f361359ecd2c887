"""The sinks of one installation."""

from __future__ import annotations

from collections.abc import Mapping

from bot.configuration.settings import Settings
from bot.intake.delivery_limits import NoticeAttemptLimits
from bot.intake.notice_texts import load_notice_texts
from bot.intake.sinks.email import EmailSink
from bot.intake.sinks.sink import Sink
from bot.intake.sinks.url_guard import UrlGuard
from bot.intake.sinks.webhook import WebhookSink


def configured_sinks(
    settings: Settings, secrets: Mapping[str, str], limits: NoticeAttemptLimits
) -> tuple[Sink, ...]:
    """What the settings name: an e-mail address, a webhook, both or neither.

    Raises:
        SettingsError: WEBHOOK_SECRET cannot be used.
        ContentError: `notices.yml` breaks its schema.
    """
    notices, public_url = settings.notices, settings.public_url
    sinks: list[Sink] = []
    if notices.email is not None:
        texts = load_notice_texts()
        sinks.append(EmailSink(notices.email, texts, public_url=public_url, limits=limits))
    if notices.webhook is not None:
        sinks.append(
            WebhookSink(
                notices.webhook,
                UrlGuard(allow_private=notices.allow_private_webhook),
                keys=notices.webhook_keys(secrets),
                public_url=public_url,
                limits=limits,
            )
        )
    return tuple(sinks)
