"""What duties prove of the readiness of services: none is overdue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse

from reliability.access.domain.caller import SYSTEM
from reliability.catalog.models import Service
from reliability.duties.models import Duty
from reliability.duties.selectors.duties import list_duties
from reliability.readiness.domain.answers import Answer, met, not_met, unknown
from reliability.readiness.domain.days import Day
from reliability.readiness.proofs import Proof, register_proof

_ELSEWHERE = "a duty of a team that you cannot see decides it"


def duties_in_date(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """Somebody is reminded of what recurs for the service, and none of it is overdue."""
    found: dict[int, list[Duty]] = defaultdict(list)
    rows = list_duties(caller=SYSTEM, now=now).filter(service__in=[one.pk for one in services], is_enabled=True)
    for row in rows.order_by("due_at", "pk"):
        if row.service_id is not None:
            found[row.service_id].append(row)
    return {one.pk: _answer(one, found[one.pk], now) for one in services}


def _answer(service: Service, duties: Sequence[Duty], now: datetime) -> Answer:
    if not duties:
        words = "no duty recurs for it: nobody is reminded of keys, access or certificates"
        return unknown(words, f"{reverse('duty-new')}?service={service.name}", step="Add a duty")
    team_ids = {one.team_id for one in duties}
    first = duties[0]
    url = reverse("duty", args=(first.pk,))
    overdue = sum(one.due_at <= now for one in duties)
    if not overdue:
        words = f"{len(duties)} in date, the next is “{first}” on {first.due_at:%Y-%m-%d}"
        return met(words, url, team_ids=team_ids, elsewhere=_ELSEWHERE)
    words = f"{overdue} of {len(duties)} overdue: “{first}” since {first.due_at:%Y-%m-%d}"
    return not_met(words, url, step="Do the duty", team_ids=team_ids, elsewhere=_ELSEWHERE)


register_proof(
    Proof(
        slug="duties-in-date",
        title="What recurs for it is done in time",
        day=Day.DAY_N,
        why="Keys, certificates and accesses fail on a date that was known all along.",
        source="SRE, chapter 5: Eliminating Toil",
        source_url="https://sre.google/sre-book/eliminating-toil/",
        check=duties_in_date,
        tiers=(1, 2),
        order=50,
    )
)
