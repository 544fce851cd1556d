"""Components: made, edited, moved, removed; and the word of a person that wins over what is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from incidents.status_page.domain import bounds
from incidents.status_page.domain.states import SAYABLE, ComponentState
from incidents.status_page.models import Component, ComponentGroup, StatusPage
from incidents.status_page.services import states
from incidents.status_page.services.due_kinds import DAYS, OVERRIDE
from incidents.status_page.services.holding import changed, check_revision, check_texts, held, tell
from incidents.status_page.services.ordering import move, next_position
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.audit import changes_between
from reliability.catalog.models import Service
from reliability.outbox.services import due
from reliability.web.errors import Conflict, NotFound
from slo.models import Slo

_MOST = {"name": bounds.NAME_MAX, "description": bounds.LINE_MAX}
_NEEDED = {"name": "write what users call it, such as Checkout"}
_OVERRIDE = ("override_state", "override_reason", "override_at", "override_until", "override_by_name")


@dataclass(frozen=True, slots=True)
class ComponentDraft:
    """What a component is. Services and objectives must be ones the caller may read."""

    name: str
    description: str = ""
    group_id: int | None = None
    service_id: int | None = None
    slo_ids: tuple[int, ...] = ()
    show_uptime: bool = True
    started_on: date | None = None


def create(*, caller: Caller, page_id: int, draft: ComponentDraft, now: datetime) -> Component:
    """At the end of the page. One without objectives begins as operational: who makes it says so.

    Editors. Raises NotFound, Forbidden, Invalid by field, Conflict for too many.
    """
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        if page.components.filter(removed_at=None).count() >= bounds.COMPONENTS_MAX:
            raise Conflict(f"the page has {bounds.COMPONENTS_MAX} components already: remove one", reason="too_many")
        values, slos = _checked(caller, page, draft, pk=None)
        state = ComponentState.UNKNOWN if slos else ComponentState.OPERATIONAL
        row = Component.objects.create(
            page=page,
            position=next_position(page.components.all()),
            automatic_state=state.value,
            automatic_reason="" if slos else f"said by {caller.name[:160]}: no objective measures it",
            shown_state=state.value,
            shown_since_at=now,
            created_at=now,
            updated_at=now,
            **values,
        )
        row.slos.set(slos)
        changes: dict[str, list[Any]] = {"name": [None, row.name], "slos": [None, [one.name for one in slos]]}
        tell(caller=caller, page=page, action="status_component.create", name=row.name, now=now, changes=changes)
        _look_anew(page, row, now)
    return row


def edit(
    *,
    caller: Caller,
    page_id: int,
    component_id: int,
    draft: ComponentDraft,
    expected_revision: int | None = None,
    now: datetime,
) -> Component:
    """Editors. Other objectives: its days are measured anew. Raises NotFound, Forbidden, Invalid, Conflict."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        row = of_page(page=page, component_id=component_id)
        check_revision(stored=row.revision, expected=expected_revision)
        values, slos = _checked(caller, page, draft, pk=row.pk)
        former = sorted(row.slos.values_list("name", flat=True))
        old = {name: _plain(getattr(row, name)) for name in values} | {"slos": former}
        new = {name: _plain(value) for name, value in values.items()} | {"slos": sorted(one.name for one in slos)}
        changes = changes_between(old=old, new=new)
        if not changes:
            return row
        for name, value in values.items():
            setattr(row, name, value)
        if "slos" in changes:
            row.slos.set(slos)
            row.days.all().delete()
            row.is_measured, row.measured_at = False, None
            row.automatic_state = (ComponentState.UNKNOWN if slos else ComponentState.OPERATIONAL).value
            row.automatic_reason = "" if slos else f"said by {caller.name[:160]}: no objective measures it"
        row.revision, row.updated_at = row.revision + 1, now
        measured = ("is_measured", "measured_at", "automatic_state", "automatic_reason")
        row.save(update_fields=(*values, *measured, "revision", "updated_at"))
        tell(caller=caller, page=page, action="status_component.update", name=row.name, now=now, changes=changes)
        _look_anew(page, row, now)
    return row


def remove(*, caller: Caller, page_id: int, component_id: int, now: datetime) -> None:
    """Off the page; incidents that named it still do. Editors."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        row = of_page(page=page, component_id=component_id)
        row.removed_at = row.updated_at = now
        row.save(update_fields=("removed_at", "updated_at"))
        due.cancel(kind=OVERRIDE, key=row.pk)
        tell(caller=caller, page=page, action="status_component.remove", name=row.name, now=now)
        changed(page=page, now=now)


def shift(*, caller: Caller, page_id: int, component_id: int, steps: int, now: datetime) -> None:
    """Up (-1) or down (1) among those of its group. Editors."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        row = of_page(page=page, component_id=component_id)
        beside = list(page.components.filter(group=row.group_id, removed_at=None).order_by("position", "pk"))
        if move(rows=beside, row=row, steps=steps):
            tell(caller=caller, page=page, action="status_component.move", name=row.name, now=now)
            changed(page=page, now=now)


def override(
    *,
    caller: Caller,
    page_id: int,
    component_id: int,
    state: ComponentState,
    reason: str,
    until: datetime | None,
    now: datetime,
) -> Component:
    """Say what it is, whatever is measured, until *until* or until somebody ends it. Responders.

    Raises NotFound, Forbidden, Invalid.
    """
    others = []
    if state not in SAYABLE:
        others.append({"field": "state", "message": "say a state: unknown is what nobody said"})
    if until is not None and until <= now:
        others.append({"field": "until", "message": "must be in the future, or left open"})
    needed = {"reason": "say why: your team reads it, the public does not"}
    check_texts(texts={"reason": reason}, most={"reason": bounds.REASON_MAX}, needed=needed, others=others)
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.RESPONDER)
        row = of_page(page=page, component_id=component_id)
        changes = {"override": [row.override_state or None, state.value]}
        row.override_state, row.override_reason = state.value, reason.strip()
        row.override_at, row.override_until, row.override_by_name = now, until, caller.name[:160]
        row.revision += 1
        row.save(update_fields=(*_OVERRIDE, "revision"))
        if until is None:
            due.cancel(kind=OVERRIDE, key=row.pk)
        else:
            due.schedule(kind=OVERRIDE, key=row.pk, due_at=until, reschedule=True)
        tell(
            caller=caller,
            page=page,
            action="status_component.override",
            name=row.name,
            now=now,
            changes=changes,
            reason=reason,
        )
        states.apply(page=page, now=now)
    row.refresh_from_db()
    return row


def end_override(*, caller: Caller, page_id: int, component_id: int, now: datetime) -> Component:
    """What is measured counts again. Responders; twice is once."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.RESPONDER)
        row = of_page(page=page, component_id=component_id)
        if row.override_state:
            changes = {"override": [row.override_state, None]}
            row.override_state = row.override_reason = row.override_by_name = ""
            row.override_at = row.override_until = None
            row.revision += 1
            row.save(update_fields=(*_OVERRIDE, "revision"))
            due.cancel(kind=OVERRIDE, key=row.pk)
            tell(
                caller=caller,
                page=page,
                action="status_component.end_override",
                name=row.name,
                now=now,
                changes=changes,
            )
            states.apply(page=page, now=now)
    row.refresh_from_db()
    return row


def override_ends(*, component_id: int, now: datetime) -> datetime | None:
    """Due work: the rule is asked anew. Returns when to come again, if it was put off."""
    row = Component.objects.filter(pk=component_id, removed_at=None).first()
    if row is None or not row.override_state or row.override_until is None:
        return None
    if row.override_until > now:
        return row.override_until
    with transaction.atomic():
        page = StatusPage.objects.select_for_update(of=("self",)).get(pk=row.page_id)
        states.apply(page=page, now=now)
    return None


def of_page(*, page: StatusPage, component_id: int) -> Component:
    """Raises NotFound for one of another page, or a removed one."""
    row = page.components.filter(pk=component_id, removed_at=None).first()
    if row is None:
        raise NotFound("there is no such component on this page")
    return row


def draft_of(*, component: Component) -> ComponentDraft:
    return ComponentDraft(
        name=component.name,
        description=component.description,
        group_id=component.group_id,
        service_id=component.service_id,
        slo_ids=tuple(component.slos.order_by("pk").values_list("pk", flat=True)),
        show_uptime=component.show_uptime,
        started_on=component.started_on,
    )


def _look_anew(page: StatusPage, row: Component, now: datetime) -> None:
    changed(page=page, now=now)
    states.judge_pages(page_ids=[page.pk], now=now)
    if row.show_uptime:
        due.demand(kind=DAYS, key=row.pk, now=now)


def _checked(
    caller: Caller, page: StatusPage, draft: ComponentDraft, *, pk: int | None
) -> tuple[dict[str, Any], Sequence[Slo]]:
    values: dict[str, Any] = {
        "name": draft.name.strip(),
        "description": draft.description.strip(),
        "show_uptime": draft.show_uptime,
        "started_on": draft.started_on,
    }
    others: list[dict[str, str]] = []
    group = ComponentGroup.objects.filter(pk=draft.group_id, page=page).first() if draft.group_id else None
    if draft.group_id and group is None:
        others.append({"field": "group", "message": "is none of this page: choose one of its groups"})
    service = Service.objects.readable_by(caller).filter(pk=draft.service_id).first() if draft.service_id else None
    if draft.service_id and service is None:
        others.append({"field": "service", "message": "is gone, or not yours to see"})
    slos = list(Slo.objects.readable_by(caller).filter(pk__in=draft.slo_ids).order_by("pk"))
    if len(slos) != len(set(draft.slo_ids)):
        others.append({"field": "slos", "message": "one of them is gone, or not yours to see"})
    if len(slos) > bounds.SLOS_MAX:
        others.append({"field": "slos", "message": f"name at most {bounds.SLOS_MAX}: those that users feel"})
    twins = page.components.filter(name=values["name"], group=group, removed_at=None).exclude(pk=pk or 0)
    if values["name"] and twins.exists():
        others.append({"field": "name", "message": "another component beside it has this name: choose another"})
    texts = {"name": values["name"], "description": values["description"]}
    check_texts(texts=texts, most=_MOST, needed=_NEEDED, others=others)
    return values | {"group": group, "service": service}, slos


def _plain(value: object) -> object:
    """For the audit trail."""
    if isinstance(value, Service | ComponentGroup):
        return value.name
    return value.isoformat() if isinstance(value, date) else value
