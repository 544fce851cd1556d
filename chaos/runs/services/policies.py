"""What must hold for the runs of a service: read with its defaults, set, taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from chaos.runs.domain.guards import Policy
from chaos.runs.models import GuardPolicy, Run
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Membership, Team, User
from reliability.access.services.audit import changes_between, record
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.channels.models import Channel
from reliability.web.errors import Conflict, Invalid

PLACES_MAX = 20
# (least, most) of each number; flags have none.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "approvals_needed": (0, 5),
    "approval_hours": (1, 720),
    "budget_left_least": (-1000, 1),
    "burn_before_most": (0.01, 100_000),
    "burn_before_minutes": (1, 1_440),
    "notice_minutes": (0, 10_080),
    "stop_burn_rate": (0.01, 100_000),
    "stop_burn_minutes": (1, 60),
    "stop_bad_least": (0, 1_000_000),
    "spend_most": (0.0001, 1),
    "budget_floor": (-1000, 1),
    "telemetry_seconds": (30, 3_600),
}
FLAGS = ("allows_no_data", "needs_objectives", "needs_on_call", "needs_acknowledgement")


@dataclass(frozen=True, slots=True)
class InForce:
    """The policy that holds, and whose it is: of the service, of the team, or nobody's (the defaults)."""

    policy: Policy
    row: GuardPolicy | None

    @property
    def origin(self) -> str:
        if self.row is None:
            return "defaults"
        return "service" if self.row.service_id is not None else "team"


def in_force(*, team_id: int, service_id: int | None) -> InForce:
    """The service's policy, else its team's, else the defaults. One query.

    A service's policy is read as its team wrote it, also where the run is another team's.
    """
    wanted = Q(team_id=team_id, service__isnull=True)
    if service_id is not None:
        wanted |= Q(service_id=service_id)
    rows = sorted(GuardPolicy.objects.filter(wanted), key=lambda row: row.service_id is None)
    return InForce(rows[0].as_value(), rows[0]) if rows else InForce(Policy(), None)


def in_force_of(*, runs: Iterable[Run]) -> dict[int, Policy]:
    """The policy of each run, by its id. One query."""
    known = list(runs)
    rows = GuardPolicy.objects.filter(
        Q(team_id__in={run.team_id for run in known}, service__isnull=True)
        | Q(service_id__in={run.service_id for run in known if run.service_id is not None})
    )
    of_team, of_service = {}, {}
    for row in rows:
        if row.service_id is None:
            of_team[row.team_id] = row.as_value()
        else:
            of_service[row.service_id] = row.as_value()
    default = Policy()
    return {run.pk: of_service.get(run.service_id) or of_team.get(run.team_id) or default for run in known}


def set_policy(
    *,
    caller: Caller,
    team: Team,
    service: Service | None = None,
    values: Mapping[str, Any],
    channels: Sequence[str] | None = None,
    people: Sequence[str] | None = None,
    revision: int | None = None,
    reason: str = "",
    now: datetime,
) -> GuardPolicy:
    """Make or change the policy of *service*, or of all others of the team. Editors of the team.

    values: fields of Policy; what is not named stays. channels: names of the team's channels, people: mail addresses
    of its members, who are told before runs. revision: the one that was read. Raises Invalid, Conflict, Forbidden.
    """
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    if service is not None and service.team_id != team.pk:
        raise Invalid(details=[{"field": "service", "message": "must be a service of the same team"}])
    checked = _checked(values)
    places = None if channels is None else _channels(team, channels)
    persons = None if people is None else _people(team, people)
    try:
        with transaction.atomic():
            row = _row_of(team, service)
            old: dict[str, Any] = {}
            if row is None:
                if revision:
                    raise Conflict("the policy was taken away since you read it: load it again")
                row = GuardPolicy(team=team, service=service, created_at=now)
            else:
                old = _values(row)
                if revision is not None and revision != row.revision:
                    raise Conflict(f"the policy is at revision {row.revision}, you read {revision}: load it again")
                row.revision += 1
                row.team = team  # of a service that went to another one since
            for name, value in checked.items():
                setattr(row, name, value)
            row.updated_at, row.updated_by_name = now, caller.name[:160]
            row.save()
            if places is not None:
                row.notice_channels.set(places)
            if persons is not None:
                row.notice_people.set(persons)
            record(
                caller=caller,
                action="guard_policy.set",
                object_kind="guard_policy",
                object_name=str(service.name if service else team.slug),
                team_id=team.pk,
                changes=changes_between(old=old, new=_values(row)),
                reason=reason,
                now=now,
            )
    except IntegrityError as error:
        raise Conflict("somebody else wrote the first policy at the same time: load it again") from error
    return row


def remove_policy(
    *, caller: Caller, team: Team, service: Service | None = None, reason: str = "", now: datetime
) -> bool:
    """From here on the wider policy holds. Editors of the team. Returns whether there was one."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    with transaction.atomic():
        row = _row_of(team, service)
        if row is None:
            return False
        old = _values(row)
        row.delete()
        record(
            caller=caller,
            action="guard_policy.remove",
            object_kind="guard_policy",
            object_name=str(service.name if service else team.slug),
            team_id=team.pk,
            changes={name: [value, None] for name, value in old.items()},
            reason=reason,
            now=now,
        )
    return True


def _row_of(team: Team, service: Service | None) -> GuardPolicy | None:
    """Locked. That of a service stays its own when the service goes to another team."""
    rows = GuardPolicy.objects.select_for_update(of=("self",))
    return (rows.filter(service=service) if service else rows.filter(team=team, service=None)).first()


def _values(row: GuardPolicy) -> dict[str, Any]:
    """Places that are still its team's: of a service that went to another team the old ones are nobody's business."""
    own = {name: getattr(row, name) for name in Policy.names()}
    channels = row.notice_channels.filter(team=row.owner_id).order_by("name")
    people = row.notice_people.filter(memberships__team=row.owner_id).order_by("email")
    return {
        **own,
        "channels": list(channels.values_list("name", flat=True)),
        "people": list(people.values_list("email", flat=True)),
    }


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    details = []
    checked: dict[str, Any] = {}
    default = Policy()
    for name, value in values.items():
        if name in FLAGS:
            if isinstance(value, bool):
                checked[name] = value
            else:
                details.append({"field": name, "message": "must be true or false"})
        elif name not in BOUNDS:
            details.append({"field": name, "message": f"is not known: there are {', '.join(Policy.names())}"})
        else:
            least, most = BOUNDS[name]
            is_whole = isinstance(getattr(default, name), int)
            kind = (int,) if is_whole else (int, float)
            if isinstance(value, bool) or not isinstance(value, kind) or not least <= value <= most:
                number = "a whole number" if is_whole else "a number"
                details.append({"field": name, "message": f"must be {number} from {least:g} to {most:g}"})
            else:
                checked[name] = value
    if details:
        raise Invalid(details=details)
    return checked


def _channels(team: Team, names: Sequence[str]) -> list[Channel]:
    wanted = list(dict.fromkeys(names))
    found = list(Channel.objects.filter(team=team, name__in=wanted))
    _refuse_unknown("channels", wanted, {one.name for one in found}, "is no channel of the team")
    return found


def _people(team: Team, addresses: Sequence[str]) -> list[User]:
    wanted = [address.strip().lower() for address in dict.fromkeys(addresses)]
    members = Membership.objects.filter(team=team, user__is_active=True, user__email__in=wanted)
    found = [one.user for one in members.select_related("user")]
    _refuse_unknown("people", wanted, {one.email for one in found}, "is no active member of the team")
    return found


def _refuse_unknown(field: str, wanted: Sequence[str], known: set[str], words: str) -> None:
    if len(wanted) > PLACES_MAX:
        raise Invalid(details=[{"field": field, "message": f"names at most {PLACES_MAX}"}])
    unknown = [one for one in wanted if one not in known]
    if unknown:
        raise Invalid(details=[{"field": field, "message": f"{one} {words}"} for one in unknown])
