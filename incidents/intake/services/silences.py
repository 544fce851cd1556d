"""Silences: made, ended. Alerts they hid are looked at again when they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from incidents.intake.domain.silences import MATCHERS_MAX, Matcher, matcher_mistake, matchers_to_json, rule_over
from incidents.intake.models import Integration, Silence
from incidents.intake.selectors.silences import rules_in_force
from incidents.intake.services.references import check_references
from incidents.response.models import Alert
from incidents.response.services import silences as response
from incidents.response.services.silences import Silenced
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.web.errors import Conflict, Invalid, NotFound

LENGTH_MAX = timedelta(days=90)
REASON_LENGTH_MAX = 2_000
_INTEGRATION = "integration:"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be silent, from when to when, and why. Without matchers, service and integration: all of the team."""

    start_at: datetime
    end_at: datetime
    reason: str
    matchers: Sequence[Matcher] = ()
    service: Service | None = None
    integration: Integration | None = None


def create(*, caller: Caller, team: Team, wanted: Wanted, now: datetime) -> Silence:
    """Raises Forbidden, NotFound, Invalid with every mistake. Alerts that fire already keep their incidents."""
    require(caller=caller, team_id=team.pk, role=Role.RESPONDER)
    _check(caller, team, wanted, now)
    with transaction.atomic():
        silence = Silence.objects.create(
            team=team,
            service=wanted.service,
            integration=wanted.integration,
            matchers=matchers_to_json(wanted.matchers),
            start_at=wanted.start_at,
            end_at=wanted.end_at,
            reason=wanted.reason.strip(),
            author_name=caller.name[:160],
        )
        changes = {
            "matchers": [None, silence.matchers],
            "service": [None, wanted.service and wanted.service.name],
            "integration": [None, wanted.integration and wanted.integration.name],
            "start_at": [None, silence.start_at],
            "end_at": [None, silence.end_at],
        }
        _record(caller, "silence.create", silence, now, changes)
    return silence


def expire(*, caller: Caller, silence: Silence, now: datetime) -> Silence:
    """End it now (or before it began): what fires and was hidden opens incidents. Raises Forbidden, Conflict."""
    require(caller=caller, team_id=silence.team_id, role=Role.RESPONDER)
    with transaction.atomic():
        row: Silence | None = Silence.objects.select_for_update(of=("self",)).filter(pk=silence.pk).first()
        if row is None:
            raise NotFound("this silence was deleted")
        if row.revoked_at is not None or row.end_at <= now:
            raise Conflict("this silence is over already", reason="over")
        row.revoked_at = now
        row.save(update_fields=("revoked_at",))
        response.look_again(team_id=row.team_id, now=now)
        _record(caller, "silence.expire", row, now, {"end_at": [row.end_at, now]})
    return row


def silenced_now(*, alert: Alert, now: datetime) -> Silenced | None:
    """Whether an alert that was hidden still is: asked when a silence ends. Registered with incidents at start-up."""
    rule = rule_over(
        rules=rules_in_force(team_id=alert.team_id, now=now),
        labels=alert.labels,
        service_id=alert.service_id,
        integration_id=_integration_id(alert.origin),
    )
    return None if rule is None else Silenced(words=rule.in_words(), until=rule.end_at)


def _integration_id(origin: str) -> int | None:
    number = origin.removeprefix(_INTEGRATION)
    return int(number) if origin.startswith(_INTEGRATION) and number.isdecimal() else None


def _check(caller: Caller, team: Team, wanted: Wanted, now: datetime) -> None:
    details = []
    if wanted.end_at <= wanted.start_at:
        details.append({"field": "end_at", "message": "must be later than the start"})
    elif wanted.end_at <= now:
        details.append({"field": "end_at", "message": "must be in the future: alerts of the past are not taken back"})
    elif wanted.end_at - max(wanted.start_at, now) > LENGTH_MAX:
        details.append({"field": "end_at", "message": f"a silence lasts at most {LENGTH_MAX.days} days"})
    if not wanted.reason.strip():
        details.append({"field": "reason", "message": "say why: whoever is on call reads it"})
    elif len(wanted.reason) > REASON_LENGTH_MAX:
        details.append({"field": "reason", "message": f"at most {REASON_LENGTH_MAX} characters"})
    if len(wanted.matchers) > MATCHERS_MAX:
        details.append({"field": "matchers", "message": f"at most {MATCHERS_MAX} matchers"})
    details += [
        {"field": "matchers", "message": f"{matcher}: {mistake}"}
        for matcher in wanted.matchers[:MATCHERS_MAX]
        if (mistake := matcher_mistake(matcher))
    ]
    if wanted.integration is not None and wanted.integration.team_id != team.pk:
        details.append({"field": "integration", "message": "choose an integration of the same team"})
    if details:
        raise Invalid(details=details)
    check_references(caller=caller, team_id=team.pk, service=wanted.service)


def _record(caller: Caller, action: str, silence: Silence, now: datetime, changes: audit.Changes) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="silence",
        object_name=str(silence.pk),
        team_id=silence.team_id,
        now=now,
        changes=changes,
        reason=silence.reason,
    )
