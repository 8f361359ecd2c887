"""Which addresses a webhook may reach."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import anyio
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.configuration.webhook_settings import WebhookUrl
from bot.intake.delivery_failure import DeliveryError, FailureReason
from bot.intake.sinks.url_guard import Address, UrlGuard, is_public, system_resolver

URL = WebhookUrl(scheme="https", host="hooks.clinic.test", port=443, target="/")

# IANA IPv4 and IPv6 special-purpose address registries, what is not "globally reachable", and what
# stands for an IPv4 address; multicast.
SPECIAL = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
    224.0.0.0/4 240.0.0.0/4 255.255.255.255/32
    ::/128 ::1/128 ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001::/32
    2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""
NETWORKS = [ip_network(text) for text in SPECIAL.split()]


def resolving(*addresses: str) -> UrlGuard:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return UrlGuard(allow_private=False, resolve=resolve)


def allowed(guard: UrlGuard, url: WebhookUrl = URL) -> tuple[Address, ...]:
    return anyio.run(guard.addresses, url)


def refused(guard: UrlGuard, url: WebhookUrl = URL) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        allowed(guard, url)
    return caught.value


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1"]
)
def test_an_address_of_the_public_internet_will_do(address: str) -> None:
    assert allowed(resolving(address)) == (ip_address(address),)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "169.254.169.254",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::8.8.8.8",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_no_other_address_will_do_not_even_beside_a_public_one(address: str) -> None:
    for guard in (resolving(address), resolving("8.8.8.8", address)):
        error = refused(guard)
        assert error.failure.reason is FailureReason.ADDRESS_REFUSED
        assert not error.permanent
        assert address not in str(error)


@given(network=st.sampled_from(NETWORKS), data=st.data())
def test_nothing_within_a_special_network_is_public(network: object, data: st.DataObject) -> None:
    address = data.draw(st.ip_addresses(network=network))  # type: ignore[arg-type]
    assert not is_public(address)
    if isinstance(address, IPv4Address):
        for prefix in ("::ffff:0:0", "64:ff9b::", "::"):
            assert not is_public(IPv6Address(int(IPv6Address(prefix)) | int(address)))
        assert not is_public(IPv6Address((0x2002 << 112) | (int(address) << 80)))


@given(st.ip_addresses())
@example(ip_address("9.9.9.9"))
@example(ip_address("2000::"))
@example(ip_address("3ffe:ffff::1"))
@example(ip_address("::ffff:9.9.9.9"))
def test_a_random_address_is_public_if_it_is_in_no_special_network(address: Address) -> None:
    special = any(address in one for one in NETWORKS if one.version == address.version)
    unicast = address.version == 4 or address in ip_network("2000::/3")
    # More may be refused: no address space that is not handed out yet.
    if is_public(address):
        assert unicast
        assert not special
    elif unicast and not special:
        assert not address.is_global


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "::1"]
)
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    url = WebhookUrl(scheme="https", host=host, port=443, target="/")
    error = refused(UrlGuard(allow_private=False, resolve=system_resolver), url)
    assert error.failure.reason in (FailureReason.ADDRESS_REFUSED, FailureReason.NOT_RESOLVED)


def test_a_name_without_an_address_is_tried_again_later() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    for guard in (resolving(), UrlGuard(allow_private=False, resolve=unknown)):
        error = refused(guard)
        assert (error.failure.reason, error.permanent) == (FailureReason.NOT_RESOLVED, False)


def test_a_name_that_is_too_long_is_no_error_of_ours() -> None:
    url = WebhookUrl(scheme="https", host="a" * 300 + ".test", port=443, target="/")
    error = refused(UrlGuard(allow_private=False, resolve=system_resolver), url)
    assert error.failure.reason is FailureReason.NOT_RESOLVED


def test_without_tls_there_is_no_webhook() -> None:
    url = WebhookUrl(scheme="http", host="hooks.clinic.test", port=80, target="/")
    error = refused(resolving("8.8.8.8"), url)
    assert (error.failure.reason, error.permanent) == (FailureReason.ADDRESS_REFUSED, True)


def test_a_private_address_will_do_where_that_is_allowed() -> None:
    url = WebhookUrl(scheme="http", host="127.0.0.1", port=80, target="/")
    guard = UrlGuard(allow_private=True)
    assert allowed(guard, url) == (ip_address("127.0.0.1"),)
