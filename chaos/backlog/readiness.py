"""What the backlog proves of the readiness of services: recovery was tried as often as was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse

from chaos.backlog.models import Trial
from reliability.catalog.models import Service
from reliability.readiness.domain.answers import Answer, met, not_met
from reliability.readiness.domain.days import Day
from reliability.readiness.proofs import Proof, register_proof

_ELSEWHERE = "a recovery trial of a team that you cannot see decides it"


def trial_in_date(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """Each enabled recovery trial of the service has held, and is not due yet."""
    rows = Trial.objects.filter(
        experiment__service__in=[one.pk for one in services], experiment__is_archived=False, is_enabled=True
    )
    found: dict[int, list[Trial]] = defaultdict(list)
    for row in rows.select_related("experiment").order_by("due_at", "pk"):
        if row.experiment.service_id is not None:
            found[row.experiment.service_id].append(row)
    return {one.pk: _answer(found[one.pk], now) for one in services}


def _answer(trials: Sequence[Trial], now: datetime) -> Answer:
    if not trials:
        return not_met("no recovery trial is repeated", reverse("trial-new"), step="Repeat a recovery trial")
    team_ids = {one.team_id for one in trials}
    first = next((one for one in trials if one.succeeded_at is None), None)
    if first is not None:
        words = f"“{first.experiment}” has never held"
    elif trials[0].due_at <= now:
        first = trials[0]
        words = f"“{first.experiment}” is overdue since {first.due_at:%Y-%m-%d}"
    if first is not None:
        url = reverse("trial-detail", args=(first.pk,))
        return not_met(words, url, step="Do the trial", team_ids=team_ids, elsewhere=_ELSEWHERE)
    next_one = trials[0]
    words = f"“{next_one.experiment}” held on {next_one.succeeded_at:%Y-%m-%d}, due again on {next_one.due_at:%Y-%m-%d}"
    return met(words, reverse("trial-detail", args=(next_one.pk,)), team_ids=team_ids, elsewhere=_ELSEWHERE)


register_proof(
    Proof(
        slug="recovery-tried",
        title="Its recovery trials are in date",
        day=Day.DAY_N,
        why="Recovery that was not tried lately takes longer than anybody remembers.",
        source="SRE, chapter 26: Data Integrity",
        source_url="https://sre.google/sre-book/data-integrity/",
        check=trial_in_date,
        tiers=(1,),
        order=10,
    )
)
