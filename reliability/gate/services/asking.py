"""Asking the gate: every answer is kept, the same one to the same asker soon after on the same row."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F

from reliability.access.domain.caller import Caller
from reliability.delivery.domain.environments import environment_mistake
from reliability.gate.domain.kept import to_json
from reliability.gate.domain.kinds import ChangeKind
from reliability.gate.models import GateDecision, GateOverride, PolicyPeriod
from reliability.gate.selectors.answers import Answer, answer_of, service_named
from reliability.web.errors import Invalid

REVISION_MAX = 255
ENVIRONMENT_MAX = 120
# A pipeline that asks again and again while it waits is one row.
SAME_WITHIN = timedelta(minutes=10)
_FORGOTTEN_AT_ONCE = 2_000
_NAME_MAX = 160


def ask(
    *, caller: Caller, service: str, environment: str, revision: str = "", kind: str = ChangeKind.CHANGE, now: datetime
) -> Answer:
    """Raises NotFound with the nearest names, Invalid for a kind that there is not."""
    known = {one.value for one in ChangeKind}
    if kind not in known:
        raise Invalid(details=[{"field": "kind", "message": f"is one of {', '.join(sorted(known))}"}])
    for name, text, most in (("revision", revision, REVISION_MAX), ("environment", environment, ENVIRONMENT_MAX)):
        if len(text) > most or "\0" in text:
            words = f"has at most {most} characters, all of which can be stored"
            raise Invalid(details=[{"field": name, "message": words}])
    if mistake := environment_mistake(environment):
        raise Invalid(details=[{"field": "environment", "message": mistake}])
    found = service_named(caller=caller, name=service)
    answer = answer_of(service=found, environment=environment, revision=revision.strip(), kind=ChangeKind(kind), at=now)
    keep(caller=caller, answer=answer)
    return answer


@transaction.atomic
def keep(*, caller: Caller, answer: Answer) -> GateDecision:
    """Two askers at once may make two rows: then both are true."""
    override = answer.override if answer.verdict.override_id is not None else None
    columns = {
        "service": answer.service,
        "environment": answer.place.name,
        "revision": answer.revision,
        "kind": answer.kind.value,
        "decision": answer.verdict.decision.value,
        "override": override,
        "asked_by_name": caller.name[:_NAME_MAX],
    }
    last = (
        GateDecision.objects.filter(
            service=answer.service, environment=answer.place.name, last_asked_at__gt=answer.at - SAME_WITHIN
        )
        .order_by("-last_asked_at", "-pk")
        .first()
    )
    if last is not None and all(getattr(last, name) == value for name, value in columns.items()):
        last.times_asked = F("times_asked") + 1
        last.last_asked_at, last.reasons = answer.at, to_json(answer.verdict.reasons)
        last.save(update_fields=("times_asked", "last_asked_at", "reasons"))
        return last
    return GateDecision.objects.create(
        **columns, reasons=to_json(answer.verdict.reasons), asked_at=answer.at, last_asked_at=answer.at
    )


def forget_old(*, now: datetime) -> int:
    """Answers beyond GATE_DECISION_DAYS, then the oldest of a service that has too many. Returns how many."""
    before = now - timedelta(days=settings.GATE_DECISION_DAYS)
    old = GateDecision.objects.filter(last_asked_at__lt=before).order_by("last_asked_at", "pk")
    ids = list(old.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
    if not ids:
        ids = _beyond_the_bound()
    deleted, _ = GateDecision.objects.filter(pk__in=ids).delete()
    return deleted


def forget_history(*, now: datetime) -> int:
    """Periods of policies and overrides that ended GATE_HISTORY_DAYS ago, with their notices. Returns how many."""
    if not settings.GATE_HISTORY_DAYS:
        return 0
    before = now - timedelta(days=settings.GATE_HISTORY_DAYS)
    periods = PolicyPeriod.objects.filter(left_at__lt=before).order_by("left_at", "pk")
    overrides = GateOverride.objects.filter(expires_at__lt=before).order_by("expires_at", "pk")
    ended, expired = (list(one.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE]) for one in (periods, overrides))
    PolicyPeriod.objects.filter(pk__in=ended).delete()
    GateOverride.objects.filter(pk__in=expired).delete()
    return len(ended) + len(expired)


def _beyond_the_bound() -> list[int]:
    """Some of the oldest of the service that has the most, when that is too many."""
    most = settings.GATE_DECISIONS_PER_SERVICE_MAX
    counted = GateDecision.objects.order_by().values("service_id").annotate(total=Count("pk")).filter(total__gt=most)
    worst = counted.order_by("-total", "service_id").first()
    if worst is None:
        return []
    newest = GateDecision.objects.filter(service_id=worst["service_id"]).order_by("-last_asked_at", "-pk")
    return list(newest.values_list("pk", flat=True)[most : most + _FORGOTTEN_AT_ONCE])
