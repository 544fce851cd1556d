"""What components are, brought up to date: by what is measured, and by what people say. Changes are kept and told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from incidents.status_page.domain.judging import Judgement, judge
from incidents.status_page.domain.shown import Shown, shown
from incidents.status_page.domain.states import ComponentState
from incidents.status_page.facts import COMPONENT_CHANGED
from incidents.status_page.models import Component, ComponentStateChange, StatusPage
from incidents.status_page.selectors.known import known_of
from incidents.status_page.selectors.readings import readings_of, troubles_of
from incidents.status_page.services.holding import changed
from reliability.outbox.services.facts import emit

_AUTOMATIC = ("automatic_state", "automatic_reason", "incident_state", "is_measured", "measured_at")
_REASON_MAX = 500


def judge_pages(*, now: datetime, page_ids: Sequence[int] | None = None) -> int:
    """Look at every component (of these pages) anew. Returns how many the public sees change.

    Three statements for all readings; each page whose components differ is one transaction.
    """
    rows = Component.objects.filter(removed_at=None)
    if page_ids is not None:
        rows = rows.filter(page_id__in=page_ids)
    components = list(rows.order_by("page_id", "position", "pk"))
    readings, troubles = readings_of(components=components), troubles_of(components=components)
    by_page: dict[int, list[tuple[Component, Judgement, str]]] = defaultdict(list)
    for one in components:
        found = judge(readings=readings.get(one.pk, ()), last_known=ComponentState(one.automatic_state), now=now)
        trouble = troubles.get(one.pk)
        by_page[one.page_id].append((one, found, trouble.value if trouble else ""))
    return sum(_judge_page(page_id, judged, now) for page_id, judged in by_page.items())


def _judge_page(page_id: int, judged: list[tuple[Component, Judgement, str]], now: datetime) -> int:
    moved = [one for one, found, trouble in judged if _differs(one, found, trouble)]
    if not moved and not _is_late(judged, now):
        _note_measured(judged, now)
        return 0
    with transaction.atomic():
        page = StatusPage.objects.select_for_update(of=("self",)).filter(pk=page_id).first()
        if page is None:
            return 0
        was_measured = any(one.is_measured != found.is_measured for one, found, _ in judged)
        for one, found, trouble in judged:
            one.automatic_state, one.automatic_reason = found.state.value, found.reason[:_REASON_MAX]
            one.incident_state, one.is_measured = trouble, found.is_measured
            one.measured_at = now if found.is_measured else one.measured_at
            one.save(update_fields=_AUTOMATIC)
        count = apply(page=page, now=now)
        if was_measured and not count:
            changed(page=page, now=now)
        return count


def _differs(one: Component, found: Judgement, trouble: str) -> bool:
    stored = (one.automatic_state, one.automatic_reason, one.incident_state, one.is_measured)
    return stored != (found.state.value, found.reason[:_REASON_MAX], trouble, found.is_measured)


def _is_late(judged: list[tuple[Component, Judgement, str]], now: datetime) -> bool:
    """Whether an override ended without anything else."""
    return any(one.override_state and one.override_until and one.override_until <= now for one, _, _ in judged)


def _note_measured(judged: list[tuple[Component, Judgement, str]], now: datetime) -> None:
    ids = [one.pk for one, found, _ in judged if found.is_measured]
    if ids:
        Component.objects.filter(pk__in=ids).update(measured_at=now)


def apply(*, page: StatusPage, now: datetime) -> int:
    """Bring what the public sees of each component of *page*, which is locked, to the rule. Returns how many changed.

    Overrides that have ended are taken away.
    """
    rows = list(page.components.filter(removed_at=None).order_by("position", "pk"))
    known = known_of(components=rows)
    count = 0
    for row in rows:
        override = known[row.pk].override
        if override is not None and not override.holds(now=now):
            row.override_state, row.override_until, row.override_at = "", None, None
            row.override_reason = row.override_by_name = ""
            row.save(
                update_fields=(
                    "override_state",
                    "override_until",
                    "override_at",
                    "override_reason",
                    "override_by_name",
                )
            )
        found = shown(known=known[row.pk], now=now)
        if found.state != row.shown_state:
            _change(page, row, found, now)
            count += 1
    if count:
        changed(page=page, now=now)
    return count


def _change(page: StatusPage, row: Component, found: Shown, now: datetime) -> None:
    before, row.shown_state, row.shown_since_at = row.shown_state, found.state.value, now
    row.save(update_fields=("shown_state", "shown_since_at"))
    reason = row.override_reason if found.cause == "override" else row.automatic_reason
    ComponentStateChange.objects.create(
        component=row, state=found.state.value, before=before, at=now, cause=found.cause.value, reason=reason
    )
    emit(
        kind=COMPONENT_CHANGED,
        payload={"page_id": page.pk, "component_id": row.pk, "state": found.state.value, "before": before},
        team_id=page.team_id,
        now=now,
    )
