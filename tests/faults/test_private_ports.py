"""Only the gateway faces a network; Rasa and the action server are for this machine alone."""

from __future__ import annotations

import httpx
import psutil
import pytest

from tests.scenarios.running_product import RunningProduct


@pytest.mark.parametrize("name", ["rasa", "actions"])
def test_it_listens_on_loopback_only(name: str, product: RunningProduct) -> None:
    process = psutil.Process(product.pid(name))
    listening = [
        connection.laddr
        for each in [process, *process.children(recursive=True)]
        for connection in each.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    port = {"rasa": product.rasa_port, "actions": product.action_port}[name]
    assert [(address.ip, address.port) for address in listening] == [("127.0.0.1", port)]


@pytest.mark.parametrize("secret", [None, "", "wrong", "A" * 43])
def test_the_loopback_channel_demands_its_secret(
    secret: str | None, product: RunningProduct
) -> None:
    channel = f"http://127.0.0.1:{product.rasa_port}/webhooks/loopback"
    headers = {} if secret is None else {"X-Loopback-Secret": secret}
    message = {"conversation_id": "c", "message_id": "m", "text": "What is migraine aura?"}
    for response in (
        httpx.post(f"{channel}/message", json=message, headers=headers),
        httpx.post(f"{channel}/forget", json={"conversation_id": "c"}, headers=headers),
        httpx.get(f"{channel}/ready", headers=headers),
    ):
        assert response.status_code == 401
        assert "aura" not in response.text.casefold()


def test_the_loopback_channel_answers_who_knows_its_secret(product: RunningProduct) -> None:
    ready = httpx.get(
        f"http://127.0.0.1:{product.rasa_port}/webhooks/loopback/ready",
        headers={"X-Loopback-Secret": product.secret},
    )
    assert ready.status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/webhooks/rest/webhook"),
        ("POST", "/model/parse"),
        ("GET", "/conversations/default/tracker"),
        ("GET", "/domain"),
        ("GET", "/status"),
    ],
)
def test_no_other_way_into_rasa_is_open(method: str, path: str, product: RunningProduct) -> None:
    body = {"sender": "default", "message": "hello", "text": "hello"} if method == "POST" else None
    response = httpx.request(method, f"http://127.0.0.1:{product.rasa_port}{path}", json=body)
    assert response.status_code in (401, 404)
