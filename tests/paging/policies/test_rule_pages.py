"""The page on which people say how they are told, with what it means at this moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from incidents.paging.models import NotificationRule, QuietHours
from tests.cast import Cast, ContactMethodFactory

As = Callable[[str], Client]
PATH = "/settings/notifications/"
NIGHT = datetime(2026, 3, 2, 23, 2, tzinfo=UTC)


def text_of(answer: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def test_the_preview_is_what_would_happen(cast: Cast, as_: As) -> None:
    push, phone = (ContactMethodFactory(user=cast.viewer, title=title) for title in ("Push", "Phone"))
    browser = as_("viewer")
    for method, minutes in ((push, 0), (phone, 3)):
        fields = {"urgency": "urgent", "contact_method": method.pk, "delay_minutes": minutes}
        assert browser.post(f"{PATH}rules/", fields).status_code == 302
    assert browser.post(f"{PATH}quiet-hours/", {"start": "22:00", "end": "07:00"}).status_code == 302
    with time_machine.travel(NIGHT, tick=False):
        browser.force_login(cast.viewer, backend="django.contrib.auth.backends.ModelBackend")
        text = text_of(browser.get(PATH))
    assert "Urgent 23:02 Push at once 23:05 Phone 3 min after being reached" in text
    assert "Normal 07:00 Push at once: no rules, so every contact method is told, held by quiet hours" in text


def test_without_a_contact_method_it_says_where_the_mail_goes(cast: Cast, as_: As) -> None:
    text = text_of(as_("viewer").get(PATH))
    assert f"a mail goes to {cast.viewer.email}" in text
    assert "Add a contact method" in text


def test_a_rule_is_taken_away_only_by_its_person(cast: Cast, as_: As) -> None:
    method = ContactMethodFactory(user=cast.viewer)
    rule = NotificationRule.objects.create(user=cast.viewer, urgency="urgent", delay_minutes=1, contact_method=method)
    assert as_("chief").post(f"{PATH}rules/{rule.pk}/remove/").status_code == 404
    assert as_("viewer").post(f"{PATH}rules/{rule.pk}/remove/").status_code == 302
    assert not NotificationRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"urgency": "urgent", "contact_method": "0", "delay_minutes": "1"}, "choose one of your own"),
        ({"urgency": "urgent", "delay_minutes": "121"}, "choose a contact method"),
        ({"urgency": "urgent", "delay_minutes": "soon"}, "write whole minutes"),
    ],
)
def test_a_rule_with_mistakes_is_refused(cast: Cast, as_: As, fields: dict[str, str], words: str) -> None:
    ContactMethodFactory(user=cast.viewer)
    refused = as_("viewer").post(f"{PATH}rules/", fields)
    assert refused.status_code == 422
    assert words in text_of(refused)


def test_a_rule_above_the_bound_says_the_bound(cast: Cast, as_: As) -> None:
    method = ContactMethodFactory(user=cast.viewer)
    fields = {"urgency": "urgent", "contact_method": method.pk, "delay_minutes": 121}
    assert "must be 0 to 120 minutes" in text_of(as_("viewer").post(f"{PATH}rules/", fields))


def test_quiet_hours_are_refused_changed_and_taken_away(cast: Cast, as_: As) -> None:
    browser = as_("viewer")
    assert "never end" in text_of(browser.post(f"{PATH}quiet-hours/", {"start": "09:00", "end": "09:00"}))
    assert browser.post(f"{PATH}quiet-hours/", {"start": "late", "end": "09:00"}).status_code == 422
    fields = {"start": "20:00", "end": "08:00", "weekdays": ["4", "5"]}
    assert browser.post(f"{PATH}quiet-hours/", fields).status_code == 302
    assert "beginning on Friday, Saturday" in text_of(browser.get(PATH))
    assert browser.post(f"{PATH}quiet-hours/", {"action": "clear"}).status_code == 302
    assert not QuietHours.objects.exists()
