"""How an objective alerts: changing its settings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.web.errors import Conflict, NotFound
from slo.domain.alerting_conditions import read_conditions
from slo.domain.alerting_policy import Settings
from slo.domain.alerting_silence import MINUTES_MAX, MINUTES_MIN
from slo.domain.naming import Mistake
from slo.models import AlertSettings, Slo
from slo.services import editing, evaluations, versions

KIND = "alerting"
EVENTS_MAX = 1e12


@dataclass(frozen=True, slots=True)
class AlertingDraft:
    """How an objective is to alert, all of it. conditions: in the notation of slo.domain.alerting_conditions."""

    has_page: bool = True
    has_ticket: bool = True
    min_bad_events: float = 5.0
    min_valid_events: float = 0.0
    cold_start_bad_events: float = 50.0
    watches_silence: bool | None = None
    silence_minutes: int = 15
    silence_severity: int = 4
    counts_no_traffic: bool = False
    conditions: list[dict[str, Any]] = field(default_factory=list)


def revision_of(*, slo: Slo) -> int:
    """The revision of the settings, 0 while nobody has saved any."""
    return AlertSettings.objects.filter(slo=slo).values_list("revision", flat=True).first() or 0


def draft_of(*, settings: Settings) -> AlertingDraft:
    """Settings as a draft to change."""
    values = asdict(settings) | {"conditions": [dict(one) for one in settings.conditions]}
    return AlertingDraft(**values)


def save(
    *,
    caller: Caller,
    slo: Slo,
    draft: AlertingDraft,
    now: datetime,
    reason: str = "",
    expected_revision: int | None = None,
) -> AlertSettings:
    """Bring the settings to *draft*; alerts of conditions that are gone are resolved at once.

    A draft without a difference changes nothing. Raises Invalid with field paths, Conflict when *expected_revision*
    is no longer the stored one, Forbidden, NotFound.
    """
    with transaction.atomic():
        row, is_changed = change(
            caller=caller, slo=slo, draft=draft, now=now, reason=reason, expected_revision=expected_revision
        )
        if is_changed:
            evaluations.evaluate(slo_ids=[slo.pk], now=now)
    return row


@transaction.atomic
def change(
    *,
    caller: Caller,
    slo: Slo,
    draft: AlertingDraft,
    now: datetime,
    reason: str = "",
    expected_revision: int | None = None,
) -> tuple[AlertSettings, bool]:
    """As save, for callers who judge the objective later: the settings, and whether they changed."""
    stored = Slo.objects.select_for_update(no_key=True).filter(pk=slo.pk).first()
    if stored is None:
        raise NotFound(f"the SLO {slo.name!r} has been deleted meanwhile")
    editing.require_editor(caller=caller, team_ids=[stored.team_id])
    row = AlertSettings.objects.filter(slo=stored).first()
    _check_revision(row, expected_revision)
    conditions = _checked(stored, draft, now)
    new = asdict(draft) | {"conditions": conditions}
    old = asdict(draft_of(settings=row.to_settings() if row else Settings()))
    changes = audit.changes_between(old=old, new=new)
    if row is not None and not changes:
        return row, False
    row = row or AlertSettings(slo=stored, revision=0)
    for name, value in new.items():
        setattr(row, name, value)
    row.revision += 1
    row.updated_at, row.updated_by_name = now, caller.name[:160]
    row.save()
    audit.record(
        caller=caller,
        action="alerting.update",
        object_kind=KIND,
        object_name=stored.name,
        team_id=stored.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
    return row, True


def _check_revision(row: AlertSettings | None, expected: int | None) -> None:
    stored = row.revision if row else 0
    if expected is None or expected == stored:
        return
    who = row.updated_by_name if row else "somebody"
    message = (
        f"{who} changed how this objective alerts after you opened it: your change is not saved, look and save again"
    )
    raise Conflict(
        message,
        reason="changed_meanwhile",
        details=[{"field": "revision", "message": message, "expected": expected, "stored": stored}],
    )


def _checked(slo: Slo, draft: AlertingDraft, now: datetime) -> list[dict[str, Any]]:
    """The conditions in their notation. Raises Invalid with every mistake."""
    definition = versions.newest_definition(slo=slo)
    length = definition.window.period_at(now).length
    found, mistakes = read_conditions(draft.conditions, objective=definition.objective, window_length=length)
    editing.refuse([*_number_mistakes(asdict(draft)), *mistakes])
    return [condition.to_json() for condition in found]


def _number_mistakes(values: Mapping[str, Any]) -> list[Mistake]:
    mistakes: list[Mistake] = []
    for name in ("min_bad_events", "min_valid_events", "cold_start_bad_events"):
        if not math.isfinite(values[name]) or not 0 <= values[name] <= EVENTS_MAX:
            mistakes.append((name, "must be a number of events, 0 or more"))
    if not MINUTES_MIN <= values["silence_minutes"] <= MINUTES_MAX:
        mistakes.append(("silence_minutes", f"must be {MINUTES_MIN} to {MINUTES_MAX:,} minutes"))
    if not 1 <= values["silence_severity"] <= 5:
        mistakes.append(("silence_severity", "must be 1 (worst) to 5"))
    return mistakes
