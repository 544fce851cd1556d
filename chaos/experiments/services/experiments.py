"""Experiments: created, edited as new versions, archived and taken out of the archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from chaos.experiments.models import Experiment, ExperimentVersion
from chaos.experiments.selectors.experiments import newest_version
from chaos.experiments.services.drafts import Checked, ExperimentDraft, check, slug_from
from reliability.access.domain.caller import Caller, Role
from reliability.access.selectors.tokens import person_behind
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "experiment"


@dataclass(frozen=True, slots=True)
class Stored:
    """change: added, changed or unchanged."""

    experiment: Experiment
    version: ExperimentVersion
    change: str


def create(*, caller: Caller, draft: ExperimentDraft, now: datetime, reason: str = "") -> Stored:
    """A new experiment with version 1. Raises Forbidden, NotFound, Invalid with lines, Conflict for a slug in use."""
    require(caller=caller, team_id=draft.team_id, role=Role.EDITOR)
    _require_room(draft.team_id)
    checked = check(caller=caller, draft=draft)
    slug = draft.slug or _free_slug(slug_from(title=checked.title))
    experiment = Experiment(
        team_id=draft.team_id,
        slug=slug,
        created_at=now,
        updated_at=now,
        updated_by_name=caller.name[:160],
        **checked.fields,
    )
    try:
        with transaction.atomic():
            experiment.save(force_insert=True)
            version = _add_version(caller, experiment, checked, draft, number=1, now=now)
            changes = {
                name: [None, value] for name, value in _audited(experiment).items() if value not in ("", None, [])
            }
            _record(caller, "experiment.create", experiment, now, reason, {**changes, "version": [None, 1]})
    except IntegrityError as error:
        raise _taken(slug) from error
    return Stored(experiment, version, "added")


def edit(
    *,
    caller: Caller,
    experiment: Experiment,
    draft: ExperimentDraft,
    now: datetime,
    expected_revision: int | None = None,
    reason: str = "",
) -> Stored:
    """Bring it to *draft*: another text is a new version, the same text is none. The slug stays.

    Raises as create, and Conflict when *expected_revision* is no longer the stored one, or it is archived.
    """
    with transaction.atomic():
        stored = _locked(experiment)
        for team_id in sorted({stored.team_id, draft.team_id}):
            require(caller=caller, team_id=team_id, role=Role.EDITOR)
        _check_revision(stored, expected_revision)
        _check_edit(stored, draft)
        checked = check(caller=caller, draft=draft)
        newest = newest_version(experiment=stored)
        before = _audited(stored)
        for name, value in {"team_id": draft.team_id, **checked.fields}.items():
            setattr(stored, name, value)
        changes = audit.changes_between(old=before, new=_audited(stored))
        version = newest
        if newest.text != draft.text or newest.format != checked.parsed.format:
            version = _add_version(caller, stored, checked, draft, number=newest.number + 1, now=now)
            changes["version"] = [newest.number, version.number]
        if not changes:
            return Stored(stored, version, "unchanged")
        stored.revision += 1
        stored.updated_at = now
        stored.updated_by_name = caller.name[:160]
        stored.save(update_fields=("team_id", *checked.fields, "revision", "updated_at", "updated_by_name"))
        _record(caller, "experiment.update", stored, now, reason, changes)
    return Stored(stored, version, "changed")


def archive(*, caller: Caller, experiment: Experiment, now: datetime, reason: str = "") -> Experiment:
    """Out of lists, schedules and the library; its runs stay. Twice is once. Raises Forbidden, NotFound."""
    return _archived(caller, experiment, now, reason, is_archived=True)


def unarchive(*, caller: Caller, experiment: Experiment, now: datetime, reason: str = "") -> Experiment:
    """Back into lists. Raises Forbidden, NotFound, Conflict when the team has as many as it may."""
    return _archived(caller, experiment, now, reason, is_archived=False)


def draft_of(*, experiment: Experiment) -> ExperimentDraft:
    """The newest version as a draft to change."""
    newest = newest_version(experiment=experiment)
    names = ExperimentDraft.__dataclass_fields__.keys() - {"text", "format", "note"}
    return ExperimentDraft(
        text=newest.text, format=newest.format, **{name: getattr(experiment, name) for name in names}
    )


def _archived(caller: Caller, experiment: Experiment, now: datetime, reason: str, *, is_archived: bool) -> Experiment:
    with transaction.atomic():
        stored = _locked(experiment)
        require(caller=caller, team_id=stored.team_id, role=Role.EDITOR)
        if stored.is_archived == is_archived:
            return stored
        if not is_archived:
            _require_room(stored.team_id)
        stored.is_archived = is_archived
        stored.revision += 1
        stored.updated_at = now
        stored.updated_by_name = caller.name[:160]
        stored.save(update_fields=("is_archived", "revision", "updated_at", "updated_by_name"))
        action = "experiment.archive" if is_archived else "experiment.unarchive"
        _record(caller, action, stored, now, reason, {"is_archived": [not is_archived, is_archived]})
    return stored


def _add_version(
    caller: Caller, experiment: Experiment, checked: Checked, draft: ExperimentDraft, *, number: int, now: datetime
) -> ExperimentVersion:
    if number > settings.EXPERIMENT_VERSIONS_MAX:
        raise Conflict(
            f"{experiment.slug} has {settings.EXPERIMENT_VERSIONS_MAX:,} versions: go on with a new experiment",
            reason="too_many",
        )
    return ExperimentVersion.objects.create(
        experiment=experiment,
        number=number,
        format=checked.parsed.format,
        text=draft.text,
        document=checked.parsed.document,
        created_at=now,
        created_by_name=caller.name[:160],
        created_by_id=person_behind(caller=caller),
        note=draft.note.strip(),
    )


def _check_edit(stored: Experiment, draft: ExperimentDraft) -> None:
    if stored.is_archived:
        raise Conflict(f"{stored.slug} is archived: take it out of the archive first", reason="archived")
    if draft.slug not in ("", stored.slug):
        raise Invalid(details=[{"field": "slug", "message": "stays as it is: runs, files and addresses hold it"}])


def _check_revision(stored: Experiment, expected: int | None) -> None:
    if expected is None or stored.revision == expected:
        return
    message = (
        f"{stored.updated_by_name or 'somebody'} changed this experiment at "
        f"{stored.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, after you opened it: your change is not saved; "
        "compare both and save again"
    )
    detail = {"field": "revision", "message": message, "expected": expected, "stored": stored.revision}
    raise Conflict(message, reason="changed_meanwhile", details=[detail])


def _require_room(team_id: int) -> None:
    most = settings.EXPERIMENTS_PER_TEAM_MAX
    if Experiment.objects.filter(team_id=team_id, is_archived=False).count() >= most:
        raise Conflict(f"the team has {most:,} experiments: archive some first", reason="too_many")


def _free_slug(slug: str) -> str:
    """*slug*, or with the lowest number behind it that is free; whoever comes first at the same time keeps it."""
    stem = slug[:58].rstrip("-")
    taken = set(Experiment.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    if slug not in taken:
        return slug
    return next(f"{stem}-{number}" for number in range(2, len(taken) + 3) if f"{stem}-{number}" not in taken)


def _locked(experiment: Experiment) -> Experiment:
    stored: Experiment | None = Experiment.objects.select_for_update(of=("self",)).filter(pk=experiment.pk).first()
    if stored is None:
        raise NotFound(f"the experiment {experiment.slug!r} has been deleted meanwhile")
    return stored


def _taken(slug: str) -> Conflict:
    message = f"there is an experiment {slug!r} already (it may be private to another team): choose another name"
    return Conflict(message, reason="exists", details=[{"field": "slug", "message": message}])


def _audited(experiment: Experiment) -> dict[str, Any]:
    names = ("title", "kind", "layer", "hypothesis", "blast_radius", "teaches", "tags", "template", "weight")
    numbers = ("deadline_seconds", "rto_objective_seconds", "rpo_objective_seconds")
    return {
        "team": experiment.team.slug,
        "service": experiment.service.name if experiment.service else None,
        **{name: getattr(experiment, name) for name in (*names, *numbers)},
    }


def _record(
    caller: Caller, action: str, experiment: Experiment, now: datetime, reason: str, changes: dict[str, list[Any]]
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind=KIND,
        object_name=experiment.slug,
        team_id=experiment.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
