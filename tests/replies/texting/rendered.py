"""Renderers over clinics of every kind, for the tests of text messages."""

from __future__ import annotations

from bot.configuration.clinic import Clinic, load_clinic
from bot.replies.channel import Channel
from bot.replies.composer import ReplyComposer
from bot.replies.reply import Reply
from bot.replies.texting.render_check import longest_public_url, spoken
from bot.replies.texting.rendering import RenderedText, TextRenderer

ADDRESS = "https://".ljust(longest_public_url(), "x")
CLINIC = load_clinic()
LONG_NAMED = CLINIC.copy(update={"name": "W" * 40})
COMPOSER = ReplyComposer.shipped(CLINIC)
RENDERER = TextRenderer.shipped(COMPOSER, CLINIC, ADDRESS)


def renderer_of(clinic: Clinic) -> TextRenderer:
    return TextRenderer.shipped(ReplyComposer.shipped(clinic), clinic, ADDRESS)


def sms(*replies: Reply, introduce: bool = False, language: str = "en") -> RenderedText:
    """The turn as one SMS of the shipped clinic."""
    return RENDERER.render(
        spoken(*replies), channel=Channel.SMS, introduce=introduce, language=language
    )
