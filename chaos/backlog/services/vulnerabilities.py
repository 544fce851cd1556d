"""Writing vulnerabilities: recording, editing, states, links, notes; each audited and told in their history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from chaos.backlog.domain.drafts import NOTE_MAX, REASON_MAX, VulnerabilityDraft, mistakes_of
from chaos.backlog.domain.states import Origin, State
from chaos.backlog.models import Vulnerability, VulnerabilityNote
from chaos.backlog.services.revisions import check_revision
from chaos.backlog.services.scoring import SCORED, score
from chaos.experiments.models import Experiment
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.models import Layer, Service
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "vulnerability"
Kind = VulnerabilityNote.Kind


def record(
    *,
    caller: Caller,
    team_id: int,
    service_id: int | None,
    layer: str,
    title: str,
    hypothesis: str = "",
    times_a_year: float = 2,
    users_percent: float = 25,
    outage_minutes: float = 30,
    hours_to_try: float = 2,
    hours_to_mend: float = 16,
    origin: Origin | str = Origin.PERSON,
    origin_key: str | None = None,
    origin_title: str = "",
    origin_url: str = "",
    now: datetime,
) -> Vulnerability:
    """A new one of the team, OPEN; with the same *origin* and *origin_key* the one that was recorded before.

    origin_title, origin_url: what is shown as its source, and a path of ours. Units: chaos.backlog.domain.ordering.
    Raises NotFound, Forbidden (responders of the team), Invalid with each field, Conflict when there are too many.
    """
    require(caller=caller, team_id=team_id, role=Role.RESPONDER)
    known = _known(team_id, origin, origin_key)
    if known is not None:
        return known
    draft = VulnerabilityDraft(
        title=title,
        layer=layer,
        service_id=service_id,
        hypothesis=hypothesis,
        times_a_year=times_a_year,
        users_percent=users_percent,
        outage_minutes=outage_minutes,
        hours_to_try=hours_to_try,
        hours_to_mend=hours_to_mend,
    )
    cause = {"origin": Origin(origin), "origin_key": origin_key, "origin_title": origin_title, "origin_url": origin_url}
    _check(caller, team_id, draft, cause)
    _require_room(team_id)
    row = Vulnerability(
        team_id=team_id,
        **draft.fields(),
        **cause,
        state_at=now,
        scored_at=now,
        created_at=now,
        created_by_name=caller.name[:160],
        updated_at=now,
        updated_by_name=caller.name[:160],
    )
    try:
        with transaction.atomic():
            score(vulnerability=row, evidence=(), now=now)
            row.save(force_insert=True)
            changes = {name: [None, value] for name, value in _audited(row).items() if value not in ("", None)}
            _record(caller, "vulnerability.create", row, now, changes)
    except IntegrityError:
        found = _known(team_id, origin, origin_key)
        if found is None:
            raise
        return found  # another was quicker with the same cause
    return row


def edit(
    *,
    caller: Caller,
    vulnerability: Vulnerability,
    values: Mapping[str, Any],
    now: datetime,
    expected_revision: int | None = None,
    reason: str = "",
) -> Vulnerability:
    """Set fields of a draft; what is not named stays. The same values are no change.

    Raises NotFound, Forbidden, Invalid, and Conflict when *expected_revision* is no longer the stored one.
    """
    with transaction.atomic():
        row = _locked(caller, vulnerability)
        check_revision(stored=row, expected=expected_revision)
        names = VulnerabilityDraft.__dataclass_fields__
        draft = VulnerabilityDraft(**{**{name: getattr(row, name) for name in names}, **values})
        _check(caller, row.team_id, draft, {})
        before = _audited(row)
        for name, value in draft.fields().items():
            setattr(row, name, value)
        if "service_id" in values:
            row.service = None if draft.service_id is None else Service.objects.get(pk=draft.service_id)
        changes = audit.changes_between(old=before, new=_audited(row))
        if changes:
            _save(caller, row, now, *draft.fields())
            _record(caller, "vulnerability.update", row, now, changes, reason)
    return row


def set_state(
    *, caller: Caller, vulnerability: Vulnerability, state: State, reason: str, now: datetime
) -> Vulnerability:
    """By a person, who says why. Raises NotFound, Forbidden, Invalid without a reason. The same state is no change."""
    _check_text("reason", reason, "say why: it stands in its history", REASON_MAX)
    with transaction.atomic():
        row = _locked(caller, vulnerability)
        if row.state != state:
            move(caller=caller, row=row, state=state, reason=reason.strip(), now=now)
    return row


def move(
    *, caller: Caller, row: Vulnerability, state: State, reason: str, now: datetime, run_id: int | None = None
) -> None:
    """Write a state, its history and its entry in the audit trail. In a transaction that holds *row*."""
    before, row.state, row.state_reason, row.state_at = row.state, state.value, reason, now
    note(caller=caller, row=row, kind=Kind.STATE, text=reason, now=now, state=state, run_id=run_id)
    _save(caller, row, now, "state", "state_reason", "state_at")
    _record(caller, "vulnerability.state", row, now, {"state": [before, state.value]}, reason)


def add_note(*, caller: Caller, vulnerability: Vulnerability, text: str, now: datetime) -> VulnerabilityNote:
    """What somebody found out. Raises NotFound, Forbidden, Invalid, Conflict when there are too many."""
    _check_text("text", text, "write what you found out", NOTE_MAX)
    with transaction.atomic():
        row = _locked(caller, vulnerability)
        if row.notes.count() >= settings.VULNERABILITY_NOTES_MAX:
            raise Conflict("it has as many notes as it may: record a new one", reason="too_many")
        written = note(caller=caller, row=row, kind=Kind.NOTE, text=text.strip(), now=now)
        _record(caller, "vulnerability.note", row, now, {})
    return written


def link(*, caller: Caller, vulnerability: Vulnerability, experiment: Experiment, now: datetime) -> Vulnerability:
    """Say that the experiment tries it: an open one is being tried from now on, its runs move it. Twice is once.

    Raises NotFound, Forbidden, Invalid for an experiment of another team, Conflict when there are too many.
    """
    if experiment.team_id != vulnerability.team_id:
        message = "belongs to another team: only experiments of the team that owns the vulnerability try it"
        raise Invalid(details=[{"field": "experiment", "message": message}])
    with transaction.atomic():
        row = _locked(caller, vulnerability)
        if row.experiments.filter(pk=experiment.pk).exists():
            return row
        if row.experiments.count() >= settings.VULNERABILITY_EXPERIMENTS_MAX:
            raise Conflict("it has as many experiments as it may: take one away first", reason="too_many")
        row.experiments.add(experiment)
        text = f"The experiment “{experiment.title}” tries it."
        _record(caller, "vulnerability.link", row, now, {"experiments": [None, experiment.slug]})
        if row.state == State.OPEN:
            move(caller=caller, row=row, state=State.TRYING, reason=text, now=now)
        else:
            note(caller=caller, row=row, kind=Kind.LINK, text=text, now=now)
    return row


def unlink(*, caller: Caller, vulnerability: Vulnerability, experiment: Experiment, now: datetime) -> Vulnerability:
    """Its runs say nothing of it any more; what they said stays. Twice is once. Raises NotFound, Forbidden."""
    with transaction.atomic():
        row = _locked(caller, vulnerability)
        if row.experiments.filter(pk=experiment.pk).exists():
            row.experiments.remove(experiment)
            text = f"The experiment “{experiment.title}” does not try it any more."
            note(caller=caller, row=row, kind=Kind.LINK, text=text, now=now)
            _record(caller, "vulnerability.unlink", row, now, {"experiments": [experiment.slug, None]})
    return row


def note(
    *,
    caller: Caller,
    row: Vulnerability,
    kind: VulnerabilityNote.Kind,
    text: str,
    now: datetime,
    state: State | None = None,
    run_id: int | None = None,
) -> VulnerabilityNote:
    """One line of its history."""
    return VulnerabilityNote.objects.create(
        vulnerability=row,
        kind=kind,
        at=now,
        author_id=caller.user_id,
        author_name=caller.name[:160],
        text=text,
        state=state.value if state else "",
        run_id=run_id,
    )


def _save(caller: Caller, row: Vulnerability, now: datetime, *names: str) -> None:
    score(vulnerability=row, evidence=list(row.evidence.all()), now=now)
    row.revision += 1
    row.updated_at, row.updated_by_name = now, caller.name[:160]
    row.save(update_fields=(*names, *SCORED, "revision", "updated_at", "updated_by_name"))


def _known(team_id: int, origin: Origin | str, origin_key: str | None) -> Vulnerability | None:
    if origin_key is None:
        return None
    found = Vulnerability.objects.select_related("team", "service")
    row: Vulnerability | None = found.filter(team_id=team_id, origin=origin, origin_key=origin_key).first()
    return row


def _locked(caller: Caller, vulnerability: Vulnerability) -> Vulnerability:
    rows = Vulnerability.objects.select_for_update(of=("self",)).select_related("team", "service")
    row: Vulnerability | None = rows.filter(pk=vulnerability.pk).first()
    if row is None:
        raise NotFound("this vulnerability is not there any more")
    require(caller=caller, team_id=row.team_id, role=Role.RESPONDER)
    return row


def _check(caller: Caller, team_id: int, draft: VulnerabilityDraft, cause: Mapping[str, Any]) -> None:
    mistakes = mistakes_of(draft, layers=Layer.values)
    if draft.service_id is not None:
        owner = Service.objects.readable_by(caller).filter(pk=draft.service_id).values_list("team_id", flat=True)
        team = owner.first()
        if team is None:
            mistakes.append(("service", "there is no such service, or it is not yours to see"))
        elif team != team_id:
            mistakes.append(("service", "belongs to another team: record it there"))
    if cause.get("origin_key") is not None and not 0 < len(cause["origin_key"]) <= 160:
        mistakes.append(("origin_key", "has 1 to 160 characters"))
    if len(cause.get("origin_title", "")) > 200:
        mistakes.append(("origin_title", "has at most 200 characters"))
    url = cause.get("origin_url", "")
    if url and (not url.startswith("/") or url.startswith(("//", "/\\")) or len(url) > 500):
        mistakes.append(("origin_url", "is a path of this installation, such as /incidents/7/"))
    if mistakes:
        raise Invalid(details=[{"field": name, "message": message} for name, message in mistakes])


def _check_text(field: str, text: str, words: str, most: int) -> None:
    if not text.strip() or len(text) > most:
        message = words if not text.strip() else f"has at most {most:,} characters"
        raise Invalid(details=[{"field": field, "message": message}])


def _require_room(team_id: int) -> None:
    most = settings.VULNERABILITIES_PER_TEAM_MAX
    if Vulnerability.objects.filter(team_id=team_id).count() >= most:
        raise Conflict(f"the team has {most:,} vulnerabilities: mend what is there first", reason="too_many")


def _audited(row: Vulnerability) -> dict[str, Any]:
    names = ("layer", "title", "hypothesis", "times_a_year", "users_percent", "outage_minutes", "hours_to_try")
    return {
        "service": row.service.name if row.service else None,
        **{name: getattr(row, name) for name in (*names, "hours_to_mend", "origin", "origin_key")},
    }


def _record(
    caller: Caller, action: str, row: Vulnerability, now: datetime, changes: dict[str, list[Any]], reason: str = ""
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind=KIND,
        object_name=f"#{row.pk} {row.title}",
        team_id=row.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
