"""Groups of components: made, renamed, moved, removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from incidents.status_page.domain import bounds
from incidents.status_page.models import ComponentGroup, StatusPage
from incidents.status_page.services.holding import changed, check_texts, held, tell
from incidents.status_page.services.ordering import move, next_position
from reliability.access.domain.caller import Caller, Role
from reliability.web.errors import Conflict, Invalid, NotFound

_MOST = {"name": bounds.NAME_MAX, "description": bounds.LINE_MAX}
_NEEDED = {"name": "write one, such as Shop"}


@dataclass(frozen=True, slots=True)
class GroupDraft:
    name: str
    description: str = ""


def create(*, caller: Caller, page_id: int, draft: GroupDraft, now: datetime) -> ComponentGroup:
    """At the end. Editors. Raises NotFound, Forbidden, Invalid, Conflict for too many."""
    values = _checked(draft)
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        if page.groups.count() >= bounds.GROUPS_MAX:
            raise Conflict(f"the page has {bounds.GROUPS_MAX} groups already: remove one", reason="too_many")
        _check_free(page, values["name"], pk=None)
        position = next_position(page.groups.all())
        group = ComponentGroup.objects.create(page=page, position=position, created_at=now, updated_at=now, **values)
        tell(caller=caller, page=page, action="status_group.create", name=group.name, now=now)
        changed(page=page, now=now)
    return group


def edit(*, caller: Caller, page_id: int, group_id: int, draft: GroupDraft, now: datetime) -> ComponentGroup:
    """Editors. Raises NotFound, Forbidden, Invalid."""
    values = _checked(draft)
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        group = group_of(page=page, group_id=group_id)
        _check_free(page, values["name"], pk=group.pk)
        before = group.name
        group.name, group.description, group.updated_at = values["name"], values["description"], now
        group.save(update_fields=("name", "description", "updated_at"))
        tell(
            caller=caller,
            page=page,
            action="status_group.update",
            name=before,
            now=now,
            changes={"name": [before, group.name]},
        )
        changed(page=page, now=now)
    return group


def remove(*, caller: Caller, page_id: int, group_id: int, now: datetime) -> None:
    """Its components stay, without a group; refused when two of them would have one name."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        group = group_of(page=page, group_id=group_id)
        inside = page.components.filter(group=group, removed_at=None).values_list("name", flat=True)
        twice = sorted(
            set(inside) & set(page.components.filter(group=None, removed_at=None).values_list("name", flat=True))
        )
        if twice:
            raise Conflict(f"there is another component {twice[0]} without a group: rename one of them first")
        tell(caller=caller, page=page, action="status_group.delete", name=group.name, now=now)
        group.delete()
        changed(page=page, now=now)


def shift(*, caller: Caller, page_id: int, group_id: int, steps: int, now: datetime) -> None:
    """Up (-1) or down (1) among the groups. Editors."""
    with transaction.atomic():
        page = held(caller=caller, page_id=page_id, role=Role.EDITOR)
        group = group_of(page=page, group_id=group_id)
        if move(rows=list(page.groups.order_by("position", "pk")), row=group, steps=steps):
            tell(caller=caller, page=page, action="status_group.move", name=group.name, now=now)
            changed(page=page, now=now)


def group_of(*, page: StatusPage, group_id: int) -> ComponentGroup:
    group = page.groups.filter(pk=group_id).first()
    if group is None:
        raise NotFound("there is no such group on this page")
    return group


def _checked(draft: GroupDraft) -> dict[str, str]:
    values = {"name": draft.name.strip(), "description": draft.description.strip()}
    check_texts(texts=values, most=_MOST, needed=_NEEDED)
    return values


def _check_free(page: StatusPage, name: str, *, pk: int | None) -> None:
    if page.groups.filter(name=name).exclude(pk=pk or 0).exists():
        raise Invalid(details=[{"field": "name", "message": "another group of this page has it: choose another"}])
