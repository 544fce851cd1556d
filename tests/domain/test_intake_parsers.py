"""Parsers of what strangers send: whatever JSON or mail it is, they read it or say why not, and keep their bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.intake.domain.events import KEY_LENGTH_MAX, LABELS_MAX, TITLE_LENGTH_MAX, Parsed
from incidents.intake.domain.refusals import RejectedError
from incidents.intake.domain.severities import parse_words, severity_of
from incidents.intake.domain.texts import instant_of, is_web_address, key_of
from incidents.intake.sources.alertmanager.parse import parse as parse_alertmanager
from incidents.intake.sources.email.parse import message_id_of, thread_of
from incidents.intake.sources.email.parse import parse as parse_mail
from incidents.intake.sources.generic.expressions import ExpressionError, compiled, search
from incidents.intake.sources.generic.parse import parse as parse_generic
from incidents.intake.sources.generic.presets import PRESETS
from incidents.intake.sources.pagerduty.parse import parse_change, parse_event, parse_generic_v1
from incidents.response.domain.severity import Severity

TEXT = st.text(max_size=300)
SCALAR = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | TEXT
WORDS = """alerts labels annotations startsAt status fingerprint payload summary source severity dedup_key event_action
links images href text custom_details timestamp monitor heartbeat data event title key code name truncatedAlerts"""
NAMES = st.sampled_from(WORDS.split())
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | TEXT, inner, max_size=6), max_leaves=25
)
OBJECT = st.dictionaries(NAMES | TEXT, JSON, max_size=8)
ALERT = st.fixed_dictionaries(
    {"labels": st.dictionaries(TEXT, SCALAR, max_size=4), "startsAt": st.just("2026-03-02T12:00:00Z")},
    optional={"status": st.sampled_from(["firing", "resolved"]) | JSON, "annotations": JSON, "fingerprint": JSON},
)


def assert_bounded(parsed: Parsed) -> None:
    for alert in parsed.alerts:
        assert len(alert.title) <= TITLE_LENGTH_MAX
        assert 0 < len(alert.key) <= KEY_LENGTH_MAX
        assert len(alert.labels) <= LABELS_MAX
        assert all(is_web_address(url) for _, url in alert.links)
        assert "\x00" not in alert.title + alert.description


def tried(parse: Callable[[], Parsed]) -> None:
    refusal: RejectedError | None = None
    parsed = Parsed()
    try:
        parsed = parse()
    except RejectedError as error:
        refusal = error
    assert refusal is None or (refusal.message and all(refusal.errors))
    assert_bounded(parsed)


@given(JSON | st.fixed_dictionaries({"alerts": st.lists(ALERT | JSON, max_size=3)}))
def test_alertmanager_reads_or_refuses_any_json(body: Any) -> None:
    tried(lambda: parse_alertmanager(body, config={}, alerts_max=10))


@given(OBJECT | st.fixed_dictionaries({"event_action": st.just("trigger"), "payload": OBJECT, "links": JSON}))
def test_events_are_read_or_refused(body: Mapping[str, Any]) -> None:
    tried(lambda: parse_event(body, config={}, made_key="made"))
    tried(lambda: parse_change(body, made_key="made"))
    tried(lambda: parse_generic_v1(body, config={}, made_key="made"))


@pytest.mark.parametrize("name", PRESETS)
@given(JSON)
def test_no_preset_fails_on_any_json(name: str, body: Any) -> None:
    tried(lambda: parse_generic(body, config=PRESETS[name].config, alerts_max=100))


@given(st.binary(max_size=500) | TEXT.map(lambda text: f"Subject: {text}\r\n\r\n{text}".encode(errors="replace")))
def test_any_mail_is_read_or_refused(raw: bytes) -> None:
    assert 0 < len(message_id_of(raw)) <= 255
    tried(lambda: Parsed(alerts=(parse_mail(raw, config={}).alert,)))


@pytest.mark.filterwarnings("ignore:deprecated string literal syntax")
@given(st.text(alphabet="abc []{}|@&.*?'`\",():<>=!0123456789-", max_size=60), JSON)
def test_any_expression_is_compiled_or_refused_and_never_breaks(text: str, body: Any) -> None:
    refusal: ExpressionError | None = None
    try:
        search(text, body, body=body)
    except ExpressionError as error:
        refusal = error
    assert refusal is None or str(refusal)


@pytest.mark.parametrize("text", ["a" * 501, "[@,@]|[@,@]|[@,@]|[@,@]|[@,@]", "a[][][][][]", "|".join(["a[*]"] * 10)])
def test_expressions_that_could_grow_without_end_are_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        compiled(text)


def test_the_whole_body_is_at_hand_within_an_alert() -> None:
    assert search("body().group", {"a": 1}, body={"group": "shop"}) == "shop"


@pytest.mark.parametrize(
    ("subject", "thread"),
    [
        ("[CRITICAL] Disk of db1 is full", "disk of db1 is full"),
        ("Re: Fwd: [OK] Disk of db1 is full", "disk of db1 is full"),
        ("RESOLVED: Disk of db1 is full", "disk of db1 is full"),
        ("** PROBLEM Disk of db1 is full", "disk of db1 is full"),
        ("Disk of db1 is full - recovered", "disk of db1 is full"),
        ("resolved", "resolved"),
    ],
)
def test_the_beginning_and_the_end_of_an_alert_have_one_thread(subject: str, thread: str) -> None:
    assert thread_of(subject) == thread


@given(st.text(min_size=1, max_size=600))
def test_a_long_key_stays_the_same_and_apart(text: str) -> None:
    assert key_of(text) == key_of(text)
    assert len(key_of(text)) <= KEY_LENGTH_MAX
    if len(text) > KEY_LENGTH_MAX:
        assert key_of(text) != key_of(text + "x")


@pytest.mark.parametrize(
    ("word", "severity"),
    [("critical", 2), ("Warning", 4), ("P1", 1), ("2", 2), ("nonsense", None), ("", None), ("platinum", 1)],
)
def test_words_of_severities(word: str, severity: int | None) -> None:
    assert severity_of(word, own={"platinum": 1}) == (None if severity is None else Severity(severity))


@pytest.mark.parametrize("text", ["platinum", "platinum = 9", "= 1"])
def test_a_line_that_names_no_severity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        parse_words(text)


@pytest.mark.parametrize(
    ("value", "is_known"),
    [("2026-03-02T12:00:00Z", True), (1772452800, True), (1772452800000, True), ("0001-01-01T00:00:00Z", False)],
)
def test_instants_of_strangers(value: Any, is_known: bool) -> None:
    assert (instant_of(value) is not None) is is_known


@pytest.mark.parametrize(
    ("url", "is_web"),
    [
        ("https://a.example/x", True),
        ("javascript:alert(1)", False),
        ("https://a b", False),
        ("//a", False),
        ("http://[", False),
    ],
)
def test_only_web_addresses_become_links(url: str, is_web: bool) -> None:
    assert is_web_address(url) is is_web
