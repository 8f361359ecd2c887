"""Posts JSON to one URL, signed as Standard Webhooks 1.0.0 has it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from datetime import datetime, timezone

import httpx
from standardwebhooks import Webhook

from bot.configuration.webhook_settings import WebhookUrl
from bot.intake.delivery_failure import DeliveryError, Failure, FailureReason
from bot.intake.retry_after import read_retry_after
from bot.intake.sinks.sink import is_about_tls
from bot.intake.sinks.url_guard import Address, UrlGuard

#: 4xx that ask for another try: time-out, conflict, too early, too many requests (RFC 9110, 8470,
#: 6585). Any other 4xx says that this very request will never do.
_ASKS_FOR_ANOTHER_TRY = frozenset({408, 409, 425, 429})

_USUAL_PORTS = {"http": 80, "https": 443}


class SignedPost:
    """Posts to one URL, at addresses that the guard has checked.

    Args:
        keys: `whsec_...`; each of them signs.
        connect_seconds: how long connecting to one address may take; the caller limits the whole.
        trust: whose certificates are believed; by default as httpx has it.
    """

    def __init__(
        self,
        url: WebhookUrl,
        guard: UrlGuard,
        *,
        keys: Sequence[str],
        connect_seconds: float,
        trust: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._url = url
        self._guard = guard
        self._signers = [Webhook(key) for key in keys]
        self._trust = trust or httpx.create_ssl_context()
        # Of the parts only the connecting is limited, to try the next address.
        self._patience = httpx.Timeout(None, connect=connect_seconds)
        self._now = now

    async def send(self, key: str, body: str) -> None:
        """Post once.

        Redirects are not followed, and what the other side answers is not read: its status says it.

        Args:
            key: by which the other side tells a second attempt from a second message.

        Raises:
            DeliveryError: the other side did not take it, or did not say so.
        """
        headers = {**self._headers(key, body), "Host": self._authority()}
        failure = DeliveryError(Failure(FailureReason.CONNECTION))
        for address in await self._guard.addresses(self._url):
            try:
                response = await self._post(address, body, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                # Nothing was sent yet: another address of the same host may do.
                failure = _connection_failure(error)
                continue
            except (httpx.HTTPError, httpx.InvalidURL):
                raise DeliveryError(Failure(FailureReason.CONNECTION)) from None
            self._check(response)
            return
        raise failure

    async def _post(self, address: Address, body: str, headers: dict[str, str]) -> httpx.Response:
        """The answer's status and headers. The connection ends with it."""
        host = f"[{address}]" if address.version == 6 else str(address)
        url = f"{self._url.scheme}://{host}:{self._url.port}{self._url.target}"
        client = httpx.AsyncClient(
            verify=self._trust,
            # Neither a proxy, which would resolve the name anew, nor a password of .netrc.
            trust_env=False,
            follow_redirects=False,
            timeout=self._patience,
        )
        # The certificate is checked against this name, not against the address.
        name = {"sni_hostname": self._url.host}
        async with (
            client,
            client.stream(
                "POST", url, content=body.encode(), headers=headers, extensions=name
            ) as response,
        ):
            return response

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if 200 <= status < 300:
            return
        raise DeliveryError(
            Failure(FailureReason.HTTP_STATUS, status),
            permanent=400 <= status < 500 and status not in _ASKS_FOR_ANOTHER_TRY,
            retry_after=read_retry_after(response.headers.get("Retry-After", ""), self._now()),
        )

    def _headers(self, key: str, body: str) -> dict[str, str]:
        now = self._now()
        signatures = (signer.sign(key, now, body) for signer in self._signers)
        return {
            "Content-Type": "application/json",
            "User-Agent": "patient-assistant",
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }

    def _authority(self) -> str:
        host = f"[{self._url.host}]" if ":" in self._url.host else self._url.host
        usual = _USUAL_PORTS[self._url.scheme] == self._url.port
        return host if usual else f"{host}:{self._url.port}"


def _connection_failure(error: Exception) -> DeliveryError:
    """The failure to reach one address: by TLS, by time-out, or at all."""
    if isinstance(error, httpx.ConnectTimeout):
        return DeliveryError(Failure(FailureReason.TIME_OUT))
    reason = FailureReason.TLS if is_about_tls(error) else FailureReason.CONNECTION
    return DeliveryError(Failure(reason))
