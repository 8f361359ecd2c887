"""E-mail notices: encrypted, thin, and what every answer of the mail server means."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import anyio
import pytest

from bot.configuration.notice_settings import EmailSettings, SmtpServer
from bot.content.yaml_source import ContentError
from bot.intake.delivery_failure import DeliveryError, FailureReason
from bot.intake.delivery_limits import load_delivery_limits
from bot.intake.notice_texts import NOTICES_FILE, load_notice_texts
from bot.intake.outbox import Notice, NoticeEvent, SinkName
from bot.intake.records import Urgency
from bot.intake.sinks import email as email_module
from bot.intake.sinks.email import EmailSink
from tests.intake.certificates import Certificate, make_certificate
from tests.intake.mail_double import (
    DROPS,
    HANGS,
    PASSWORD,
    USER,
    MailDouble,
    mail_double,
)
from tests.intake.notices import notice
from tests.intake.webhook_double import nobody_listens

LIMITS = load_delivery_limits().attempts


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "mail.clinic.test")


@pytest.fixture
def double() -> Iterator[MailDouble]:
    """One on this machine, without TLS."""
    with mail_double() as made:
        yield made


def sink_for(port: int, trust: ssl.SSLContext | None = None, **server: Any) -> EmailSink:
    where = SmtpServer(**{"host": "127.0.0.1", "port": port, "encrypted": False, **server})
    settings = EmailSettings(to="desk@clinic.test", sender="bot@chat.clinic.test", server=where)
    return EmailSink(
        settings,
        load_notice_texts(),
        public_url="https://chat.clinic.test",
        limits=LIMITS,
        trust=trust,
    )


def send(sink: EmailSink, one: Notice | None = None, within: float = 10) -> None:
    async def limited() -> None:
        with anyio.fail_after(within):
            await sink.send(one or notice(sink=SinkName.EMAIL))

    anyio.run(limited)


def failed(sink: EmailSink, within: float = 10) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(sink, within=within)
    return caught.value


def test_it_says_reference_urgency_event_and_desk_address_and_nothing_else(
    double: MailDouble,
) -> None:
    send(sink_for(double.port), notice(urgency=Urgency.URGENT, event=NoticeEvent.REQUEST_APPENDED))

    (message,) = double.received
    assert message["Subject"] == "Addition to a request K7XD-29QM: urgent"
    assert message.get_content().replace("\r\n", "\n") == (
        "Addition to a request\n\nReference: K7XD-29QM\nUrgency: urgent\n\n"
        "Open it at the desk:\nhttps://chat.clinic.test/desk/records/K7XD-29QM\n\n"
        "This notice holds nothing about the patient. Nobody reads answers to it.\n"
    )
    headers = {name.lower() for name in message} - {"x-peer", "x-mailfrom", "x-rcptto"}
    assert headers == {
        "subject",
        "from",
        "to",
        "date",
        "message-id",
        "auto-submitted",
        "content-type",
        "content-transfer-encoding",
        "mime-version",
    }
    assert message["Auto-Submitted"] == "auto-generated"
    assert double.envelopes == [("bot@chat.clinic.test", ["desk@clinic.test"])]


def test_the_name_of_this_machine_is_not_told(double: MailDouble) -> None:
    send(sink_for(double.port))
    assert double.greeted_by == ["chat.clinic.test"]


def test_another_attempt_is_the_same_message(double: MailDouble) -> None:
    double.tell("DATA", "451 Later")
    sink = sink_for(double.port)
    failed(sink)
    send(sink)

    first, second = double.received
    assert first.as_bytes() == second.as_bytes()
    assert first["Message-ID"] == f"<{notice().id}@chat.clinic.test>"


@pytest.mark.parametrize("event", NoticeEvent)
@pytest.mark.parametrize("urgency", Urgency)
def test_there_are_words_for_everything(event: NoticeEvent, urgency: Urgency) -> None:
    texts = load_notice_texts()
    one = notice(event=event, urgency=urgency)
    assert one.reference in texts.subject_of(one)
    assert "https://link.test" in texts.body_of(one, "https://link.test")


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        ("421 Closing", False),
        ("450 Busy", False),
        ("451 Later", False),
        ("452 Full", False),
        ("550 Unknown", True),
        ("552 Too big", True),
        ("554 No", True),
    ],
)
def test_5xx_to_the_message_is_for_good_and_4xx_is_not(
    double: MailDouble, command: str, answer: str, permanent: bool
) -> None:
    double.tell(command, answer)
    error = failed(sink_for(double.port))
    assert str(error.failure) == f"smtp_status {answer[:3]}"
    assert error.permanent == permanent


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_connection_that_ends_leaves_it_open_whether_it_was_taken(
    double: MailDouble, command: str
) -> None:
    double.tell(command, DROPS)
    sink = sink_for(double.port)
    error = failed(sink)
    assert (str(error.failure), error.permanent) == ("connection", False)
    send(sink)
    assert len(set(double.keys)) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", ["garbage", "xyz what", "x" * 6000])
def test_garbage_is_tried_again(double: MailDouble, command: str, answer: str) -> None:
    double.tell(command, answer)
    assert not failed(sink_for(double.port)).permanent


@pytest.mark.parametrize("command", ["MAIL", "DATA"])
def test_the_caller_can_cut_an_attempt_short(double: MailDouble, command: str) -> None:
    double.tell(command, HANGS)
    with pytest.raises(TimeoutError):
        send(sink_for(double.port), within=0.3)


@pytest.mark.parametrize("answer", [HANGS, DROPS, "421 Rude", "550 No"])
def test_what_is_taken_is_taken_however_the_good_bye_goes(double: MailDouble, answer: str) -> None:
    double.tell("QUIT", answer)
    # The time for the whole attempt ends while the good-bye hangs.
    send(sink_for(double.port), within=0.7)
    assert len(double.received) == 1


def test_nobody_listens() -> None:
    error = failed(sink_for(nobody_listens()))
    assert (str(error.failure), error.permanent) == ("connection", False)


def test_a_name_that_nobody_knows() -> None:
    error = failed(sink_for(25, host="mail.invalid"))
    assert (error.failure.reason, error.permanent) == (FailureReason.CONNECTION, False)


@contextmanager
def greeting(says: bytes | None) -> Iterator[int]:
    """A server that only greets; the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        done = threading.Event()

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                if says is not None:
                    connection.sendall(says)
                    connection.shutdown(socket.SHUT_WR)
                done.wait(10)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        done.set()
        thread.join(5)


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (b"554 5.3.2 No service here\r\n", "smtp_status 554"),
        (b"421 Busy\r\n", "smtp_status 421"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "smtp_status 500"),
        (b"", "connection"),
        (b"\x00\xff\xfe" * 9, "connection"),
    ],
)
def test_what_is_said_before_the_message_is_never_for_good(says: bytes, reason: str) -> None:
    with greeting(says) as port:
        error = failed(sink_for(port))
    assert not error.permanent
    assert error.failure.reason.value == reason.split()[0]


def test_a_server_that_does_not_greet_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with greeting(None) as port:
        sink = sink_for(port)
        monkeypatch.setattr(sink, "_limits", LIMITS.copy(update={"connect_seconds": 0.2}))
        started = time.monotonic()
        error = failed(sink)
    assert (str(error.failure), error.permanent) == ("time_out", False)
    assert time.monotonic() - started < 5


# Encryption and signing in.


def test_starttls_is_used_where_it_is_offered(certificate: Certificate) -> None:
    with mail_double(certificate.of_the_server, signing_in=True) as double:
        send(sink_for(double.port, certificate.trust, user=USER, password=PASSWORD))
    assert double.encrypted == double.signed_in == [True]


def test_tls_from_the_first_byte(certificate: Certificate) -> None:
    with mail_double(certificate.of_the_server, encrypted=True, signing_in=True) as double:
        send(sink_for(double.port, certificate.trust, encrypted=True, user=USER, password=PASSWORD))
    assert len(double.received) == 1
    assert double.signed_in == [True]


def test_elsewhere_nothing_is_said_without_tls(
    double: MailDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email_module, "_THIS_MACHINE", frozenset())
    error = failed(sink_for(double.port, user=USER, password=PASSWORD))
    assert (str(error.failure), error.permanent) == ("tls", False)
    assert double.received == []


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    certificate: Certificate, tmp_path: Any, encrypted: bool
) -> None:
    stranger = make_certificate(tmp_path, "mail.clinic.test")
    with mail_double(stranger.of_the_server, encrypted=encrypted) as double:
        error = failed(sink_for(double.port, certificate.trust, encrypted=encrypted))
    assert (str(error.failure), error.permanent) == ("tls", False)
    assert double.received == []


def test_a_wrong_password_can_be_mended(certificate: Certificate) -> None:
    with mail_double(certificate.of_the_server, signing_in=True) as double:
        error = failed(sink_for(double.port, certificate.trust, user=USER, password="wrong"))
    assert (str(error.failure), error.permanent) == ("sign_in 535", False)
    assert "wrong" not in str(error)


def test_a_server_that_knows_no_signing_in(certificate: Certificate) -> None:
    with greeting(b"220 mail.clinic.test\r\n250 mail.clinic.test\r\n") as port:
        sink = sink_for(port, user=USER, password=PASSWORD)
        error = failed(sink)
    assert error.failure.reason in (FailureReason.SIGN_IN, FailureReason.CONNECTION)
    assert not error.permanent


# The texts.


@pytest.mark.parametrize(
    ("shipped", "broken", "says"),
    [
        ("  urgent: urgent\n", "", "urgencies: has no text for urgent"),
        ("  urgent_raised: Safety alert\n", "", "events: has no text for urgent_raised"),
        ("soon: soon", 'soon: ""', "each text is one line"),
        ("{link}", "", "must have the placeholders"),
        ("Urgency: {urgency}", "Urgency: {urgency} {name}", "must have the placeholders"),
        ('{reference}: {urgency}"', '{reference}: {urgency"', "brace without its partner"),
        ('subject: "', 'subject: "\\n', "subject"),
    ],
)
def test_a_text_that_cannot_be_is_named(
    tmp_path: Any, shipped: str, broken: str, says: str
) -> None:
    text = NOTICES_FILE.read_text()
    assert shipped in text
    file = tmp_path / "notices.yml"
    file.write_text(text.replace(shipped, broken))
    with pytest.raises(ContentError, match=says):
        load_notice_texts(file)


def test_a_reference_cannot_write_headers(double: MailDouble) -> None:
    hostile = replace(notice(), reference="K7XD\r\nBcc: x@evil.test")
    with pytest.raises(ValueError, match="Header"):
        send(sink_for(double.port), hostile)
    assert double.received == []
