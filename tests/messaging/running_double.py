"""The Twilio double, listening on this machine in a thread of the test."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.configuration.messaging_settings import TwilioSettings
from bot.gateway.messaging.twilio_client import TwilioClient
from bot.twilio_double.account import DoubleAccount
from bot.twilio_double.application import LOOPBACK, TwilioDouble, double_server
from bot.twilio_double.webhooks import CallbackPlan
from tests.gateway.harness import until
from tests.messaging.outgoing import LIMITS, OURS

TOKEN = "a-twilio-token-for-tests"

#: Nobody listens there: what the double tells of its messages goes nowhere.
NOBODY = "http://127.0.0.1:9"


@dataclass
class RunningDouble:
    """A double, the account that it has, and the gateway that it texts with."""

    double: TwilioDouble
    account: DoubleAccount
    url: str
    bot_url: str

    @property
    def texts(self) -> list[str]:
        """What the gateway has sent, in order."""
        return [message.body for message in self.double.exchange.sent()]

    def settings(self) -> dict[str, str]:
        """What the gateway's environment has to say."""
        lines = self.account.lines(int(self.url.rpartition(":")[2]))
        return dict(line.split("=", 1) for line in lines)

    def client(self, *, public_url: str = NOBODY, token: str = TOKEN) -> TwilioClient:
        return client_for(self.url, public_url=public_url, token=token)


def settings_for(url: str) -> TwilioSettings:
    return TwilioSettings("AC" + "0" * 32, OURS, OURS, url)


def client_for(url: str, *, public_url: str = NOBODY, token: str = TOKEN) -> TwilioClient:
    return TwilioClient(
        settings_for(url),
        token,
        public_url=public_url,
        lookup=LIMITS.lookup,
        contents=LIMITS.contents,
        connect_seconds=5,
    )


@contextmanager
def running_double(bot_url: str = NOBODY) -> Iterator[RunningDouble]:
    """One that listens."""
    listening = socket.create_server((LOOPBACK, 0))
    port = listening.getsockname()[1]
    url = f"http://{LOOPBACK}:{port}"
    account = DoubleAccount(settings_for(url), TOKEN)
    double = TwilioDouble(account, bot_url)
    if bot_url == NOBODY:
        # Nobody would hear it, and a status that changes by itself is in the way.
        double.webhooks.plan = CallbackPlan(statuses=())
    server = double_server(double, port)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        until(lambda: server.started, what="the double's start")
        yield RunningDouble(double, account, url, bot_url)
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()
