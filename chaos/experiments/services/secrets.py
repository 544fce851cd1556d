"""Values of secrets: entered once, sealed, never shown again."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from chaos.experiments.domain.secrets import name_mistake, value_mistake
from chaos.experiments.models import Experiment, ExperimentSecret
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.access.services.vault import encrypt
from reliability.web.errors import Conflict, Invalid, NotFound


def set_value(
    *, caller: Caller, experiment: Experiment, group: str, name: str, value: str, now: datetime, reason: str = ""
) -> None:
    """Store the value of `group.name` as the document names it. Raises Forbidden, NotFound, Invalid, Conflict."""
    require(caller=caller, team_id=experiment.team_id, role=Role.EDITOR)
    mistakes = [("group", name_mistake(group)), ("name", name_mistake(name)), ("value", value_mistake(value))]
    details = [{"field": field, "message": message} for field, message in mistakes if message]
    if details:
        raise Invalid(details=details)
    with transaction.atomic():
        stored = _locked(experiment)
        known = stored.secret_values.filter(group=group, name=name).exists()
        if not known and stored.secret_values.count() >= settings.EXPERIMENT_SECRETS_MAX:
            most = settings.EXPERIMENT_SECRETS_MAX
            raise Conflict(f"{stored.slug} has {most} secrets: forget those that are not needed", reason="too_many")
        ExperimentSecret.objects.update_or_create(
            experiment=stored,
            group=group,
            name=name,
            defaults={"sealed": encrypt(value), "updated_at": now, "updated_by_name": caller.name[:160]},
        )
        _record(caller, stored, f"secret {group}.{name}", ["set" if known else None, "set"], now, reason)


def forget(*, caller: Caller, experiment: Experiment, group: str, name: str, now: datetime, reason: str = "") -> None:
    """Forget the value. Raises Forbidden, NotFound when there is none."""
    require(caller=caller, team_id=experiment.team_id, role=Role.EDITOR)
    with transaction.atomic():
        stored = _locked(experiment)
        count, _ = stored.secret_values.filter(group=group, name=name).delete()
        if not count:
            raise NotFound(f"{stored.slug} has no value for {group[:63]}.{name[:63]}")
        _record(caller, stored, f"secret {group}.{name}", ["set", None], now, reason)


def _locked(experiment: Experiment) -> Experiment:
    stored: Experiment | None = Experiment.objects.select_for_update(of=("self",)).filter(pk=experiment.pk).first()
    if stored is None:
        raise NotFound(f"the experiment {experiment.slug!r} has been deleted meanwhile")
    return stored


def _record(
    caller: Caller, experiment: Experiment, field: str, pair: list[str | None], now: datetime, reason: str
) -> None:
    audit.record(
        caller=caller,
        action="experiment.secret",
        object_kind="experiment",
        object_name=experiment.slug,
        team_id=experiment.team_id,
        now=now,
        changes={field: pair},
        reason=reason,
    )
