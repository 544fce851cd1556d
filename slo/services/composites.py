"""Creating, changing and deleting composites. Each change of what is asked for is a new version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from reliability.access.domain.caller import Caller
from reliability.web.errors import Conflict, NotFound
from slo.domain.composite_drafts import Asked, PartDraft, asked_or_mistakes, nesting_mistakes
from slo.domain.naming import mistakes_of
from slo.models import Composite, CompositePart, CompositeVersion, Slo
from slo.selectors import composites as selectors
from slo.selectors.composite_shapes import shape_of_all
from slo.services import composite_alerts, composite_evaluations, editing, schedules
from slo.services.composite_records import KIND, CompositeDraft, audited, record

__all__ = ["CompositeDraft", "create", "delete", "draft_of", "losses_of", "refuse_part", "update"]

_OWN_FIELDS = ("team_id", "service_id", "name", "title", "description", "has_page", "has_ticket")


def create(
    *,
    caller: Caller,
    draft: CompositeDraft,
    now: datetime,
    reason: str = "",
    effective_from: datetime | None = None,
) -> Composite:
    """Create a composite and its first version, in force from *effective_from* (default: now).

    Raises Invalid with field paths, Conflict when the name is taken, Forbidden, NotFound.
    """
    editing.require_editor(caller=caller, team_ids=[draft.team_id])
    with transaction.atomic():
        asked = _checked(caller=caller, draft=draft)
        composite = Composite(**_own(draft), updated_by_name=caller.name[:160])
        _save(composite, draft.name, is_new=True)
        instant = editing.effective_instant(given=effective_from, now=now)
        _write_version(composite, asked, draft.parts, instant, caller, reason)
        record(caller, "composite.create", composite, now, reason, old={}, new=audited(_as_stored(draft, asked)))
        schedules.evaluate_composites(team_id=composite.team_id, now=now)
        composite_evaluations.evaluate(composite_ids=[composite.pk], now=now)
    return composite


def update(
    *,
    caller: Caller,
    composite: Composite,
    draft: CompositeDraft,
    now: datetime,
    reason: str = "",
    effective_from: datetime | None = None,
    expected_revision: int | None = None,
) -> Composite:
    """Bring the composite to *draft*; a change of what is asked for makes a new version.

    effective_from may lie in the past: history from then on is restated, later versions are replaced. A draft without a
    difference changes nothing. Raises as create, and Conflict when somebody saved meanwhile.
    """
    with transaction.atomic():
        stored = _locked(composite)
        editing.require_editor(caller=caller, team_ids=[stored.team_id, draft.team_id])
        editing.check_revision(stored=stored, kind=KIND, expected=expected_revision)
        before = draft_of(composite=stored)
        asked = _checked(caller=caller, draft=draft, stored=stored, before=before)
        for name, value in _own(draft).items():
            setattr(stored, name, value)
        instant = editing.effective_instant(given=effective_from, now=now)
        after = _as_stored(draft, asked)
        is_asked = any(getattr(before, name) != getattr(after, name) for name in _ASKED) or effective_from is not None
        old, new = audited(before), audited(after)
        if old == new and not is_asked:
            return stored
        if is_asked:
            _write_version(stored, asked, draft.parts, instant, caller, reason)
        stored.revision += 1
        stored.updated_by_name = caller.name[:160]
        _save(stored, draft.name, is_new=False)
        record(caller, "composite.update", stored, now, reason, old=old, new=dict.fromkeys(old) | new)
        schedules.evaluate_composites(team_id=stored.team_id, now=now)
        composite_evaluations.evaluate(composite_ids=[stored.pk], now=now)
    return stored


_ASKED = ("kind", "objective", "window", "parts", "slice_minutes", "missing")


def draft_of(*, composite: Composite) -> CompositeDraft:
    """The composite as its newest version has it. Parts that are gone are left out."""
    version = selectors.newest_versions(composite_ids=[composite.pk])[composite.pk]
    return CompositeDraft(
        **{name: getattr(composite, name) for name in _OWN_FIELDS},
        kind=version.kind,
        objective=version.objective.normalize(),
        window=version.window,
        slice_minutes=version.slice_minutes,
        missing=version.missing,
        parts=tuple(
            PartDraft(
                slo_id=row.slo_id,
                nested_id=row.nested_id,
                weight=row.weight,
                slice_target=None if row.slice_target is None else row.slice_target.normalize(),
                group=row.group,
            )
            for row in version.parts.all()
            if row.slo_id or row.nested_id
        ),
    )


def losses_of(*, composite: Composite) -> list[str]:
    """What deleting it loses, in words."""
    count = composite.versions.count()
    versions = f"{count} version{'' if count == 1 else 's'} of what it asks for"
    return [versions, "its history; the objectives it is made of stay, with theirs"]


def delete(*, caller: Caller, composite: Composite, now: datetime, reason: str = "") -> None:
    """Delete the composite with its versions; open alerts are resolved first, so that whoever was woken is told.

    Raises Conflict while another composite has it as a part.
    """
    editing.require_editor(caller=caller, team_ids=[composite.team_id])
    with transaction.atomic():
        stored = _locked(composite)
        refuse_part(caller=caller, users=selectors.using(now=now, composite_id=stored.pk), title=str(stored))
        old = {**audited(draft_of(composite=stored)), "lost": losses_of(composite=stored)}
        record(caller, "composite.delete", stored, now, reason, old=old, new=dict.fromkeys(old))
        composite_alerts.resolve_all(composite=stored, reason="resolved: the composite was deleted", now=now)
        stored.delete()


def _locked(composite: Composite) -> Composite:
    stored: Composite | None = Composite.objects.select_for_update(no_key=True).filter(pk=composite.pk).first()
    if stored is None:
        raise NotFound(f"the composite {composite.name!r} has been deleted")
    return stored


def refuse_part(*, caller: Caller, users: Sequence[Composite], title: str) -> None:
    """Raise Conflict when *users*, composites, are made of what shall be deleted; private ones are counted only."""
    if not users:
        return
    names = sorted(user.title for user in users if caller.may_read(user.team_id))
    hidden = len(users) - len(names)
    named = names + ([f"{hidden} private composite{'' if hidden == 1 else 's'}"] if hidden else [])
    raise Conflict(
        f"{title} is a part of {', '.join(named)}: take it out of there first, or delete that first", reason="in_use"
    )


def _checked(
    *, caller: Caller, draft: CompositeDraft, stored: Composite | None = None, before: CompositeDraft | None = None
) -> Asked:
    """The values of a draft. Raises Invalid with every mistake. Holds all composites, so that no circle slips in."""
    asked, mistakes = asked_or_mistakes(
        kind=draft.kind,
        objective=draft.objective,
        window=draft.window,
        slice_minutes=draft.slice_minutes,
        missing=draft.missing,
        parts=draft.parts,
        kept_days=settings.SERIES_RETENTION_DAYS,
    )
    mistakes = [
        *mistakes_of(name=draft.name, title=draft.title, description=draft.description, labels={}),
        *mistakes,
        *editing.reference_mistakes(
            caller=caller,
            service_id=None if stored and stored.service_id == draft.service_id else draft.service_id,
        ),
        *_unreadable(caller, draft.parts, known={part.key for part in before.parts} if before else set()),
    ]
    if asked is not None:
        # Alerts that fire meanwhile refer to theirs, and need not wait.
        list(Composite.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        own_id = stored.pk if stored else None
        mistakes += nesting_mistakes(shape=shape_of_all(), own_id=own_id, asked=asked, parts=draft.parts)
    editing.refuse(mistakes)
    if asked is None:  # pragma: no cover  mistakes are never empty without values
        raise AssertionError
    return asked


def _unreadable(
    caller: Caller, parts: Sequence[PartDraft], *, known: set[tuple[int | None, int | None]]
) -> list[tuple[str, str]]:
    """Parts that are not the caller's to see; what it is made of already stays, even where this editor may not."""
    new = [(place, part) for place, part in enumerate(parts) if part.key not in known]
    slos: set[int] = set(
        Slo.objects.readable_by(caller).filter(pk__in=_ids(new, "slo_id")).values_list("pk", flat=True)
    )
    nested: set[int] = set(
        Composite.objects.readable_by(caller).filter(pk__in=_ids(new, "nested_id")).values_list("pk", flat=True)
    )
    return [
        (f"parts.{place}.slo", "there is no such objective, or it is not yours to see")
        for place, part in new
        if (part.slo_id is not None and part.slo_id not in slos)
        or (part.nested_id is not None and part.nested_id not in nested)
    ]


def _ids(parts: Sequence[tuple[int, PartDraft]], name: str) -> list[int]:
    return [getattr(part, name) for _, part in parts if getattr(part, name) is not None]


def _as_stored(draft: CompositeDraft, asked: Asked) -> CompositeDraft:
    """The draft as it would be read again, to compare with what is stored."""
    parts = zip(draft.parts, asked.slice_targets, strict=True)
    return replace(
        draft,
        **_own(draft),
        objective=asked.objective.normalize(),
        window=asked.window.to_json(),
        slice_minutes=asked.slice_minutes,
        parts=tuple(
            replace(part, group=part.group.strip(), slice_target=None if target is None else target.normalize())
            for part, target in parts
        ),
    )


def _own(draft: CompositeDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in _OWN_FIELDS} | {"title": draft.title.strip() or draft.name}


def _save(composite: Composite, name: str, *, is_new: bool) -> None:
    try:
        with transaction.atomic():
            if is_new:
                composite.save(force_insert=True)
            else:
                composite.save(update_fields=(*_OWN_FIELDS, "revision", "updated_by_name", "updated_at"))
    except IntegrityError:
        message = f"there is a composite {name!r} already (it may be private to another team): choose another name"
        raise Conflict(message, reason="exists", details=[{"field": "name", "message": message}]) from None


def _write_version(
    composite: Composite, asked: Asked, parts: Sequence[PartDraft], instant: datetime, caller: Caller, reason: str
) -> None:
    """The version from *instant* on, in the place of that instant's and of all later ones."""
    CompositeVersion.objects.filter(composite=composite, effective_from__gte=instant).delete()
    version = CompositeVersion.objects.create(
        composite=composite,
        kind=asked.kind.value,
        objective=asked.objective,
        window=asked.window.to_json(),
        slice_minutes=asked.slice_minutes,
        missing=asked.missing.value,
        effective_from=instant,
        author_name=caller.name[:160],
        reason=reason.strip(),
    )
    slos = Slo.objects.in_bulk([part.slo_id for part in parts if part.slo_id is not None])
    nested = Composite.objects.in_bulk([part.nested_id for part in parts if part.nested_id is not None])
    CompositePart.objects.bulk_create(
        CompositePart(
            version=version,
            position=place,
            slo_id=part.slo_id,
            nested_id=part.nested_id,
            name=slos[part.slo_id].name if part.slo_id is not None else nested[part.nested_id or 0].name,
            weight=part.weight,
            slice_target=target,
            group=part.group.strip(),
        )
        for place, (part, target) in enumerate(zip(parts, asked.slice_targets, strict=True))
    )
