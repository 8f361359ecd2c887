"""Buttons and lists of WhatsApp as Twilio's contents, which hold places for words and no words.

A content is made once for each form (so many lines, so many buttons). What a patient reads fills
its places when a text is sent, so that nothing of it stays in a content.

What is known of them, and from where:
- https://www.twilio.com/docs/content/twilio-quick-reply: 3 buttons without approval, inside the
  24 hours after a patient's message; body of 1,024 characters; variables in body, titles and ids.
- https://www.twilio.com/docs/content/twiliolist-picker: 10 rows, only inside the 24 hours, title of
  24 and description of 72 characters, which is required; variables everywhere.
- https://www.twilio.com/docs/content/using-variables-with-content-api: 100 variables.
- https://www.twilio.com/docs/api/errors/21656: a variable is never empty, and holds no line break,
  no tab and no long run of spaces. So each line of a body has a place of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.gateway.messaging.adapter import OutboundMessage
from bot.replies.texting.quick_reply import QuickReply

QUICK_REPLY = "twilio/quick-reply"
LIST_PICKER = "twilio/list-picker"

_MOST_VARIABLES = 100
_OUR_NAMES = "assistant_"

#: A content says its language; ours have no words.
_LANGUAGE = "en"


@dataclass(frozen=True)
class FilledContent:
    """One text with buttons.

    `name` is the same for the same form: by it the content is found again at Twilio. `definition`
    is what makes it there. `variables` is the JSON that fills its places.
    """

    name: str
    definition: Mapping[str, object] = field(repr=False)
    variables: str = field(repr=False)


class _Places:
    """Numbered places, and what goes into them."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def put(self, value: str) -> str:
        number = str(len(self.values) + 1)
        self.values[number] = one_line(value)
        return f"{{{{{number}}}}}"


def content_of(message: OutboundMessage) -> FilledContent | None:
    """The text with its buttons or its list; None if it has none, or cannot be a content."""
    if not message.quick_replies:
        return None
    places = _Places()
    body = "\n".join(places.put(line) if line.strip() else "" for line in message.text.split("\n"))
    if any(reply.description for reply in message.quick_replies):
        kind, shown = LIST_PICKER, _list(places, message.list_button, message.quick_replies)
    else:
        kind, shown = QUICK_REPLY, _buttons(places, message.quick_replies)
    fillable = body.strip() and all(places.values.values())
    if not fillable or len(places.values) > _MOST_VARIABLES:
        return None
    types = {kind: {"body": body, **shown}}
    form = json.dumps(types, sort_keys=True)
    # What stands in a place until it is filled; all different, as ids and titles have to be.
    samples = {number: number for number in places.values}
    name = _OUR_NAMES + hashlib.sha256(form.encode()).hexdigest()[:32]
    return FilledContent(
        name=name,
        definition={
            "friendly_name": name,
            "language": _LANGUAGE,
            "variables": samples,
            "types": types,
        },
        # An apostrophe is said to be refused (error 21656) where it is not escaped.
        variables=json.dumps(places.values).replace("'", "\\u0027"),
    )


def one_line(text: str) -> str:
    """`text` without line breaks, tabs and runs of spaces."""
    return " ".join(text.split())


def _buttons(places: _Places, replies: Sequence[QuickReply]) -> dict[str, object]:
    actions = [
        {"type": "QUICK_REPLY", "title": places.put(reply.title), "id": places.put(reply.id)}
        for reply in replies
    ]
    return {"actions": actions}


def _list(places: _Places, button: str, replies: Sequence[QuickReply]) -> dict[str, object]:
    items = [
        {
            "item": places.put(reply.title),
            "id": places.put(reply.id),
            "description": places.put(reply.description),
        }
        for reply in replies
    ]
    return {"button": places.put(button), "items": items}
