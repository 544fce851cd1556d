"""Creating, changing and deleting indicators."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.catalog.services.services import words_for_users
from reliability.telemetry.domain.specs import validate_spec
from reliability.telemetry.models import Source
from reliability.web.errors import Conflict, NotFound
from slo.domain.naming import mistakes_of
from slo.models import HourChunk, Sli, SliVersion, Slo, SloVersion
from slo.selectors.measuring import REFUSAL, may_measure
from slo.selectors.names import with_names
from slo.selectors.series import extent_of
from slo.services import editing, schedules

KIND = "sli"
_FIELDS = ("team_id", "service_id", "source_id", "name", "title", "description", "spec", "labels")


@dataclass(frozen=True, slots=True)
class SliDraft:
    """An indicator as a person or file writes it. spec: the notation of reliability.telemetry.domain.specs."""

    name: str
    team_id: int
    source_id: int
    spec: dict[str, Any]
    title: str = ""
    description: str = ""
    service_id: int | None = None
    labels: dict[str, Any] = field(default_factory=dict)


def create(*, caller: Caller, draft: SliDraft, now: datetime, reason: str = "") -> Sli:
    """Create an indicator with its first version; its source is collected from the next minute on.

    Raises Invalid with field paths, Conflict when the name is taken, Forbidden, NotFound (a team that the caller
    may not know of).
    """
    _check(caller=caller, draft=draft)
    editing.require_editor(caller=caller, team_ids=[draft.team_id])
    sli = Sli(**{name: getattr(draft, name) for name in _FIELDS}, updated_by_name=caller.name[:160])
    with transaction.atomic():
        try:
            with transaction.atomic():
                sli.save(force_insert=True)
        except IntegrityError:
            editing.refuse_name(noun="SLI", name=draft.name)
        _put_version(sli=sli, caller=caller, now=now, reason=reason)
        _record(caller, "sli.create", sli, now, reason, old={}, new=asdict(draft))
        _schedule(sli, now)
    return sli


def update(
    *, caller: Caller, sli: Sli, draft: SliDraft, now: datetime, reason: str = "", expected_revision: int | None = None
) -> Sli:
    """Bring the indicator to *draft*. A change of source or spec makes a new version from now on; stored minutes stay.

    A draft without a difference changes nothing. Raises Conflict when *expected_revision* is no longer the stored
    one, naming who changed it and when; else as create.
    """
    with transaction.atomic():
        stored: Sli | None = Sli.objects.select_for_update(no_key=True).filter(pk=sli.pk).first()
        if stored is None:
            raise NotFound(f"the SLI {sli.name!r} has been deleted meanwhile")
        editing.require_editor(caller=caller, team_ids=[stored.team_id, draft.team_id])
        editing.check_revision(stored=stored, kind=KIND, expected=expected_revision)
        _check(caller=caller, draft=draft, stored=stored)
        old, new = asdict(draft_of(sli=stored)), asdict(draft)
        if old == new:
            return stored
        is_new_version = (stored.source_id, stored.spec) != (draft.source_id, draft.spec)
        for name in _FIELDS:
            setattr(stored, name, getattr(draft, name))
        stored.revision += 1
        stored.updated_by_name = caller.name[:160]
        try:
            with transaction.atomic():
                stored.save(update_fields=(*_FIELDS, "revision", "updated_by_name", "updated_at"))
        except IntegrityError:
            editing.refuse_name(noun="SLI", name=draft.name)
        if is_new_version:
            _put_version(sli=stored, caller=caller, now=now, reason=reason)
            # Failures were those of the definition before: the new one is tried at once.
            Sli.objects.filter(pk=stored.pk).update(failed_attempts=0, retry_at=None)
            _schedule(stored, now)
        _record(caller, "sli.update", stored, now, reason, old=old, new=new)
    return stored


def draft_of(*, sli: Sli) -> SliDraft:
    """The indicator as it is now, as a draft to change."""
    return SliDraft(**{name: getattr(sli, name) for name in _FIELDS})


def losses_of(*, sli: Sli) -> list[str]:
    """What deleting the indicator loses, in words, for the confirmation."""
    extent = extent_of(sli=sli)
    if extent.period is None:
        return ["its versions; nothing has been measured yet"]
    since = f"{extent.period.start:%Y-%m-%d %H:%M} UTC"
    return [f"{extent.minutes} measured minutes since {since} ({extent.valid:.0f} valid events)", "its versions"]


def delete(*, caller: Caller, sli: Sli, now: datetime, reason: str = "") -> None:
    """Delete the indicator and its series. Raises Conflict while an objective (or a version of one) measures by it."""
    editing.require_editor(caller=caller, team_ids=[sli.team_id])
    with transaction.atomic():
        stored = Sli.objects.select_for_update().filter(pk=sli.pk).first()
        if stored is None:
            raise NotFound(f"the SLI {sli.name!r} has been deleted already")
        _refuse_while_used(stored, caller)
        old = {**asdict(draft_of(sli=stored)), "lost": losses_of(sli=stored)}
        _record(caller, "sli.delete", stored, now, reason, old=old, new=dict.fromkeys(old))
        HourChunk.objects.filter(sli=stored).delete()
        stored.delete()


def _refuse_while_used(sli: Sli, caller: Caller) -> None:
    versions = SloVersion.objects.filter(sli=sli).order_by().values("slo_id")
    users = Slo.objects.filter(Q(sli=sli) | Q(pk__in=versions)).order_by("name", "pk")
    if users:
        words = words_for_users(caller=caller, users=users)
        raise Conflict(f"the SLI {sli.name!r} measures, or measured, {words}: delete those first", reason="in_use")


def _check(*, caller: Caller, draft: SliDraft, stored: Sli | None = None) -> None:
    mistakes = [
        *mistakes_of(name=draft.name, title=draft.title, description=draft.description, labels=draft.labels),
        *editing.reference_mistakes(
            caller=caller,
            # What the indicator refers to already stays, even where this editor may not see it.
            service_id=None if stored and stored.service_id == draft.service_id else draft.service_id,
            source_id=None if stored and stored.source_id == draft.source_id else draft.source_id,
        ),
    ]
    source = Source.objects.filter(pk=draft.source_id).first()
    is_measured_anew = stored is None or (stored.source_id, stored.spec) != (draft.source_id, draft.spec)
    if source is not None and not any(field == "source" for field, _ in mistakes):
        if is_measured_anew and not may_measure(caller=caller, source=source):
            mistakes.append(("source", REFUSAL))
        mistakes += [
            (f"spec.{path}" if path else "spec", message) for path, message in validate_spec(draft.spec, source.kind)
        ]
    editing.refuse(mistakes)


def _put_version(*, sli: Sli, caller: Caller, now: datetime, reason: str) -> None:
    SliVersion.objects.update_or_create(
        sli=sli,
        effective_from=editing.effective_instant(given=None, now=now),
        defaults={
            "source_id": sli.source_id,
            "spec": sli.spec,
            "author_name": caller.name[:160],
            "reason": reason.strip(),
        },
    )


def _schedule(sli: Sli, now: datetime) -> None:
    if sli.spec.get("kind") != "pushed":
        schedules.collect(source_id=sli.source_id, now=now)


def _record(
    caller: Caller, action: str, sli: Sli, now: datetime, reason: str, *, old: dict[str, Any], new: dict[str, Any]
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind=KIND,
        object_name=sli.name,
        team_id=sli.team_id,
        now=now,
        changes=with_names(changes=audit.changes_between(old=old, new=new)),
        reason=reason,
    )
