"""The recording receivers themselves: a test that trusts them has to be able to."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import httpx2
import pytest

from tests.servers.receivers import Fault, Scripted, misbehaving_smtp, recording_http, recording_smtp


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "us@example.org", "you@example.org", "Checkout fails"
    message.set_content("Line\n.dot\n")
    return message


def test_http_answers_follow_the_script_and_every_byte_is_kept() -> None:
    with recording_http([Scripted(429, b"slow", {"Retry-After": "3"}), Scripted(202)]) as receiver:
        answers = [
            httpx2.post(f"{receiver.url}/enqueue?x=1", content=b"\x00body", headers={"X-Id": "7"}) for _ in "abc"
        ]
    assert [answer.status_code for answer in answers] == [429, 202, 202]
    assert answers[0].headers["Retry-After"] == "3"
    assert [request.body for request in receiver.received] == [b"\x00body"] * 3
    assert receiver.received[0].target == "/enqueue?x=1"
    assert receiver.received[0].header("x-id") == "7"


@pytest.mark.parametrize(
    ("fault", "arrived"),
    [(Fault.HANG, 1), (Fault.DROP_AFTER, 1), (Fault.DROP_BEFORE, 0)],
    ids=["hangs with the request in hand", "drops after reading", "drops before reading"],
)
def test_http_faults_give_no_answer(fault: Fault, arrived: int) -> None:
    with recording_http([Scripted(fault=fault), Scripted(204)]) as receiver:
        with pytest.raises(httpx2.TransportError):
            httpx2.post(receiver.url, content=b"x", timeout=0.3)
        assert len(receiver.wait_for(arrived)) == arrived
        assert httpx2.post(receiver.url, content=b"again").status_code == 204
        assert len(receiver.received) == arrived + 1


def test_a_mail_server_keeps_envelope_and_content() -> None:
    with recording_smtp() as receiver:
        with smtplib.SMTP(receiver.host, receiver.port) as client:
            client.send_message(mail())
        kept = receiver.wait_for(1)[0]
    assert (kept.sender, kept.recipients) == ("us@example.org", ("you@example.org",))
    assert kept.content.endswith(b"Line\r\n.dot\r\n")


def test_a_misbehaving_mail_server_drops_what_it_has_taken() -> None:
    with misbehaving_smtp(drops_after_data=True) as receiver:
        with smtplib.SMTP(receiver.host, receiver.port) as client, pytest.raises(smtplib.SMTPServerDisconnected):
            client.send_message(mail())
        assert receiver.mails[0].content.endswith(b"Line\r\n.dot\r\n")


def test_a_misbehaving_mail_server_refuses_at_the_step_it_was_told() -> None:
    with misbehaving_smtp(replies={"RCPT": "550 nobody"}) as receiver:
        with smtplib.SMTP(receiver.host, receiver.port) as client, pytest.raises(smtplib.SMTPRecipientsRefused):
            client.send_message(mail())
        assert receiver.mails == []
