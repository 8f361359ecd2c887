"""Keeps a webhook from reaching into this machine or its network (server-side request forgery).

The name is resolved once, every address that it stands for is checked, and the connection is made
to a checked address: a name server that answers otherwise the next moment changes nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import anyio

from bot.configuration.webhook_settings import WebhookUrl
from bot.intake.delivery_failure import DeliveryError, Failure, FailureReason

Address = IPv4Address | IPv6Address

#: Gives the addresses of a host. Raises OSError (as `socket.gaierror`) if there are none.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# What `is_global` lets through though nobody of the public internet is behind it. IANA's registries
# of special-purpose addresses (RFC 6890) and of multicast addresses.
_NOT_PUBLIC_V4 = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # for protocols
            "192.88.99.0/24",  # 6to4 relays, given up
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved
        ),
    )
)
_GLOBAL_UNICAST = ip_network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    map(
        ip_network,
        (
            "2001::/23",  # for protocols; Teredo, which holds an IPv4 address
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which holds an IPv4 address
            "3fff::/20",  # documentation
        ),
    )
)


def is_public(address: Address) -> bool:
    """Whether this is an ordinary address of the public internet.

    Not so: private, loopback, link-local, multicast and reserved addresses, and IPv6 addresses that
    hold an IPv4 one (mapped, compatible, translated, 6to4, Teredo), whatever that is.
    """
    if not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    return address in _GLOBAL_UNICAST and not any(address in net for net in _NOT_PUBLIC_V6)


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses that this machine's resolver finds, in the order to try them."""
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class UrlGuard:
    """Finds the addresses that may be connected to.

    Args:
        allow_private: any address will do.
    """

    def __init__(self, *, allow_private: bool, resolve: Resolve = system_resolver) -> None:
        self._allow_private = allow_private
        self._resolve = resolve

    async def addresses(self, url: WebhookUrl) -> tuple[Address, ...]:
        """Every address of the URL's host, all of them checked.

        Raises:
            DeliveryError: the host has no address, one of them is not public, or there is no TLS.
        """
        if url.scheme != "https" and not self._allow_private:
            raise DeliveryError(Failure(FailureReason.ADDRESS_REFUSED), permanent=True)
        try:
            found = tuple([ip_address(text) for text in await self._resolve(url.host, url.port)])
        except (OSError, UnicodeError, ValueError):
            found = ()
        if not found:
            raise DeliveryError(Failure(FailureReason.NOT_RESOLVED))
        if not self._allow_private and not all(map(is_public, found)):
            # Not for good: a name that an attacker or a mistake points elsewhere can be put right.
            raise DeliveryError(Failure(FailureReason.ADDRESS_REFUSED))
        return found
