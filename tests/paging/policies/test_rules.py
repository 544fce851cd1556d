"""How people say how they are told: their own rules and quiet hours, and nobody else's."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import pytest

from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import NotificationRule, QuietHours
from incidents.paging.selectors.rules import preferences_of, rules_of
from incidents.paging.services import rules
from reliability.access.domain.caller import Caller
from reliability.access.models import AuditEntry
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, ContactMethodFactory

EVERY_DAY: frozenset[int] = frozenset()


def add(cast: Cast, now: datetime, method: Any, minutes: int = 5, who: str = "viewer") -> NotificationRule:
    return rules.add_rule(
        caller=cast.caller(who),
        urgency=Urgency.URGENT,
        delay_minutes=minutes,
        contact_method_id=method.pk,
        now=now,
    )


def test_a_rule_is_kept_and_audited(cast: Cast, now: datetime) -> None:
    method = ContactMethodFactory(user=cast.viewer, title="Phone", kind="sms")
    add(cast, now, method)
    assert [(rule.delay_minutes, rule.contact_method) for rule in rules_of(user_id=cast.viewer.pk)] == [(5, method)]
    assert AuditEntry.objects.get().changes == {"notification_rule": [None, "urgent after 5 min by Phone (sms)"]}


def test_the_same_rule_again_is_refused(cast: Cast, now: datetime) -> None:
    method = ContactMethodFactory(user=cast.viewer)
    add(cast, now, method)
    with pytest.raises(Conflict, match="there already"):
        add(cast, now, method)


@pytest.mark.parametrize(("minutes", "is_taken"), [(0, True), (120, True), (-1, False), (121, False)])
def test_the_delay_has_bounds(cast: Cast, now: datetime, minutes: int, is_taken: bool) -> None:
    method = ContactMethodFactory(user=cast.viewer)
    if not is_taken:
        with pytest.raises(Invalid):
            add(cast, now, method, minutes)
    else:
        add(cast, now, method, minutes)
    assert NotificationRule.objects.count() == is_taken


def test_rules_have_a_bound(cast: Cast, now: datetime, settings: Any) -> None:
    settings.NOTIFICATION_RULES_MAX = 2
    method = ContactMethodFactory(user=cast.viewer)
    for minutes in (0, 1):
        add(cast, now, method, minutes)
    with pytest.raises(Conflict, match="2 rules already"):
        add(cast, now, method, 2)


def test_a_contact_method_of_somebody_else_is_refused(cast: Cast, now: datetime) -> None:
    with pytest.raises(Invalid, match="one of your own"):
        add(cast, now, ContactMethodFactory(user=cast.editor))


def test_only_the_person_takes_a_rule_away(cast: Cast, now: datetime) -> None:
    rule = add(cast, now, ContactMethodFactory(user=cast.viewer))
    for who in ("editor", "chief"):
        with pytest.raises(NotFound):
            rules.remove_rule(caller=cast.caller(who), rule_id=rule.pk, now=now)
    rules.remove_rule(caller=cast.caller("viewer"), rule_id=rule.pk, now=now)
    assert not NotificationRule.objects.exists()
    assert AuditEntry.objects.filter(action="notification_rule.remove").count() == 1


def test_quiet_hours_are_set_changed_and_cleared(cast: Cast, now: datetime) -> None:
    caller = cast.caller("viewer")
    for end in (time(6, 0), time(7, 0)):
        rules.set_quiet_hours(caller=caller, start=time(22, 0), end=end, weekdays=frozenset({5, 4}), now=now)
    quiet = QuietHours.objects.get()
    assert (quiet.end, quiet.weekdays) == (time(7, 0), [4, 5])
    for _ in range(2):
        rules.clear_quiet_hours(caller=caller, now=now)
    assert not QuietHours.objects.exists()
    assert AuditEntry.objects.filter(action="quiet_hours.clear").count() == 1


@pytest.mark.parametrize("weekdays", [EVERY_DAY, frozenset(range(7))], ids=["every day", "seven days"])
def test_quiet_hours_without_an_end_are_refused(cast: Cast, now: datetime, weekdays: frozenset[int]) -> None:
    with pytest.raises(Invalid, match="never end"):
        rules.set_quiet_hours(
            caller=cast.caller("viewer"), start=time(9, 0), end=time(9, 0), weekdays=weekdays, now=now
        )


def test_a_token_is_no_person(db: None, now: datetime) -> None:
    token = Caller(name="token", token_id=1)
    with pytest.raises(Forbidden, match="sign in"):
        rules.clear_quiet_hours(caller=token, now=now)


def test_contact_methods_that_are_off_or_not_verified_reach_nobody(cast: Cast, now: datetime) -> None:
    ContactMethodFactory(user=cast.viewer, is_enabled=False)
    ContactMethodFactory(user=cast.viewer, verified_at=None)
    person = preferences_of(users=[cast.viewer])[cast.viewer.pk]
    [(method, _)] = person.places(urgency=Urgency.URGENT, reached_at=now)
    assert not method.pk, "it is stored nowhere"
    assert method.config == {"address": cast.viewer.email}


def test_an_unknown_zone_counts_as_utc(cast: Cast) -> None:
    cast.viewer.time_zone = "Mars/Olympus"
    assert preferences_of(users=[cast.viewer])[cast.viewer.pk].zone_name == "UTC"
