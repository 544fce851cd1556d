"""What is to be done after a game day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from chaos.experiments.models import Experiment
from chaos.gamedays.domain import bounds
from chaos.gamedays.domain.hours import at_nine
from chaos.gamedays.domain.states import FollowUpKind, FollowUpState, State
from chaos.gamedays.models import FollowUp
from chaos.gamedays.services.checked import check_texts, member
from chaos.gamedays.services.due_kinds import FOLLOW_UP
from chaos.gamedays.services.holding import check_revision, check_state, held, tell
from chaos.gamedays.services.scenarios import scenario_of
from chaos.runs.domain.states import Mode, Verdict
from chaos.runs.models import Run
from reliability.access.domain.caller import SYSTEM, Caller, Role
from reliability.access.models import User
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.outbox.services import due
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "follow_up"
_AFTER_START = frozenset({State.LIVE, State.WRAPPING_UP, State.DONE})
_MOST = {"title": bounds.TITLE_MAX, "tracker_url": 500}
_NEEDED = {"title": "say what is to be done, such as “alert when the cache is gone”"}
_URL = URLValidator(schemes=["https", "http"])
_YEARS = (2000, 2200)
_STATE = ("state", "state_reason", "closed_at", "closed_by_name", "verified_by", "updated_at", "revision")


@dataclass(frozen=True, slots=True)
class FollowUpDraft:
    """owner_id: a member of the team. experiment: slug of the one that will prove it. due_on: a date of the owner."""

    title: str
    kind: FollowUpKind
    text: str = ""
    owner_id: int | None = None
    due_on: date | None = None
    tracker_url: str = ""
    experiment: str = ""


def create(
    *, caller: Caller, number: int, draft: FollowUpDraft, scenario_id: int | None = None, now: datetime
) -> FollowUp:
    """Of a game day that has begun, also of a closed one. Responders. Raises NotFound, Forbidden, Invalid, Conflict."""
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.RESPONDER)
        check_state(row=row, allowed=_AFTER_START, what="be followed up yet")
        if row.follow_ups.count() >= settings.GAME_DAY_FOLLOW_UPS_MAX:
            raise Conflict(f"it has {settings.GAME_DAY_FOLLOW_UPS_MAX} follow-ups: that is the most", reason="too_many")
        values = _checked(row.team_id, draft)
        scenario = None if scenario_id is None else scenario_of(row=row, scenario_id=scenario_id)
        made = FollowUp.objects.create(
            team_id=row.team_id,
            game_day=row,
            scenario=scenario,
            created_at=now,
            created_by_name=caller.name[:160],
            updated_at=now,
            **values,
        )
        changes = {name: [None, value] for name, value in _audited(made).items() if value not in ("", None)}
        tell(caller=caller, row=row, action="follow_up", changes=changes, now=now)
        _schedule(made, now)
    return made


def edit(
    *,
    caller: Caller,
    follow_up_id: int,
    draft: FollowUpDraft,
    expected_revision: int | None = None,
    now: datetime,
) -> FollowUp:
    """Of an open one. Responders. Raises NotFound, Forbidden, Invalid, Conflict."""
    with transaction.atomic():
        found = _held(caller, follow_up_id)
        check_revision(stored=found.revision, expected=expected_revision)
        if found.state != FollowUpState.OPEN:
            raise Conflict(f"the follow-up is {found.state}: open it again before you change it", reason="wrong_state")
        values = _checked(found.team_id, draft, experiment=found.experiment)
        before, was_due = _audited(found), (found.due_on, found.owner_id)
        for name, value in values.items():
            setattr(found, name, value)
        changes = audit.changes_between(old=before, new=_audited(found))
        if not changes:
            return found
        is_moved = was_due != (found.due_on, found.owner_id)
        found.updated_at, found.revision = now, found.revision + 1
        found.save(update_fields=(*values, "updated_at", "revision"))
        _tell(caller, found, "update", changes, now)
        if is_moved:
            _schedule(found, now)
    return found


def close(*, caller: Caller, follow_up_id: int, state: FollowUpState, reason: str = "", now: datetime) -> FollowUp:
    """done, dropped (with reason), or open again. Verified is only said by a run. Responders.

    The same state again is no change. Raises NotFound, Forbidden, Invalid.
    """
    if state is FollowUpState.VERIFIED:
        message = "only a run that held verifies it: name the experiment, and say that it is done"
        raise Invalid(details=[{"field": "state", "message": message}])
    needed = {"reason": "say why it is dropped"} if state is FollowUpState.DROPPED else {}
    check_texts(texts={"reason": reason.strip()}, most={"reason": bounds.REASON_MAX}, needed=needed)
    with transaction.atomic():
        found = _held(caller, follow_up_id)
        if found.state == state:
            return found
        before = found.state
        is_open = state is FollowUpState.OPEN
        found.state, found.state_reason = state.value, reason.strip()
        found.closed_at, found.closed_by_name = (None, "") if is_open else (now, caller.name[:160])
        found.verified_by = None
        found.updated_at, found.revision = now, found.revision + 1
        found.save(update_fields=_STATE)
        _tell(caller, found, "state", {"state": [before, state.value]}, now, reason)
        if is_open:
            _schedule(found, now)
    return found


def verify_by_run(*, run_id: int, now: datetime) -> list[FollowUp]:
    """Those that a held real run proves are verified: of its experiment, written down before it began.

    Twice is once: what is verified stays with the run that did it.
    """
    with transaction.atomic():
        run = Run.objects.filter(pk=run_id, mode=Mode.REAL, verdict=Verdict.HELD).first()
        if run is None or run.started_at is None:
            return []
        rows = FollowUp.objects.select_for_update(of=("self",)).filter(
            experiment_id=run.experiment_id,
            team_id=run.team_id,
            state__in=(FollowUpState.OPEN, FollowUpState.DONE),
            created_at__lte=run.started_at,
        )
        found = list(rows.order_by("pk"))
        for one in found:
            before = one.state
            one.state, one.state_reason = FollowUpState.VERIFIED.value, f"run {run.pk} held"
            one.closed_at, one.closed_by_name, one.verified_by = now, SYSTEM.name, run
            one.updated_at, one.revision = now, one.revision + 1
            one.save(update_fields=_STATE)
            _tell(SYSTEM, one, "verify", {"state": [before, one.state], "run": [None, run.pk]}, now)
    return found


def draft_of(*, follow_up: FollowUp) -> FollowUpDraft:
    """The stored one as a draft to change."""
    return FollowUpDraft(
        title=follow_up.title,
        kind=FollowUpKind(follow_up.kind),
        text=follow_up.text,
        owner_id=follow_up.owner_id,
        due_on=follow_up.due_on,
        tracker_url=follow_up.tracker_url,
        experiment=follow_up.experiment.slug if follow_up.experiment else "",
    )


def _held(caller: Caller, follow_up_id: int) -> FollowUp:
    rows = FollowUp.objects.select_for_update(of=("self",)).select_related("experiment", "owner")
    found: FollowUp | None = rows.filter(pk=min(follow_up_id, 2**63 - 1)).first()
    if found is None or not caller.may_read(found.team_id):
        raise NotFound("there is no such follow-up, or it is not yours to see")
    require(caller=caller, team_id=found.team_id, role=Role.RESPONDER)
    return found


def _checked(team_id: int, draft: FollowUpDraft, *, experiment: Experiment | None = None) -> dict[str, Any]:
    others: list[dict[str, Any]] = []
    texts = {name: getattr(draft, name).strip() for name in ("title", "text", "tracker_url")}
    if texts["tracker_url"]:
        try:
            _URL(texts["tracker_url"])
        except ValidationError:
            message = "is no address: write one such as https://tracker.example.org/OPS-17"
            others.append({"field": "tracker_url", "message": message})
    if draft.due_on is not None and not _YEARS[0] <= draft.due_on.year < _YEARS[1]:
        others.append({"field": "due_on", "message": f"must lie between the years {_YEARS[0]} and {_YEARS[1]}"})
    proof = experiment
    if draft.experiment != (experiment.slug if experiment else ""):
        proof = Experiment.objects.filter(team_id=team_id, slug=draft.experiment[:63]).first()
        if proof is None and draft.experiment:
            others.append({"field": "experiment", "message": "is no experiment of the team: choose another, or none"})
    owner: User | None = None
    if draft.owner_id is not None:
        try:
            owner = member(team_id=team_id, user_id=draft.owner_id, field="owner")
        except Invalid as problem:
            others += problem.details
    check_texts(texts=texts, most=_MOST, needed=_NEEDED, others=others)
    return {
        **texts,
        "kind": draft.kind.value,
        "owner": owner,
        "owner_name": str(owner)[:160] if owner else "",
        "due_on": draft.due_on,
        "experiment": proof,
    }


def _schedule(found: FollowUp, now: datetime) -> None:
    """Its owner is reminded on the morning it is due; without an owner or a date nobody is."""
    if found.due_on is None or found.owner is None:
        due.cancel(kind=FOLLOW_UP, key=found.pk)
        return
    on = found.due_on
    at = at_nine(year=on.year, month=on.month, day=on.day, zone_name=found.owner.time_zone)
    due.schedule(kind=FOLLOW_UP, key=found.pk, due_at=max(at, now), reschedule=True)


def _audited(found: FollowUp) -> dict[str, Any]:
    return {
        "title": found.title,
        "text": found.text,
        "kind": found.kind,
        "owner": found.owner_name,
        "due_on": found.due_on.isoformat() if found.due_on else None,
        "tracker_url": found.tracker_url,
        "experiment": found.experiment.slug if found.experiment else None,
    }


def _tell(
    caller: Caller, found: FollowUp, verb: str, changes: dict[str, list[Any]], now: datetime, reason: str = ""
) -> None:
    audit.record(
        caller=caller,
        action=f"{KIND}.{verb}",
        object_kind=KIND,
        object_name=f"#{found.pk} {found.title}",
        team_id=found.team_id,
        changes=changes,
        reason=reason,
        now=now,
    )
