"""Cases and their suspects, as far as a caller may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.kit.periods import Period
from reliability.suspects.domain.blame import MATTERS_SHARE
from reliability.suspects.domain.kinds import CaseKind, VerdictState
from reliability.suspects.domain.precision import JudgedCase, Seen
from reliability.suspects.models import Case, Suspect
from reliability.web.errors import NotFound
from slo.models import Slo

CONFIRMED = VerdictState.CONFIRMED.value
CASES_MAX = 20_000  # that a figure is reckoned from


class SuspectJudgement(StrEnum):
    """How far people have judged a case."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    NONE = "none"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    SuspectJudgement.OPEN: "not judged",
    SuspectJudgement.CONFIRMED: "one confirmed",
    SuspectJudgement.REJECTED: "first one rejected, none confirmed",
    SuspectJudgement.NONE: "without any suspect",
}


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """What to list; empty fields do not filter. period: when it began. has_small: also burns that hardly matter."""

    period: Period | None = None
    team_slug: str = ""
    service_name: str = ""
    slo_name: str = ""
    incident_id: int | None = None
    kind: str = ""
    judgement: str = ""
    has_small: bool = True


def list_cases(*, caller: Caller, filters: CaseFilters) -> QuerySet[Case]:
    """The readable ones, the newest first, with team, objective, service and suspects at hand. Three queries."""
    return _narrowed(caller, filters).select_related("team", "slo", "service").prefetch_related(_suspects())


def case(*, caller: Caller, case_id: int) -> Case:
    """One readable case, joined as in `list_cases`, its suspects with all that was said. Raises NotFound."""
    rows = Case.objects.readable_by(caller).select_related("team", "slo", "service")
    found: Case | None = rows.prefetch_related(_suspects(), "suspects__verdicts").filter(pk=case_id).first()
    if found is None:
        raise NotFound("there is no such case, or it is not yours to see")
    return found


def suspect(*, caller: Caller, suspect_id: int) -> Suspect:
    """One suspect of a readable case. Raises NotFound."""
    rows = Suspect.objects.filter(pk=suspect_id, case__in=Case.objects.readable_by(caller))
    found = rows.select_related("case__team", "case__slo", "case__service", "service").first()
    if found is None:
        raise NotFound("there is no such suspect, or it is not yours to see")
    return found


def case_of_incident(*, caller: Caller, incident_id: int) -> Case | None:
    """None: it is not ranked yet, or not readable."""
    return list_cases(caller=caller, filters=CaseFilters(incident_id=incident_id)).first()


def cases_of_slo(*, caller: Caller, slo: Slo, limit: int) -> Sequence[Case]:
    """The newest burns of an objective."""
    return list(list_cases(caller=caller, filters=CaseFilters(slo_name=slo.name))[:limit])


def judged_cases(*, caller: Caller, filters: CaseFilters) -> list[JudgedCase]:
    """First places and verdicts of at most the newest CASES_MAX cases, for precision. Two queries."""
    began = dict(_narrowed(caller, filters).exclude(ranked_at=None).values_list("pk", "started_at")[:CASES_MAX])
    seen: dict[int, list[Seen]] = {pk: [] for pk in began}
    rows = Suspect.objects.filter(case__in=_narrowed(caller, filters).order_by().values("pk"))
    for case_id, place, verdict in rows.values_list("case_id", "first_place", "verdict"):
        if case_id in seen:
            seen[case_id].append(Seen(place, VerdictState(verdict)))
    return [JudgedCase(at, seen[pk]) for pk, at in began.items()]


def list_suspects(*, caller: Caller, filters: CaseFilters, verdict: str = "") -> QuerySet[Suspect]:
    """Suspects of the cases that the filters name, of the newest case first, then by place."""
    found: QuerySet[Suspect] = Suspect.objects.filter(case__in=_narrowed(caller, filters).order_by().values("pk"))
    if verdict:
        found = found.filter(verdict=verdict)
    joined = found.select_related("case__team", "case__slo", "case__service", "service", "deployment")
    return joined.order_by("-case__started_at", "-case_id", F("place").asc(nulls_last=True), "pk")


def _suspects() -> Prefetch[str]:
    rows = Suspect.objects.select_related("service", "deployment")
    return Prefetch("suspects", queryset=rows)


def _narrowed(caller: Caller, filters: CaseFilters) -> QuerySet[Case]:
    found: QuerySet[Case] = Case.objects.readable_by(caller)
    if filters.period is not None:
        found = found.filter(started_at__gte=filters.period.start, started_at__lt=filters.period.end)
    if filters.team_slug:
        found = found.filter(team__slug=filters.team_slug)
    if filters.service_name:
        found = found.filter(service__in=Service.objects.readable_by(caller).filter(name=filters.service_name))
    if filters.slo_name:
        found = found.filter(slo__in=Slo.objects.readable_by(caller).filter(name=filters.slo_name))
    if filters.incident_id is not None:
        found = found.filter(incident_id=filters.incident_id)
    if not filters.has_small:
        found = found.filter(
            Q(kind=CaseKind.INCIDENT.value)
            | Q(spent__gte=MATTERS_SHARE)
            | Q(alert_id__isnull=False)
            | Q(pk__in=Suspect.objects.exclude(verdict=VerdictState.OPEN.value).values("case_id"))
        )
    if filters.kind in set(CaseKind):
        found = found.filter(kind=filters.kind)
    if filters.judgement in set(SuspectJudgement):
        found = _judged(found, SuspectJudgement(filters.judgement))
    return found.order_by("-started_at", "-pk")


def _judged(found: QuerySet[Case], judgement: SuspectJudgement) -> QuerySet[Case]:
    own = Suspect.objects.filter(case=OuterRef("pk"))
    if judgement is SuspectJudgement.NONE:
        return found.filter(~Exists(own))
    if judgement is SuspectJudgement.CONFIRMED:
        return found.filter(Exists(own.filter(verdict=CONFIRMED)))
    unconfirmed = found.filter(~Exists(own.filter(verdict=CONFIRMED)))
    first_rejected = Exists(own.filter(place=1, verdict=VerdictState.REJECTED.value))
    if judgement is SuspectJudgement.REJECTED:
        return unconfirmed.filter(first_rejected)
    return unconfirmed.filter(Exists(own)).filter(~first_rejected)
