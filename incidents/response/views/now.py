"""What is open at this moment: the count in the rail, the banner, the section of the overview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse

from incidents.response.domain.phases import Status
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.selectors.incidents import open_incidents
from reliability.access.domain.caller import Caller
from reliability.web.banners import Banner

_KEPT = "_open_incidents"  # on the request: rail and banner ask once


@dataclass(frozen=True, slots=True)
class OpenCount:
    all: int
    severe: int


def open_count(request: HttpRequest) -> OpenCount:
    kept: OpenCount | None = getattr(request, _KEPT, None)
    if kept is None:
        counted = open_incidents(caller=_caller(request)).aggregate(
            all=Count("pk"), severe=Count("pk", filter=Q(severity__lte=Severity.SEV2))
        )
        kept = OpenCount(all=counted["all"], severe=counted["severe"])
        setattr(request, _KEPT, kept)
    return kept


def count_in_rail(request: HttpRequest) -> int:
    return open_count(request).all


def severe_banner(request: HttpRequest) -> Sequence[Banner]:
    """Sev1 and Sev2 on every page but their own and those that begin with them; red while one waits for somebody."""
    severe = open_count(request).severe
    if not severe or request.get_full_path() in ("/", reverse("incident-list")) or request.path.startswith("/a/"):
        return []
    worst: list[Incident] = list(
        open_incidents(caller=_caller(request)).filter(severity__lte=Severity.SEV2).order_by("severity", "pk")[:20]
    )
    elsewhere = [one for one in worst if not request.path.startswith(_address(one))]
    if not elsewhere:
        return []
    first = elsewhere[0]
    unclaimed = [one for one in elsewhere if one.status == Status.TRIGGERED]
    tone = "bad" if unclaimed else "warn"
    if severe == 1 or len(elsewhere) == 1:
        standing = "nobody has acknowledged it" if unclaimed else f"{first.acknowledged_by_name or 'somebody'} has it"
        message = f"{Severity(first.severity).word}: {first.title} (#{first.pk}), {standing}."
        return [Banner(tone, message, _address(first), "Open it")]
    words = f", {len(unclaimed)} of them not acknowledged" if unclaimed else ""
    message = f"{severe} incidents of Sev1 or Sev2 are open{words}; the worst: {first.title} (#{first.pk})."
    return [Banner(tone, message, f"{reverse('incident-list')}?severity=2", "Open them")]


def _address(incident: Incident) -> str:
    return reverse("incident-detail", args=[incident.pk])


def _caller(request: HttpRequest) -> Caller:
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    return caller
