"""Who a request comes from, seen through the proxies that are trusted and no others."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from starlette.requests import HTTPConnection

Address = IPv4Address | IPv6Address

_FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip")


class ClientAddresses:
    """Reads addresses.

    Args:
        trusted_proxies: addresses or networks whose X-Forwarded-For is believed.

    Raises:
        ValueError: one of them is neither.
    """

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        self._trusted: list[IPv4Network | IPv6Network] = [
            ip_network(proxy, strict=False) for proxy in trusted_proxies
        ]

    def of(self, request: HTTPConnection) -> Address | None:
        """The nearest address that is not a trusted proxy. None if it cannot be told."""
        address = _parsed(request.client.host if request.client else "")
        hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        while address and self._is_trusted(address) and hops:
            earlier = _parsed(hops.pop())
            if earlier is None:
                break
            address = earlier
        return address

    def group_of(self, request: HTTPConnection) -> str:
        """The key under which requests of one household or office are counted."""
        address = self.of(request)
        if isinstance(address, IPv6Address):
            return str(ip_network((address, 64), strict=False))
        return str(address)

    def is_operator(self, request: HTTPConnection) -> bool:
        """Whether this comes from this machine, or from a trusted proxy and nobody behind it."""
        address = self.of(request)
        if address is None:
            return False
        if self._is_trusted(address):
            return True
        forwarded = any(name in request.headers for name in _FORWARDING_HEADERS)
        return address.is_loopback and not forwarded

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
