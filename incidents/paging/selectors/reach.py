"""Whom the targets of a policy reach at an instant, in a fixed number of queries for any number of instants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import structlog

from incidents.oncall.domain.rota import Shift
from incidents.oncall.selectors.oncall import shifts
from incidents.paging.domain.frozen import FrozenPolicy, FrozenTarget, TargetKind
from incidents.paging.selectors.rules import Preferences, preferences_of
from reliability.access.domain.caller import Role
from reliability.access.models import Membership, Team, User
from reliability.channels.models import Channel
from reliability.kit.periods import Period

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person or one channel. via: how it came to them, such as "on call in Payments primary"."""

    via: str
    user: User | None = None
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """recipients of one target; unheard: why there are none, in words."""

    recipients: tuple[Recipient, ...] = ()
    unheard: str = ""


class Reach:
    """The people, schedules, teams and channels of a policy.

    ahead: for how long after an instant shifts are read at once; a walk through a policy reads more when it gets there.
    """

    def __init__(self, *, frozen: FrozenPolicy, team_id: int, ahead: timedelta = timedelta(seconds=1)) -> None:
        steps = [*frozen.steps, *([frozen.last_resort] if frozen.last_resort else [])]
        self._ids: dict[TargetKind, set[int]] = defaultdict(set)
        for target in (target for step in steps for target in step.targets):
            self._ids[target.kind].add(target.id)
        self._team_id = team_id
        self._ahead = ahead
        self._shifts_period: Period | None = None
        self._shifts_read: dict[int, list[Shift]] = {}
        self._preferences: dict[int, Preferences] = {}
        self._people: dict[int, User] = {}

    def of(self, target: FrozenTarget, *, at: datetime) -> Reached:
        """Whom *target* reaches at *at*."""
        find = {
            TargetKind.USER: self._of_user,
            TargetKind.SCHEDULE: self._of_schedule,
            TargetKind.TEAM: self._of_team,
            TargetKind.CHANNEL: self._of_channel,
        }[target.kind]
        return find(target, at)

    def administrators(self) -> Reached:
        """Who is told when the last resort reaches nobody: the team's administrators, else the installation's."""
        of_team = self._members_of([self._team_id], Role.ADMINISTRATOR)[self._team_id]
        if of_team:
            name = Team.objects.only("name").get(pk=self._team_id).name
            return Reached(tuple(Recipient(f"administrator of {name}", user=user) for user in of_team))
        found = User.objects.filter(is_administrator=True, is_active=True).order_by("pk")
        return Reached(tuple(Recipient("administrator of the installation", user=user) for user in found))

    def preferences(self, users: Iterable[User]) -> dict[int, Preferences]:
        """Of these people, and perhaps more."""
        missing = [user for user in users if user.pk not in self._preferences]
        if missing:
            self._preferences |= preferences_of(users=missing)
        return self._preferences

    def _of_user(self, target: FrozenTarget, at: datetime) -> Reached:
        user = self._users.get(target.id)
        if user is None or not user.is_active:
            return Reached(unheard=f"{target.name} has no active account any more")
        return Reached((Recipient("by name", user=user),))

    def _of_schedule(self, target: FrozenTarget, at: datetime) -> Reached:
        try:
            found = self._shifts_of(target.id, at)
        except Exception as error:  # a fault in one rota must not keep everybody else of the policy from being told
            logger.exception("rota_not_worked_out", schedule_id=target.id)
            return Reached(unheard=f"who is on call in {target.name} cannot be worked out: {error}")
        user_ids = [shift.user_id for shift in found if shift.start <= at < shift.end]
        unknown = set(user_ids) - self._people.keys()
        if unknown:
            self._people |= User.objects.in_bulk(unknown)
        people = [self._people[user_id] for user_id in user_ids if user_id in self._people]
        on_call = [user for user in people if user.is_active]
        if on_call:
            return Reached(tuple(Recipient(f"on call in {target.name}", user=user) for user in on_call))
        if people:
            return Reached(unheard=f"who is on call in {target.name} has no active account any more")
        return Reached(unheard=f"no one is on call in {target.name}")

    def _of_team(self, target: FrozenTarget, at: datetime) -> Reached:
        members = self._responders[target.id]
        if not members:
            return Reached(unheard=f"{target.name} has no responders")
        return Reached(tuple(Recipient(f"responder of {target.name}", user=user) for user in members))

    def _of_channel(self, target: FrozenTarget, at: datetime) -> Reached:
        channel = self._channels.get(target.id)
        if channel is None:
            return Reached(unheard=f"the channel {target.name} has been deleted")
        if not channel.is_enabled:
            return Reached(unheard=f"the channel {target.name} is switched off")
        return Reached((Recipient("by name", channel=channel),))

    def _shifts_of(self, schedule_id: int, at: datetime) -> list[Shift]:
        try:
            return self._shifts(at)[schedule_id]
        except Exception:  # they are read together: one that cannot be worked out must not hide the others
            alone = Period(at, at + self._ahead)
            return shifts(schedule_ids=[schedule_id], period=alone)[schedule_id]

    def _shifts(self, at: datetime) -> dict[int, list[Shift]]:
        """Of every schedule of the policy, read again when *at* is outside of what was read."""
        if self._shifts_period is None or not self._shifts_period.contains(at):
            self._shifts_period = Period(at, at + self._ahead)
            self._shifts_read = shifts(schedule_ids=self._ids[TargetKind.SCHEDULE], period=self._shifts_period)
        return self._shifts_read

    @cached_property
    def _users(self) -> dict[int, User]:
        return User.objects.in_bulk(self._ids[TargetKind.USER])

    @cached_property
    def _channels(self) -> dict[int, Channel]:
        return Channel.objects.select_related("team").defer("secrets").in_bulk(self._ids[TargetKind.CHANNEL])

    @cached_property
    def _responders(self) -> dict[int, list[User]]:
        return self._members_of(self._ids[TargetKind.TEAM], Role.RESPONDER)

    def _members_of(self, team_ids: Iterable[int], role: Role) -> dict[int, list[User]]:
        members: dict[int, list[User]] = defaultdict(list)
        rows = Membership.objects.filter(team_id__in=team_ids, role__gte=role.value, user__is_active=True)
        for row in rows.select_related("user").order_by("team_id", "user__name", "user_id"):
            members[row.team_id].append(row.user)
        return members
