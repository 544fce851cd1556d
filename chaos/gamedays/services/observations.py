"""Who noticed what when: written down, edited with its history, taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from chaos.gamedays.domain import bounds
from chaos.gamedays.domain.states import ObservationKind, State
from chaos.gamedays.models import GameDay, Observation, ObservationEdit
from chaos.gamedays.services.checked import check_texts
from chaos.gamedays.services.holding import check_revision, check_state, held, tell
from reliability.access.domain.caller import Caller, Role
from reliability.kit.instants import InstantError, format_instant, require_bounded
from reliability.web.errors import Conflict, NotFound

_OPEN = frozenset({State.LIVE, State.WRAPPING_UP})
_MOST = {"by_name": bounds.NAME_MAX}
_NEEDED = {"text": "write what was seen, such as “the checkout shows an error page”"}
# Clocks of people differ from ours a little.
_AHEAD = timedelta(minutes=1)
# What happened long before the day is none of its observations.
_BEFORE = timedelta(days=1)


def record(
    *,
    caller: Caller,
    number: int,
    kind: ObservationKind,
    text: str,
    scenario_id: int | None = None,
    by_name: str = "",
    at: datetime | None = None,
    now: datetime,
) -> Observation:
    """Write it down, live or while wrapping up. by_name: who saw it, the caller by default. at: now by default; late
    ones carry their own instant, not in the future. scenario_id: the running one by default.

    Responders. Raises NotFound, Forbidden, Invalid, Conflict.
    """
    with transaction.atomic():
        row = _held(caller, number)
        values = _checked(row, kind=kind, text=text, by_name=by_name or caller.name, at=at or now, now=now)
        if row.observations_count >= settings.GAME_DAY_OBSERVATIONS_MAX:
            most = settings.GAME_DAY_OBSERVATIONS_MAX
            raise Conflict(f"it has {most:,} observations: write the rest into the notes", reason="too_many")
        row.observations_count += 1
        row.save(update_fields=("observations_count",))
        made = Observation.objects.create(
            game_day=row,
            scenario_id=_scenario(row, scenario_id, at=values["at"]),
            number=row.observations_count,
            author_id=caller.user_id,
            author_name=caller.name[:160],
            recorded_at=now,
            **values,
        )
        tell(caller=caller, row=row, action="observe", changes={f"#{made.number}": [None, made.text[:500]]}, now=now)
    return made


def edit(
    *,
    caller: Caller,
    number: int,
    observation_number: int,
    kind: ObservationKind,
    text: str,
    by_name: str,
    at: datetime,
    expected_revision: int | None = None,
    now: datetime,
) -> Observation:
    """The former words are kept. Raises NotFound, Forbidden, Invalid, Conflict."""
    with transaction.atomic():
        row = _held(caller, number)
        found = _observation(row, observation_number)
        check_revision(stored=found.revision, expected=expected_revision)
        if found.retracted_at is not None:
            raise Conflict("the observation was taken back: write a new one", reason="retracted")
        values = _checked(row, kind=kind, text=text, by_name=by_name or found.by_name, at=at, now=now)
        if all(getattr(found, name) == value for name, value in values.items()):
            return found
        ObservationEdit.objects.create(
            observation=found,
            revision=found.revision,
            kind=found.kind,
            text=found.text,
            by_name=found.by_name,
            at=found.at,
            edited_at=now,
            editor_name=caller.name[:160],
        )
        before = found.text
        for name, value in values.items():
            setattr(found, name, value)
        found.revision += 1
        found.save(update_fields=(*values, "revision"))
        changes: dict[str, list[Any]] = {
            f"#{found.number}": [before[:500], found.text[:500]],
            "at": [None, format_instant(found.at)],
        }
        tell(caller=caller, row=row, action="edit_observation", changes=changes, now=now)
    return found


def retract(*, caller: Caller, number: int, observation_number: int, now: datetime) -> Observation:
    """It counts no longer, and stays readable. Twice is once. Raises NotFound, Forbidden, Conflict."""
    with transaction.atomic():
        row = _held(caller, number)
        found = _observation(row, observation_number)
        if found.retracted_at is not None:
            return found
        found.retracted_at = now
        found.revision += 1
        found.save(update_fields=("retracted_at", "revision"))
        changes: dict[str, list[Any]] = {f"#{found.number}": [found.text[:500], None]}
        tell(caller=caller, row=row, action="retract_observation", changes=changes, now=now)
    return found


def _held(caller: Caller, number: int) -> GameDay:
    row = held(caller=caller, number=number, role=Role.RESPONDER)
    check_state(row=row, allowed=_OPEN, what="have observations written down or changed")
    return row


def _observation(row: GameDay, number: int) -> Observation:
    found = row.observations.filter(number=min(number, 2**31 - 1)).first()
    if found is None:
        raise NotFound("there is no such observation of this game day")
    return found


def _checked(
    row: GameDay, *, kind: ObservationKind, text: str, by_name: str, at: datetime, now: datetime
) -> dict[str, Any]:
    others: list[dict[str, Any]] = []
    try:
        at = require_bounded(at)
    except InstantError as error:
        others.append({"field": "at", "message": str(error)})
    else:
        if at > now + _AHEAD:
            others.append({"field": "at", "message": "lies in the future: write when it was seen"})
        elif row.started_at is not None and at < row.started_at - _BEFORE:
            others.append({"field": "at", "message": "lies more than a day before the game day began"})
    texts = {"text": text.strip(), "by_name": by_name.strip()[: bounds.NAME_MAX]}
    check_texts(texts=texts, most=_MOST, needed=_NEEDED, others=others)
    return {**texts, "kind": kind.value, "at": at}


def _scenario(row: GameDay, scenario_id: int | None, *, at: datetime) -> int | None:
    """The one that was under way then, when none is named. Raises NotFound for one of another game day."""
    spans = row.scenarios.order_by("position", "pk").values_list("pk", "began_at", "ended_at")
    if scenario_id is not None:
        if scenario_id not in {pk for pk, _, _ in spans}:
            raise NotFound("there is no such scenario in this game day")
        return scenario_id
    found = [pk for pk, began, ended in spans if began is not None and began <= at and (ended is None or at < ended)]
    return found[-1] if found else None
