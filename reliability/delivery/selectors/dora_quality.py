"""What the figures cannot know, with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from reliability.access.domain.caller import Caller
from reliability.delivery import failures
from reliability.delivery.domain.dora_spread import quality_of
from reliability.delivery.models import Deployment
from reliability.delivery.selectors.dora import Delivered, DoraFilters


@dataclass(frozen=True, slots=True)
class QualityLine:
    """share: of the successful deployments; None where it is no share of them. effect: on the figures."""

    slug: str
    title: str
    count: int
    share: float | None
    effect: str


def quality(*, caller: Caller, found: Delivered, filters: DoraFilters) -> list[QualityLine]:
    """Every line, also those with none: nothing wrong is worth knowing. Two queries and those of the sources."""
    known = quality_of(columns=found.columns, period=filters.period)
    service_ids = found.service_ids if filters.team_slug or filters.service_name else None
    unlinked = failures.unlinked_failures(caller=caller, period=filters.period, service_ids=service_ids)
    lines = [
        QualityLine("without-commits", "Without known commits", known.without_changes, None,
            "In no lead time: nothing links their revision with commits that were told. Send pushes, or list commits."),
        QualityLine("truncated", "With some commits unknown", known.truncated, None,
            "Lead time counts the commits that were told: a push named only some, or a parent is unknown."),
        QualityLine("first", "First of their service and environment", known.first, None,
            "In no lead time: what they ship is everything so far."),
        QualityLine("pending", "Commits still being worked out", known.pending, None,
            "Lead time, failures and rework are whole in a moment."),
        QualityLine("clocks", "With a commit younger than the deployment", known.clocks, None,
            "Such commits are in no lead time: clocks disagree."),
    ]  # fmt: skip
    shared = [QualityLine(one.slug, one.title, one.count, known.share(one.count), one.effect) for one in lines]
    return [
        *shared,
        QualityLine("restored-early", "Failed, but restored before they finished", found.figures.disordered, None,
            "In no recovery time: clocks or milestones disagree."),
        QualityLine("unsuccessful", "Attempts that failed or were cancelled", known.unsuccessful, None,
            "In no figure: they did not reach users."),
        QualityLine("unlinked", "Incidents that name no deployment", unlinked, None,
            "If a deployment caused one, name it there: it then counts as failed."),
        *(
            QualityLine(one.slug, one.title, one.count, None, one.effect)
            for one in failures.notes(caller=caller, period=filters.period, team_slug=filters.team_slug)
        ),
        *_elsewhere(caller, filters),
    ]  # fmt: skip


def _elsewhere(caller: Caller, filters: DoraFilters) -> list[QualityLine]:
    """Only where every environment that counts as production is asked for."""
    if filters.environment:
        return []
    rows = Deployment.objects.readable_by(caller).filter(
        is_production=False, finished_at__gte=filters.period.start, finished_at__lt=filters.period.end
    )
    if filters.team_slug:
        rows = rows.of_team(filters.team_slug)
    if filters.service_name:
        rows = rows.filter(service__name=filters.service_name)
    return [
        QualityLine("elsewhere", "Deployments to other environments", rows.count(), None,
            "In no figure here. If one of them is production, name it in its integration.")
    ]  # fmt: skip
