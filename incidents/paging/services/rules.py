"""How a person wants to be told: rules and quiet hours, written only by the person."""

from __future__ import annotations

from datetime import datetime, time

from django.conf import settings
from django.db import transaction

from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import NotificationRule, QuietHours
from incidents.paging.selectors.rules import rules_of
from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.access.services import audit
from reliability.channels.models import ContactMethod
from reliability.channels.selectors.contacts import all_of
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound

_EVERY_DAY = frozenset(range(7))


def add_rule(
    *, caller: Caller, urgency: Urgency, delay_minutes: int, contact_method_id: int, now: datetime
) -> NotificationRule:
    """Be told of this urgency by this contact method, so many minutes after being reached.

    Raises Invalid for a method that is not the person's own, Conflict at the bound and for the same rule again.
    """
    user_id = _person(caller)
    method = all_of(user_id=user_id).filter(pk=contact_method_id).first()
    if method is None:
        raise _invalid("contact_method", "choose one of your own contact methods")
    if not 0 <= delay_minutes <= settings.NOTIFICATION_DELAY_MINUTES_MAX:
        words = f"must be 0 to {settings.NOTIFICATION_DELAY_MINUTES_MAX} minutes, got {delay_minutes}"
        raise _invalid("delay_minutes", words)
    with transaction.atomic():
        _lock(user_id)
        rules = NotificationRule.objects.filter(user_id=user_id)
        if rules.count() >= settings.NOTIFICATION_RULES_MAX:
            raise Conflict(f"you have {settings.NOTIFICATION_RULES_MAX} rules already: take one away first")
        rule, is_new = NotificationRule.objects.get_or_create(
            user_id=user_id, urgency=urgency.value, delay_minutes=delay_minutes, contact_method=method
        )
        if not is_new:
            raise Conflict("this rule is there already: choose another delay or contact method", reason="exists")
        _record(caller, "notification_rule.add", now, old=None, new=_words(rule))
    return rule


def remove_rule(*, caller: Caller, rule_id: int, now: datetime) -> None:
    """Raises NotFound for rules of others, too."""
    user_id = _person(caller)
    with transaction.atomic():
        rule = rules_of(user_id=user_id).filter(pk=rule_id).first()
        if rule is None:
            raise NotFound("there is no such rule of yours")
        _record(caller, "notification_rule.remove", now, old=_words(rule), new=None)
        rule.delete()


def set_quiet_hours(*, caller: Caller, start: time, end: time, weekdays: frozenset[int], now: datetime) -> QuietHours:
    """Normal urgency waits from *start* to *end* on the clock of the person's zone. weekdays: empty is every day.

    Raises Invalid for hours that never end.
    """
    user_id = _person(caller)
    if not weekdays <= _EVERY_DAY:
        raise _invalid("weekdays", "choose days of the week")
    if start == end and weekdays in (frozenset(), _EVERY_DAY):
        raise _invalid("end", "these hours would never end: choose an end that differs from the start, or some days")
    with transaction.atomic():
        _lock(user_id)
        before = QuietHours.objects.filter(user_id=user_id).first()
        old = str(before) if before else None
        values = {"start": start, "end": end, "weekdays": sorted(weekdays) if weekdays != _EVERY_DAY else []}
        quiet, _ = QuietHours.objects.update_or_create(user_id=user_id, defaults=values)
        if old != str(quiet) or (before and before.weekdays != quiet.weekdays):
            _record(caller, "quiet_hours.set", now, old=old, new=str(quiet))
    return quiet


def clear_quiet_hours(*, caller: Caller, now: datetime) -> None:
    """Normal urgency is told at any hour again. Twice is once."""
    user_id = _person(caller)
    with transaction.atomic():
        before = QuietHours.objects.filter(user_id=user_id).first()
        if before is not None:
            _record(caller, "quiet_hours.clear", now, old=str(before), new=None)
            before.delete()


def _person(caller: Caller) -> int:
    if caller.user_id is None:
        raise Forbidden("how somebody is told is set by the person alone: sign in", reason="not_a_person")
    return caller.user_id


def _lock(user_id: int) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user_id)


def _words(rule: NotificationRule) -> str:
    method: ContactMethod = rule.contact_method
    return f"{rule.urgency} after {rule.delay_minutes} min by {method.title} ({method.kind})"


def _record(caller: Caller, action: str, now: datetime, *, old: str | None, new: str | None) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind=action.partition(".")[0],
        object_name=caller.name,
        team_id=None,
        now=now,
        changes={action.partition(".")[0]: [old, new]},
    )


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(details=[{"field": field, "message": message}])
