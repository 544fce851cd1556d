"""Deployments that burnt budgets, for the figures of delivery: confirmed by people, or first suspect of a burn."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q

from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import readable_teams
from reliability.delivery.failures import Cause, FailureSource, Note
from reliability.kit.percent import share_text
from reliability.kit.periods import Period
from reliability.suspects.domain.blame import MATTERS_SHARE
from reliability.suspects.domain.kinds import CaseKind, SuspectKind, VerdictState
from reliability.suspects.models import Suspect
from reliability.suspects.selectors.windows import teams_without_inferred

CONFIRMED = VerdictState.CONFIRMED.value


def burning_deployments(*, caller: Caller, period: Period, deployment_ids: Collection[int] | None) -> Iterable[Cause]:
    """Of deployments that finished in the period. Restored is the end of the burn, or when the incident was resolved.

    Inferred is the first suspect of a burn that mattered, unless it was rejected, another one was confirmed, or its
    team counts only what people say: a rejection makes nobody else fail. What burnt belongs to a team; who may not
    read it is not told what it was. Two queries.
    """
    others = Suspect.objects.filter(case=OuterRef("case"), verdict=CONFIRMED)
    mattered = Q(case__spent__gte=MATTERS_SHARE) | Q(case__alert_id__isnull=False, case__spent=None)
    mattered |= Q(case__alert_id__isnull=False, case__spent__gt=0)  # what was taken back spent nothing
    inferred = Q(mattered, place=1, verdict=VerdictState.OPEN.value, case__kind=CaseKind.BURN.value) & ~Exists(others)
    rows = Suspect.objects.filter(
        Q(verdict=CONFIRMED) | inferred,
        kind=SuspectKind.DEPLOYMENT.value,
        deployment__finished_at__gte=period.start,
        deployment__finished_at__lt=period.end,
    )
    if deployment_ids is not None:
        rows = rows.filter(deployment_id__in=deployment_ids)
    silent = teams_without_inferred()
    found = rows.select_related("case", "deployment__service").order_by("case__started_at", "pk")
    return [
        _cause(row, caller)
        for row in found
        if row.verdict == CONFIRMED or (row.deployment is not None and row.deployment.service.team_id not in silent)
    ]


def notes(*, caller: Caller, period: Period, team_slug: str) -> Iterable[Note]:
    """How many of the deployments count as failed because the platform thinks so, and who does not count them."""
    found = burning_deployments(caller=caller, period=period, deployment_ids=None)
    teams = readable_teams(caller=caller).order_by("name", "pk")
    teams = teams.filter(slug=team_slug) if team_slug else teams
    names = dict(teams.values_list("pk", "name"))
    of_teams = dict(
        Suspect.objects.filter(deployment_id__in={one.deployment_id for one in found}).values_list(
            "deployment_id", "deployment__service__team_id"
        )
    )
    inferred = {one.deployment_id for one in found if one.is_inferred and of_teams.get(one.deployment_id) in names}
    said = {one.deployment_id for one in found if not one.is_inferred}
    off = [names[pk] for pk in sorted(teams_without_inferred(), key=lambda pk: names.get(pk, "")) if pk in names]
    without = f" Not counted for {', '.join(off)}: set so there." if off else ""
    return [
        Note(
            "inferred",
            "Failed by inference: first suspect of a burn that mattered",
            len(inferred - said),
            "It spent 2 % of a budget or fired an alert. Counted until somebody rejects the suspicion, under Suspects;"
            f" a team says there whether such failures count.{without}",
        )
    ]


def _cause(row: Suspect, caller: Caller) -> Cause:
    case, deployment_id = row.case, row.deployment_id or 0
    is_inferred = row.verdict != CONFIRMED
    doubt = ", as the first suspect" if is_inferred else f", confirmed by {row.verdict_by_name}"
    if not caller.may_read(case.team_id):
        return Cause(deployment_id, case.ended_at, "", "", is_inferred, f"burnt the budget of another team{doubt}")
    if case.kind == CaseKind.INCIDENT:
        what = f"broke incident #{case.incident_id}"
    else:
        share = "some" if case.spent is None else share_text(case.spent)
        what = f"burnt {share} of the budget of {case.subject}"
    # Written out: see known_changes.of_deployment.
    url = f"/delivery/suspects/cases/{case.pk}/"
    return Cause(deployment_id, case.ended_at, str(case.subject), url, is_inferred, f"{what}{doubt}")


FAILURES = FailureSource(named=burning_deployments, notes=notes)
