"""Recorded payloads of PagerDuty and Slack, good and bad, and parsers that anything may be thrown at."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.channels.domain.answers import fit_to_keep, result_of_status, retry_after
from reliability.channels.domain.inbound import Forged, Malformed, Stale
from reliability.channels.domain.outcome import ANSWER_LENGTH_MAX, Result
from reliability.channels.domain.text import one_line, shortened_bytes
from reliability.channels.kinds.pagerduty import webhooks
from reliability.channels.kinds.slack import blocks, interactions

RECORDED = Path(__file__).parent.parent / "protocols"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


def test_a_recorded_acknowledgement_of_pagerduty() -> None:
    event = webhooks.parse((RECORDED / "pagerduty" / "good-acknowledged.json").read_bytes(), now=NOW, window=DAY)
    assert event == webhooks.WebhookEvent(
        event_id="5ac64822-4adc-4fda-ade0-410becf0de4f",
        event_type="incident.acknowledged",
        at=datetime(2026, 3, 2, 11, 58, 22, 860000, tzinfo=UTC),
        key="incident:42@rel.example.org",
        who="Tenex Engineer",
        is_person=True,
    )


def test_a_recorded_ping_of_pagerduty_is_about_nothing() -> None:
    event = webhooks.parse((RECORDED / "pagerduty" / "good-ping.json").read_bytes(), now=NOW, window=DAY)
    assert (event.event_type, event.key, event.is_person) == ("pagey.ping", "", False)


@pytest.mark.parametrize("path", sorted((RECORDED / "pagerduty").glob("bad-*.json")), ids=lambda path: path.stem)
def test_bad_payloads_of_pagerduty_are_malformed(path: Path) -> None:
    with pytest.raises(Malformed):
        webhooks.parse(path.read_bytes(), now=NOW, window=DAY)


def test_a_recorded_press_of_slack() -> None:
    payload = (RECORDED / "slack" / "good-block-actions.json").read_text()
    press = interactions.parse(urlencode({"payload": payload}).encode())
    assert (press.kind, press.workspace, press.member) == ("block_actions", "T9TK3CUKW", "U2CERLKJA")
    assert (press.action, press.value) == ("acknowledge", "signed-ack")
    assert press.response_url == "https://hooks.slack.com/actions/T9TK3CUKW/1/abc"
    assert len(press.blocks) == 1


def test_slacks_own_example_of_a_signature_is_believed() -> None:
    """The values of https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name="
        b"foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2F"
        b"hooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47"
        b"445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    secret, at = "8f742231b10e8888abcd99yyyzzz85a5", "1531420618"
    interactions.verify(
        body=body, timestamp=at, signature=signature, secret=secret, now=datetime.fromtimestamp(int(at), tz=UTC)
    )
    with pytest.raises(Forged):
        interactions.verify(body=body + b"x", timestamp=at, signature=signature, secret=secret, now=NOW)
    with pytest.raises(Stale):
        interactions.verify(body=body, timestamp=at, signature=signature, secret=secret, now=NOW)


@pytest.mark.parametrize("timestamp", ["9" * 400, "nan", "-1", " 1531420618", "1531420618.0", "١٥٣١٤٢٠٦١٨", ""])
def test_a_signed_time_that_is_no_number_of_seconds_is_refused_not_a_fault(timestamp: str) -> None:
    signed = b"v0:" + timestamp.encode() + b":body"
    signature = "v0=" + hmac.new(b"secret", signed, hashlib.sha256).hexdigest()
    with pytest.raises(Forged, match="number of seconds"):
        interactions.verify(body=b"body", timestamp=timestamp, signature=signature, secret="secret", now=NOW)


@given(header=st.text(max_size=200), body=st.binary(max_size=100))
def test_no_text_is_a_signature_by_chance(header: str, body: bytes) -> None:
    with pytest.raises(Forged):
        webhooks.verify(body=body, header=header, secrets=["secret"])


@given(body=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_pagerdutys_parser_refuses_whatever_it_cannot_read(body: bytes) -> None:
    with pytest.raises((Malformed, Stale)):  # nothing made up at random is an event of these hours
        webhooks.parse(body, now=NOW, window=DAY)


@given(value=JSON)
def test_slacks_parser_refuses_whatever_it_cannot_read(value: object) -> None:
    body = urlencode({"payload": json.dumps(value)}).encode()
    if isinstance(value, dict):
        assert interactions.parse(body).kind is not None
    else:
        with pytest.raises(Malformed):
            interactions.parse(body)


@given(body=st.binary(max_size=100))
def test_any_of_several_signatures_by_any_secret_in_force_is_believed(body: bytes) -> None:
    signed = hmac.new(b"new", body, hashlib.sha256).hexdigest()
    webhooks.verify(body=body, header=f"v1={'0' * 64}, v1={signed}", secrets=["old", "new"])


@given(text=st.text(max_size=5000), secret=st.text(min_size=6, max_size=30).filter(lambda text: not text.isspace()))
def test_what_is_kept_of_an_answer_fits_and_holds_no_secret(text: str, secret: str) -> None:
    kept = fit_to_keep(f"{text}{secret}{text}", secrets=[secret])
    assert len(kept) <= ANSWER_LENGTH_MAX
    assert "\x00" not in kept
    if len(secret.strip()) >= 6 and not secret.splitlines()[1:] and "•" not in secret:
        assert secret.strip() not in kept


@given(text=st.text(max_size=300), length=st.integers(min_value=1, max_value=100))
def test_one_line_is_one_line_within_its_length(text: str, length: int) -> None:
    line = one_line(text, length)
    assert len(line) <= length
    assert line.splitlines() in ([], [line])


@given(text=st.text(max_size=300), limit=st.integers(min_value=3, max_value=100))
def test_shortened_bytes_are_whole_characters(text: str, limit: int) -> None:
    assert len(shortened_bytes(text, limit).encode()) <= limit


@given(text=st.text(alphabet="&<>ab\n", max_size=4000))
def test_a_section_of_slack_never_exceeds_its_length(text: str) -> None:
    assert len(blocks.fitted(text)) <= 3000


@given(status=st.integers(min_value=100, max_value=599))
def test_every_status_has_a_result(status: int) -> None:
    assert result_of_status(status) in Result


@given(header=st.text(max_size=60))
def test_retry_after_is_within_its_bound_or_nothing(header: str) -> None:
    wait = retry_after(header, now=NOW)
    assert wait is None or timedelta() <= wait <= timedelta(hours=1)
