"""Links of one person: what holds, and what is refused with which reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings
from structlog.testing import capture_logs

from incidents.paging.models import Escalation
from incidents.paging.services import escalations, links
from tests.cast import Cast
from tests.paging.engine.conftest import Clock, begin, policy_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def escalation(cast: Cast, clock: Clock) -> Escalation:
    return begin(policy_of([cast.responder]), clock.now)


@pytest.fixture
def token(escalation: Escalation, cast: Cast, clock: Clock) -> str:
    return links.sign(escalation=escalation, user_id=cast.responder.pk, now=clock.now)


def refused(token: str, clock: Clock) -> str:
    with capture_logs() as logs, pytest.raises(links.LinkRefused) as refusal:
        links.open(token=token, now=clock.now)
    assert [(entry["event"], entry["reason"]) for entry in logs] == [("link_refused", refusal.value.reason)]
    return refusal.value.reason


def test_a_link_says_who_acts_on_what(escalation: Escalation, token: str, cast: Cast, clock: Clock) -> None:
    opened = links.open(token=token, now=clock.now)
    assert (opened.user, opened.subject, opened.epoch, opened.step) == (cast.responder, "thing:1", 1, 0)
    assert len(token) < 80, "short enough for a text message"


@pytest.mark.parametrize("at", [0, 3, -1, -20])
def test_a_changed_character_is_refused(token: str, clock: Clock, at: int) -> None:
    other = "0" if token[at] != "0" else "1"
    forged = token[:at] + other + (token[at + 1 :] if at != -1 else "")
    assert refused(forged, clock) == "link_forged"


@pytest.mark.parametrize("text", ["", "a", ":", "1-1-0-1-zzzzzzzz:x", "-" * 500, "ünïcode", "\0"])
def test_what_is_no_link_is_refused(text: str, clock: Clock) -> None:
    assert refused(text, clock) == "link_forged"


def test_a_link_ends_after_three_days(token: str, clock: Clock) -> None:
    clock.now += timedelta(hours=71, minutes=59)
    links.open(token=token, now=clock.now)
    clock.now += timedelta(minutes=1)
    assert refused(token, clock) == "link_expired"


def test_a_link_of_another_epoch_is_refused_and_says_what_it_was_about(
    escalation: Escalation, token: str, clock: Clock
) -> None:
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    with pytest.raises(links.LinkRefused) as refusal:
        links.open(token=token, now=clock.now)
    assert (refusal.value.reason, refusal.value.escalation) == ("link_stale", escalation)


def test_a_person_who_left_cannot_use_it(token: str, cast: Cast, clock: Clock) -> None:
    cast.responder.is_active = False
    cast.responder.save()
    assert refused(token, clock) == "link_of_nobody"


def test_a_button_of_a_channel_belongs_to_who_presses_it(escalation: Escalation, cast: Cast, clock: Clock) -> None:
    value = links.sign(escalation=escalation, user_id=links.ANYBODY, now=clock.now)
    assert links.read(token=value, now=clock.now, user=cast.editor).user == cast.editor
    assert refused(value, clock) == "link_of_nobody"


def test_a_later_button_reads_a_link_of_an_earlier_epoch(
    escalation: Escalation, token: str, cast: Cast, clock: Clock
) -> None:
    escalations.pause(escalation_id=escalation.pk, now=clock.now, by="Ada")
    assert not links.read(token=token, now=clock.now).is_current


def test_a_signature_of_a_former_key_holds_while_the_key_is_a_fallback(
    token: str, clock: Clock, settings: Settings
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert links.open(token=token, now=clock.now).is_current
    settings.SECRET_KEY_FALLBACKS = []
    assert refused(token, clock) == "link_forged"
