"""What postmortems prove of the readiness of services: those of Sev1 and Sev2 are published in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse

from incidents.postmortems.domain.due import DUE_AFTER
from incidents.postmortems.domain.states import UNFINISHED
from incidents.postmortems.models import Postmortem
from incidents.postmortems.selectors.postmortems import NEEDED_FOR, NEEDED_SEVERITY_MAX, incidents_without
from incidents.response.models import ImpactedService
from reliability.access.domain.caller import SYSTEM
from reliability.catalog.models import Service
from reliability.readiness.domain.answers import Answer, met, not_met
from reliability.readiness.domain.days import Day
from reliability.readiness.proofs import Proof, register_proof

_ELSEWHERE = "an incident of a team that you cannot see decides it"
Late = tuple[str, str, int]  # in words, an address, the team


def postmortems_in_time(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
    """No Sev1 or Sev2 of the last 90 days waits for its postmortem longer than 48 hours."""
    ids = [one.pk for one in services]
    late: dict[int, list[Late]] = defaultdict(list)
    impacts = ImpactedService.objects.filter(service__in=ids)
    touched = impacts.filter(incident__in=incidents_without(caller=SYSTEM, now=now).order_by().values("pk"))
    for impact in touched.select_related("incident").order_by("incident__resolved_at", "pk"):
        incident = impact.incident
        over_at = incident.resolved_at or incident.closed_at
        if over_at is not None and over_at + DUE_AFTER <= now:
            url = reverse("incident-detail", args=(incident.pk,))
            late[impact.service_id].append((f"{incident} has none", url, incident.team_id))
    unfinished = Postmortem.objects.filter(
        state__in=[state.value for state in UNFINISHED],
        severity__lte=NEEDED_SEVERITY_MAX,
        due_at__lte=now,
        due_at__gt=now - NEEDED_FOR,
    )
    rows = Postmortem.services.through.objects.filter(
        service__in=ids, postmortem__in=unfinished.order_by().values("pk")
    )
    for row in rows.select_related("postmortem").order_by("postmortem__due_at", "pk"):
        found = row.postmortem
        url = reverse("postmortem-detail", args=(found.pk,))
        words = f"that of “{found.title}” was due on {found.due_at:%Y-%m-%d}"
        late[row.service_id].append((words, url, found.team_id))
    return {one.pk: _answer(late[one.pk]) for one in services}


def _answer(late: Sequence[Late]) -> Answer:
    if not late:
        words = f"no Sev1 or Sev2 of the last {NEEDED_FOR.days} days waits for its postmortem"
        return met(words, reverse("postmortem-list"))
    words, url, _ = late[0]
    more = f", and {len(late) - 1} more" if len(late) > 1 else ""
    team_ids = {team_id for _, _, team_id in late}
    return not_met(f"{words}{more}", url, step="Write the postmortem", team_ids=team_ids, elsewhere=_ELSEWHERE)


register_proof(
    Proof(
        slug="postmortems-in-time",
        title="Postmortems of its Sev1 and Sev2 incidents are in time",
        day=Day.DAY_N,
        why="What is not written down within days is remembered differently by everybody, and happens again.",
        source="SRE, chapter 15: Postmortem Culture",
        source_url="https://sre.google/sre-book/postmortem-culture/",
        check=postmortems_in_time,
        tiers=(1, 2, 3),
        order=40,
    )
)
