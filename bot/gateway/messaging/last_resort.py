"""What is done with a text that cannot be stored, if somebody is in danger."""

from __future__ import annotations

from xml.sax.saxutils import escape

from starlette.responses import Response

from bot.gateway.alert_keeper import AlertKeeper
from bot.gateway.answering import Answerer
from bot.gateway.messaging.adapter import GatewayName, InboundMessage
from bot.gateway.messaging.inbound_store import inbound_id
from bot.gateway.records import Message
from bot.intake.safety_alerts import SafetyAlert
from bot.replies.danger_before import DangerBefore
from bot.replies.texting.rendering import TextRenderer
from bot.safety.normalise import normalise

#: https://www.twilio.com/docs/messaging/twiml
_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response><Message>{}</Message></Response>'


class LastResort:
    """Alerts staff, and has Twilio send the fixed safety text with its very answer to the call.

    Other gateways come again with what was not taken; Twilio mostly does not.
    """

    def __init__(self, answerer: Answerer, alerts: AlertKeeper, renderer: TextRenderer) -> None:
        self._answerer = answerer
        self._alerts = alerts
        self._renderer = renderer

    async def answer(self, message: InboundMessage) -> Response | None:
        """The answer to a call whose text could not be stored; None: let the gateway come again."""
        said = normalise(message.text)
        hit = (await self._answerer.look_at(said, ask_rasa=False)).hit if said else None
        if hit is None:
            return None
        id = inbound_id(message)
        await self._alerts.keep(SafetyAlert.of_screen(hit, id=id, occurred_at=message.received_at))
        if message.gateway is not GatewayName.TWILIO:
            return None
        reply = self._answerer.safety_reply(hit, id, DangerBefore())
        self._answerer.settled(id)
        answer = tuple([one.unstored() for one in Message.answering(id, (reply,))])
        rendered = self._renderer.render(
            answer, channel=message.channel, language=hit.danger.language
        )
        return Response(_TWIML.format(escape(rendered.text)), media_type="application/xml")
