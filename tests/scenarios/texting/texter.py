"""Somebody who texts with the running product through the Twilio double."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.engine import Row

from bot.configuration.secret_store import read_secrets
from bot.database.schema import inbound_texts, opt_outs, outbound_texts, text_threads
from bot.database.vault import Vault
from tests.scenarios.intake import database_of
from tests.scenarios.running_product import RunningProduct, until

#: A text is answered in the background; on a busy machine that takes a while.
_ANSWERED_SECONDS = 60

#: The gateway's own, not Twilio's answers to key words.
_FROM_THE_GATEWAY = "outbound-api"


#: More of what Twilio posts, or in place of what it does.
Fields = Sequence[tuple[str, str]]


@dataclass
class Texter:
    """One telephone. `double` is the address of the Twilio double. `fields`: more of Twilio's."""

    product: RunningProduct
    double: str
    number: str
    whatsapp: bool = False
    sids: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The number as Twilio writes it."""
        return f"whatsapp:{self.number}" if self.whatsapp else self.number

    def texts(self, body: str, fields: Fields = (), *, copies: int = 1) -> list[str]:
        """Text it and wait until it is dealt with; what the gateway sent since."""
        before = len(self.received())
        self.sends(body, fields, copies=copies)
        self.wait()
        return self.received()[before:]

    def says(self, body: str, fields: Fields = ()) -> str:
        """Text it; the one text that answers it."""
        (answer,) = self.texts(body, fields)
        return answer

    def sends(self, body: str, fields: Fields = (), *, copies: int = 1) -> str:
        """Text it, without waiting for more than the webhook; its MessageSid."""
        order: dict[str, Any] = {
            "from": self.number,
            "body": body,
            "copies": copies,
            "whatsapp": self.whatsapp,
            "fields": list(fields),
        }
        response = httpx.post(f"{self.double}/control/texts", json=order, timeout=60)
        assert response.status_code == 201, response.text
        told = response.json()
        assert told["webhook_statuses"] == [204] * copies
        self.sids.append(told["sid"])
        return str(told["sid"])

    def wait(self, seconds: float = _ANSWERED_SECONDS) -> None:
        """Wait until everything that was texted is dealt with, and what answers it is sent."""

        def settled() -> bool:
            rows = [self.stored(sid) for sid in self.sids]
            return all(
                came.state == "done" and (answer is None or answer.state != "waiting")
                for came, answer in rows
            )

        until(settled, seconds, "an answer")

    def received(self) -> list[str]:
        """Every text of the gateway to this number, oldest first."""
        asked = httpx.get(
            f"{self.double}/control/texts", params={"number": self.address}, timeout=60
        )
        told = asked.json()["messages"]
        return [one["body"] for one in told if one["direction"] == _FROM_THE_GATEWAY]

    def stored(self, sid: str | None = None) -> tuple[Row, Row | None]:
        """What is kept of a text of this number, the last if none is named, and of its answer."""
        with database_of(self.product) as database, database.reading() as connection:
            came = connection.execute(
                select(inbound_texts).where(inbound_texts.c.provider_id == (sid or self.sids[-1]))
            ).one()
            answer = connection.execute(
                select(outbound_texts).where(outbound_texts.c.cause_id == came.id)
            ).first()
            return came, answer

    @property
    def kind(self) -> str | None:
        """Of which kind the answer to the last text is; None if it has none."""
        _, answer = self.stored()
        return None if answer is None else str(answer.kind)

    def thread(self) -> Row:
        """The thread of the last text."""
        came, _ = self.stored()
        with database_of(self.product) as database, database.reading() as connection:
            return connection.execute(
                select(text_threads).where(text_threads.c.id == came.thread_id)
            ).one()

    def is_opted_out(self) -> bool:
        """Whether the list of all senders has this number."""
        with database_of(self.product) as database, database.reading() as connection:
            index = vault_of(self.product).index("phone", self.number)
            found = select(opt_outs).where(opt_outs.c.address_index == index)
            return connection.execute(found).first() is not None


def vault_of(product: RunningProduct) -> Vault:
    """What opens the product's sealed columns."""
    return Vault.from_secrets(read_secrets(product.var / "secrets.env", {}, create=False))


def choices_in(text: str) -> dict[str, str]:
    """What can be replied, by its label: "Reply 1: A, 2: B" has {"A": "1", "B": "2"}."""
    offered = re.split(r"\n(?:Reply|Responda) ", text, maxsplit=1)[-1]
    pairs = re.findall(r"(?:^|, |\n)(\d+): (.+?)(?=, \d+: |\n|$)", offered)
    return {label: number for number, label in pairs}
