"""The gateway as a real process: killed, restarted, and what its log holds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.gateway.limits import LIMITS_FILE
from bot.gateway.server import serve
from tests.gateway.fake_rasa import SECRET, FakeRasa
from tests.gateway.harness import Chat, until
from tests.ports import free_port

ROOT = Path(__file__).parents[2]


@dataclass
class Process:
    """`python -m bot.gateway`, with everything it printed."""

    environment: dict[str, str]
    output: list[str] = field(default_factory=list)
    child: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "bot.gateway"],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{self.environment['PORT']}", timeout=30
        )
        until(self.is_live, seconds=120, what="the start")

    def is_running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def is_live(self) -> bool:
        assert self.is_running(), "".join(self.output)
        try:
            return self.http.get("/health/live").status_code == 200
        except httpx.TransportError:
            return False

    def end(self, how: signal.Signals) -> int:
        assert self.child
        self.http.close()
        self.child.send_signal(how)
        code = self.child.wait(60)
        self.reader.join(10)
        return code

    def chat(self) -> Chat:
        opened = self.http.post("/api/session").json()
        return Chat(self.http, opened["token"], opened)

    def _read(self) -> None:
        assert self.child
        assert self.child.stdout
        self.output.extend(self.child.stdout)


@pytest.fixture(scope="module")
def _one_process(
    tmp_path_factory: pytest.TempPathFactory, _one_rasa: FakeRasa
) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("process")
    limits: dict[str, Any] = yaml.safe_load(LIMITS_FILE.read_text(encoding="utf-8"))
    limits["readiness"]["reuse_seconds"] = 0
    chosen = folder / "limits.yml"
    chosen.write_text(yaml.safe_dump(limits), encoding="utf-8")
    made = Process(
        {
            "BOT_VAR": str(folder / "var"),
            "LIMITS_FILE": str(chosen),
            "LOOPBACK_SECRET": SECRET,
            "PORT": str(free_port()),
            "RASA_PORT": str(_one_rasa.port),
        }
    )
    yield made
    if made.is_running():
        made.end(signal.SIGKILL)


@pytest.fixture
def process(_one_process: Process, rasa: FakeRasa) -> Process:
    """The process, running; tests may leave it killed."""
    if not _one_process.is_running():
        _one_process.start()
    return _one_process


def send_and_forget(conversation: Chat, text: str, key: str) -> threading.Thread:
    """Send a message whose answer will not come."""

    def attempt() -> None:
        try:
            httpx.post(
                f"{conversation.http.base_url}/api/message",
                json={"text": text},
                headers={**conversation.headers, "Idempotency-Key": key},
                timeout=30,
            )
        except httpx.TransportError:
            return

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    return thread


def test_killed_between_question_and_answer(process: Process, rasa: FakeRasa) -> None:
    conversation = process.chat()
    acknowledged = conversation.say("number 0").json()["messages"]
    rasa.hold()
    waiting = [send_and_forget(conversation, "number 1", "key-number-1")]
    rasa.wait_for_messages(2)
    waiting.append(send_and_forget(conversation, "number 2", "key-number-2"))
    until(lambda: len(conversation.history()) == 5, what="the second message's arrival")
    process.end(signal.SIGKILL)
    for thread in waiting:
        thread.join(10)
    rasa.release()
    rasa.ready = False
    process.start()
    conversation.http = process.http
    before = [entry["text"] for entry in conversation.history()[1:]]
    assert before == ["number 0", "You said: number 0", "number 1", "number 2"]
    rasa.ready = True
    until(lambda: len(conversation.history()) == 7, what="the answers")
    assert [entry["text"] for entry in conversation.history()[1:]] == [
        "number 0",
        "You said: number 0",
        "number 1",
        "You said: number 1",
        "number 2",
        "You said: number 2",
    ]
    assert conversation.history()[2]["id"] == acknowledged[0]["id"]
    replayed = conversation.say("number 1", key="key-number-1").json()["messages"]
    assert replayed[0]["id"] == conversation.history()[4]["id"]
    assert rasa.texts()[-2:] == ["number 1", "number 2"]


def test_after_a_kill_a_waiting_patient_need_not_wait_for_rasa_to_load(
    process: Process, rasa: FakeRasa
) -> None:
    conversation = process.chat()
    rasa.hold()
    thread = send_and_forget(conversation, "number 1", "key-number-1")
    rasa.wait_for_messages(1)
    process.end(signal.SIGKILL)
    thread.join(10)
    rasa.release()
    rasa.ready = False
    rasa.status = 503
    process.start()
    conversation.http = process.http
    assert conversation.say("number 2").json()["messages"][0]["kind"] == "error"
    assert [entry.get("kind") for entry in conversation.history()[1:]] == [
        None,
        "error",
        None,
        "error",
    ]


def test_every_acknowledged_message_survives_being_killed(process: Process, rasa: FakeRasa) -> None:
    conversation = process.chat()
    acknowledged: list[str] = []

    def talk() -> None:
        for number in range(1000):
            try:
                response = conversation.say(f"number {number}")
            except httpx.TransportError:
                return
            if response.status_code == 200:
                acknowledged.append(f"number {number}")

    talker = threading.Thread(target=talk, daemon=True)
    talker.start()
    until(lambda: len(acknowledged) >= 5, what="five answers")
    process.end(signal.SIGKILL)
    talker.join(10)
    process.start()
    conversation.http = process.http
    until(lambda: conversation.history()[-1]["role"] == "assistant", what="the last answer")
    history = conversation.history()[1:]
    said = [entry["text"] for entry in history if entry["role"] == "patient"]
    assert said[: len(acknowledged)] == acknowledged
    assert len(history) == 2 * len(said)


def test_a_polite_stop_lets_the_answer_in_flight_finish(process: Process, rasa: FakeRasa) -> None:
    conversation = process.chat()
    rasa.hold()
    answers: list[httpx.Response] = []
    client = httpx.Client(base_url=process.http.base_url, timeout=30)
    talker = threading.Thread(
        target=lambda: answers.append(
            client.post(
                "/api/message",
                json={"text": "hello"},
                headers={**conversation.headers, "Idempotency-Key": "12345678"},
            )
        )
    )
    talker.start()
    rasa.wait_for_messages(1)
    assert process.child
    process.child.send_signal(signal.SIGTERM)
    rasa.release()
    talker.join(20)
    client.close()
    assert answers[0].json()["messages"][0]["text"] == "You said: hello"
    process.child.wait(60)


def test_the_log_is_json_and_holds_nothing_of_a_patient(process: Process, rasa: FakeRasa) -> None:
    conversation = process.chat()
    key = "key-" + uuid.uuid4().hex
    rasa.answer = lambda said: {
        "replies": [
            {
                "kind": "chitchat",
                "text": "canary-reply",
                "buttons": [{"title": "canary-title", "payload": "/canary-payload"}],
            }
        ],
        "intent": None,
    }
    button = conversation.say("canary-text", key=key).json()["messages"][0]["buttons"][0]
    conversation.say("canary-other", key=key)
    conversation.press(button["id"])
    conversation.say("canary-text I want to kill myself")
    conversation.post("canary-shape")
    process.http.get("/canary-path?canary-query=1")
    process.http.post("/api/session", headers={"Origin": "https://canary-origin.example"})
    rasa.raw = b'{"canary": '
    conversation.say("canary-broken")
    rasa.stop()
    conversation.say("canary-unreachable")
    conversation.delete()
    until(lambda: "rasa_forget_failed" in "".join(process.output), what="the failed forgetting")
    process.end(signal.SIGTERM)
    output = "".join(process.output)
    for secret in (
        "canary",
        conversation.token,
        key,
        button["id"],
        SECRET,
        rasa.seen[0]["conversation_id"],
        rasa.seen[0]["message_id"],
    ):
        assert secret not in output
    events = [json.loads(line)["event"] for line in process.output]
    assert {"started", "fallback_given", "safety_reply_given", "alert_stored", "stopped"} <= set(
        events
    )
    for line in process.output:
        assert {"time", "level", "event"} <= set(json.loads(line))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HOST", "203.0.113.1", "cannot listen on 203.0.113.1"),
        ("DATA_KEYS", "hush", "DATA_KEYS cannot be used: a data key is not 32 bytes long"),
    ],
)
def test_a_bad_setting_is_one_line_and_exit_2(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.gateway"],
        cwd=ROOT,
        env={**os.environ, "BOT_VAR": str(tmp_path / "var"), name: value},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "hush" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "none", "PORT must be a port number"),
        ("LIMITS_FILE", "/nothing/limits.yml", "cannot be read"),
        ("TRUSTED_PROXIES", "somewhere", "TRUSTED_PROXIES must be"),
        ("DATA_KEYS", "hush", "DATA_KEYS cannot be used: a data key is not 32 bytes long"),
        ("INDEX_KEY", "hush", "INDEX_KEY is shorter than 32 characters"),
    ],
)
def test_each_bad_setting_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, value: str, said: str
) -> None:
    """Without a process for each: Python and its libraries take seconds to load."""
    assert serve({**os.environ, "BOT_VAR": str(tmp_path / "var"), name: value}) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert "hush" not in shown.err
    assert len(shown.err.splitlines()) == 1
