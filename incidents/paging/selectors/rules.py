"""How people want to be told: rules, quiet hours, contact methods, for many people in three queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfoNotFoundError

from django.db.models import QuerySet

from incidents.paging.domain.quiet_hours import Quiet, quiet_until
from incidents.paging.domain.rules import PlaceDue, Rule, opens_at, places_of
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import NotificationRule, QuietHours
from reliability.access.models import User
from reliability.channels.models import ContactMethod
from reliability.channels.selectors import contacts
from reliability.kit.wall_clock import wall_clock


@dataclass(frozen=True)
class Preferences:
    """All that decides how one person is told."""

    user: User
    methods: tuple[ContactMethod, ...] = ()
    rules: tuple[Rule, ...] = ()
    quiet: Quiet | None = None

    @property
    def zone_name(self) -> str:
        """The zone of the person; UTC where the stored one is none of this machine's."""
        try:
            wall_clock(self.user.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return "UTC"
        return self.user.time_zone

    def opens_at(self, *, urgency: Urgency, at: datetime) -> datetime:
        """When the person may first be told of what reaches them *at*."""
        return opens_at(urgency=urgency, quiet_hours=self.quiet, zone_name=self.zone_name, at=at)

    def places(self, *, urgency: Urgency, reached_at: datetime) -> list[tuple[ContactMethod, PlaceDue]]:
        """By what and when; the sign-in address as an unsaved contact method."""
        found = places_of(
            rules=self.rules,
            contact_methods=[method.pk for method in self.methods],
            urgency=urgency,
            quiet_hours=self.quiet,
            zone=self.zone_name,
            reached_at=reached_at,
        )
        return [(self._method(place.contact_method_id), place) for place in found]

    def _method(self, contact_method_id: int | None) -> ContactMethod:
        return self._sign_in_mail if contact_method_id is None else self._methods[contact_method_id]

    @cached_property
    def _methods(self) -> dict[int, ContactMethod]:
        return {method.pk: method for method in self.methods}

    @cached_property
    def _sign_in_mail(self) -> ContactMethod:
        return contacts.sign_in_mail(user=self.user)


def preferences_of(*, users: Iterable[User]) -> dict[int, Preferences]:
    """Of each of *users* by id, in three queries whatever their number."""
    people = {user.pk: user for user in users}
    methods: dict[int, list[ContactMethod]] = defaultdict(list)
    for method in contacts.reaching(user_ids=people):
        methods[method.user_id].append(method)
    rules: dict[int, list[Rule]] = defaultdict(list)
    for row in NotificationRule.objects.filter(user_id__in=people).order_by("user_id", "delay_minutes", "pk"):
        rules[row.user_id].append(_rule(row))
    quiet = {row.user_id: _quiet(row) for row in QuietHours.objects.filter(user_id__in=people)}
    return {
        user_id: Preferences(user, tuple(methods[user_id]), tuple(rules[user_id]), quiet.get(user_id))
        for user_id, user in people.items()
    }


def rules_of(*, user_id: int) -> QuerySet[NotificationRule]:
    """The person's own rules, urgent ones first, then by delay. Only for the person."""
    return (
        NotificationRule.objects.filter(user_id=user_id)
        .select_related("contact_method")
        .order_by("-urgency", "delay_minutes", "pk")
    )


def quiet_hours_of(*, user_id: int) -> QuietHours | None:
    return QuietHours.objects.filter(user_id=user_id).first()


def quiet_hours_end(*, user_id: int, at: datetime) -> datetime | None:
    """When the person's quiet hours end that hold *at*, in UTC; None outside of them. For rooms below. One query."""
    row = QuietHours.objects.select_related("user").filter(user_id=user_id).first()
    return None if row is None else quiet_until(quiet=_quiet(row), zone_name=row.user.time_zone, at=at)


def _rule(row: NotificationRule) -> Rule:
    return Rule(Urgency(row.urgency), timedelta(minutes=row.delay_minutes), row.contact_method_id)


def _quiet(row: QuietHours) -> Quiet:
    return Quiet(row.start, row.end, frozenset(row.weekdays))
