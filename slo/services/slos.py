"""Creating, changing and deleting objectives. Each change of what is asked for is a new version."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.web.errors import Conflict, NotFound
from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition
from slo.domain.drafts import definition_or_mistakes
from slo.domain.naming import mistakes_of
from slo.models import AgreementVersion, Slo, SloStatus
from slo.selectors.composites import using
from slo.selectors.names import with_names
from slo.services import alerts_deciding, editing, evaluations, schedules, versions
from slo.services.composites import refuse_part

KIND = "slo"
_OWN_FIELDS = ("team_id", "service_id", "sli_id", "name", "title", "description", "labels", "alert_policies")


@dataclass(frozen=True, slots=True)
class SloDraft:
    """An objective as a person or file writes it. window: the notation of slo.domain.windows."""

    name: str
    title: str
    team_id: int
    sli_id: int
    objective: Decimal | str | float
    window: dict[str, Any]
    service_id: int | None = None
    description: str = ""
    budgeting_method: str = BudgetingMethod.OCCURRENCES.value
    slice_minutes: int | None = None
    slice_target: Decimal | str | float | None = None
    counts_no_data_as_bad: bool = False
    labels: dict[str, Any] = field(default_factory=dict)
    alert_policies: list[str] = field(default_factory=list)


def create(
    *, caller: Caller, draft: SloDraft, now: datetime, reason: str = "", effective_from: datetime | None = None
) -> Slo:
    """Create an objective, its first version (in force from *effective_from*, default now) and its first status.

    Raises Invalid with field paths, Conflict when the name is taken, Forbidden, NotFound (a team that the caller
    may not know of).
    """
    with transaction.atomic():
        slo = add(caller=caller, draft=draft, now=now, reason=reason, effective_from=effective_from)
        schedules.evaluate(team_id=slo.team_id, now=now)
        evaluations.evaluate(slo_ids=[slo.pk], now=now)
    return slo


def add(
    *, caller: Caller, draft: SloDraft, now: datetime, reason: str = "", effective_from: datetime | None = None
) -> Slo:
    """As create, but nobody judges it yet: whoever adds many schedules and evaluates them together afterwards."""
    definition = _checked(caller=caller, draft=draft)
    editing.require_editor(caller=caller, team_ids=[draft.team_id])
    instant = editing.effective_instant(given=effective_from, now=now)
    slo = Slo(**{name: getattr(draft, name) for name in _OWN_FIELDS}, updated_by_name=caller.name[:160])
    slo.title = draft.title.strip() or draft.name
    with transaction.atomic():
        try:
            with transaction.atomic():
                slo.save(force_insert=True)
        except IntegrityError:
            editing.refuse_name(noun="SLO", name=draft.name)
        versions.begin(slo=slo, definition=definition, effective_from=instant, caller=caller, reason=reason)
        _record(caller, "slo.create", slo, now, reason, old={}, new=_audited(_draft(slo, definition)))
    return slo


def update(
    *,
    caller: Caller,
    slo: Slo,
    draft: SloDraft,
    now: datetime,
    reason: str = "",
    effective_from: datetime | None = None,
    expected_revision: int | None = None,
) -> Slo:
    """Bring the objective to *draft*. A change of sli, objective, window or method makes a new version.

    effective_from may lie in the past: history from then on is restated, later versions are replaced. A draft
    without a difference changes nothing. Raises Conflict when *expected_revision* is no longer the stored one,
    naming who changed it and when; else as create.
    """
    with transaction.atomic():
        stored = alter(
            caller=caller,
            slo=slo,
            draft=draft,
            now=now,
            reason=reason,
            effective_from=effective_from,
            expected_revision=expected_revision,
        )
        if stored.is_changed:
            schedules.evaluate(team_id=stored.slo.team_id, now=now)
            evaluations.evaluate(slo_ids=[stored.slo.pk], now=now)
    return stored.slo


@dataclass(frozen=True, slots=True)
class Altered:
    """The objective as it is stored now, and whether anything of it was changed."""

    slo: Slo
    is_changed: bool


def alter(
    *,
    caller: Caller,
    slo: Slo,
    draft: SloDraft,
    now: datetime,
    reason: str = "",
    effective_from: datetime | None = None,
    expected_revision: int | None = None,
) -> Altered:
    """As update, but nobody judges it yet: whoever alters many schedules and evaluates them together afterwards."""
    with transaction.atomic():
        stored: Slo | None = Slo.objects.select_for_update(no_key=True).filter(pk=slo.pk).first()
        if stored is None:
            raise NotFound(f"the SLO {slo.name!r} has been deleted meanwhile")
        editing.require_editor(caller=caller, team_ids=[stored.team_id, draft.team_id])
        editing.check_revision(stored=stored, kind=KIND, expected=expected_revision)
        definition = _checked(caller=caller, draft=draft, stored=stored)
        if draft.team_id != stored.team_id:
            _refuse_if_agreed(stored, field="team")
        before = draft_of(slo=stored)
        for name in _OWN_FIELDS:
            setattr(stored, name, getattr(draft, name))
        stored.title = draft.title.strip() or draft.name
        is_new_version = versions.put(
            slo=stored,
            definition=definition,
            effective_from=editing.effective_instant(given=effective_from, now=now),
            caller=caller,
            reason=reason,
            is_forced=effective_from is not None,
        )
        old, new = _audited(before), _audited(_draft(stored, definition))
        if old == new and not is_new_version:
            return Altered(stored, is_changed=False)
        stored.revision += 1
        stored.updated_by_name = caller.name[:160]
        try:
            with transaction.atomic():
                stored.save(update_fields=(*_OWN_FIELDS, "revision", "updated_by_name", "updated_at"))
        except IntegrityError:
            editing.refuse_name(noun="SLO", name=draft.name)
        _record(caller, "slo.update", stored, now, reason, old=old, new=new)
    return Altered(stored, is_changed=True)


def draft_of(*, slo: Slo) -> SloDraft:
    """The objective as its newest version has it, as a draft to change."""
    return _draft(slo, versions.newest_definition(slo=slo))


def losses_of(*, slo: Slo) -> list[str]:
    """What deleting the objective loses, in words, for the confirmation."""
    counted = (
        (slo.versions.count(), "version of the objective", "versions of the objective"),
        (slo.exclusions.count(), "exclusion", "exclusions"),
        (slo.adjustments.count(), "budget adjustment", "budget adjustments"),
        (slo.burn_alerts.count(), "burn alert", "burn alerts"),
    )
    losses = [f"{count} {one if count == 1 else many}" for count, one, many in counted if count]
    return [*losses, "its history of states; the SLI and its series stay"]


def _refuse_if_agreed(slo: Slo, *, field: str = "") -> None:
    """Raise Conflict while an agreement is measured by it: agreements and what measures them are of one team."""
    promised = AgreementVersion.objects.filter(slo=slo).order_by("agreement__title").values_list("agreement__title")
    titles = list(dict.fromkeys(title for (title,) in promised))
    if titles:
        message = (
            f"{', '.join(titles[:3])} is measured by it: measure that agreement by another objective, or delete it"
        )
        details = [{"field": field, "message": message}] if field else []
        raise Conflict(message, reason="agreed", details=details)


def delete(*, caller: Caller, slo: Slo, now: datetime, reason: str = "") -> None:
    """Delete the objective with its versions, exclusions and adjustments. The SLI and its series stay.

    Open alerts are resolved first: whoever was woken by them is told. Raises Conflict while a composite is made of it,
    or an agreement with a customer is measured by it.
    """
    editing.require_editor(caller=caller, team_ids=[slo.team_id])
    _refuse_if_agreed(slo)
    with transaction.atomic():
        # The status before the objective, as evaluation does: the other order would lock each other out.
        SloStatus.objects.select_for_update().filter(slo_id=slo.pk).first()
        stored = Slo.objects.select_for_update().filter(pk=slo.pk).first()
        if stored is None:
            raise NotFound(f"the SLO {slo.name!r} has been deleted already")
        refuse_part(caller=caller, users=using(now=now, slo_id=stored.pk), title=str(stored))
        old = {**_audited(draft_of(slo=stored)), "lost": losses_of(slo=stored)}
        _record(caller, "slo.delete", stored, now, reason, old=old, new=dict.fromkeys(old))
        alerts_deciding.resolve_all(slo=stored, reason="resolved: the objective was deleted", now=now)
        stored.delete()


def _checked(*, caller: Caller, draft: SloDraft, stored: Slo | None = None) -> Definition:
    """The definition of a draft. Raises Invalid with every mistake."""
    definition, mistakes = definition_or_mistakes(
        objective=draft.objective,
        window=draft.window,
        budgeting_method=draft.budgeting_method,
        slice_minutes=draft.slice_minutes,
        slice_target=draft.slice_target,
        counts_no_data_as_bad=draft.counts_no_data_as_bad,
        kept_days=settings.SERIES_RETENTION_DAYS,
    )
    mistakes = [
        *mistakes_of(name=draft.name, title=draft.title, description=draft.description, labels=draft.labels),
        *mistakes,
        *editing.reference_mistakes(
            caller=caller,
            # What the objective refers to already stays, even where this editor may not see it.
            service_id=None if stored and stored.service_id == draft.service_id else draft.service_id,
            sli_id=None if stored and stored.sli_id == draft.sli_id else draft.sli_id,
        ),
    ]
    editing.refuse(mistakes)
    if definition is None:  # pragma: no cover  mistakes are never empty without a definition
        raise AssertionError
    return definition


def _draft(slo: Slo, definition: Definition) -> SloDraft:
    return SloDraft(
        **{name: getattr(slo, name) for name in _OWN_FIELDS},
        objective=definition.objective,
        window=definition.window.to_json(),
        budgeting_method=definition.budgeting.value,
        slice_minutes=definition.slice_minutes,
        slice_target=definition.slice_target,
        counts_no_data_as_bad=definition.counts_no_data_as_bad,
    )


def _audited(draft: SloDraft) -> dict[str, Any]:
    """The draft as JSON can hold it."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(draft).items()}


def _record(
    caller: Caller, action: str, slo: Slo, now: datetime, reason: str, *, old: dict[str, Any], new: dict[str, Any]
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind=KIND,
        object_name=slo.name,
        team_id=slo.team_id,
        now=now,
        changes=with_names(changes=audit.changes_between(old=old, new=new)),
        reason=reason,
    )
