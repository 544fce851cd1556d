"""A postmortem with all its parts, as it is exported."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from incidents.postmortems.domain.exported_evidence import (
    ExportedChart,
    ExportedEvidence,
    ExportedImpact,
    ExportedMetric,
    ExportedSuspect,
)
from incidents.postmortems.domain.exporting import (
    Exported,
    ExportedAction,
    ExportedFactor,
    ExportedMoment,
    ExportedSection,
    ExportedWhy,
)
from incidents.postmortems.domain.whys import Row, tree_of, walk
from incidents.postmortems.models import Postmortem
from incidents.postmortems.selectors.agreed import agreed_actions
from incidents.postmortems.selectors.evidence import evidence_of
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible

_MILESTONES = ("started", "detected", "acknowledged", "mitigated", "resolved")


def exported(*, caller: Caller, postmortem: Postmortem) -> Exported:
    """What the caller may see of it; the timeline without what was left out; actions and evidence as on its page."""
    seen = [visible(caller=caller, related=service) for service in postmortem.services.all()]
    milestones = {name: getattr(postmortem, f"{name}_at") for name in _MILESTONES}
    shown = postmortem.timeline.filter(is_selected=True, removed_at=None).order_by("at", "pk")
    rows = [Row(why.pk, why.parent_id, why.position, why.text) for why in postmortem.whys.all()]
    actions = agreed_actions(caller=caller, postmortem=postmortem)
    return Exported(
        number=postmortem.pk,
        title=postmortem.title,
        team=postmortem.team.name,
        state=postmortem.state,
        url=f"{settings.PUBLIC_URL}{reverse('postmortem-detail', args=(postmortem.pk,))}",
        severity=postmortem.severity,
        milestones={name: at for name, at in milestones.items() if at is not None},
        services=tuple(service.title for service in seen if service is not None),
        tags=tuple(tag.name for tag in postmortem.tags.all()),
        facilitator=postmortem.facilitator.name if postmortem.facilitator else "",
        published_at=postmortem.published_at,
        sections=tuple(ExportedSection(one.slug, one.title, one.text) for one in postmortem.sections.all()),
        timeline=tuple(ExportedMoment(one.at, one.text, one.annotation) for one in shown),
        factors=tuple(ExportedFactor(one.category, one.text) for one in postmortem.factors.all()),
        whys=tuple(ExportedWhy(node.depth, node.row.text) for node in walk(tree_of(rows))),
        actions=tuple(
            ExportedAction(
                one.title,
                one.state,
                one.owner_name,
                one.due_on.isoformat() if one.due_on else "",
                f"{settings.PUBLIC_URL}{reverse('action-detail', args=(one.pk,))}",
            )
            for one in actions
        ),
        evidence=_evidence(caller, postmortem),
    )


def _evidence(caller: Caller, postmortem: Postmortem) -> ExportedEvidence | None:
    kept = evidence_of(postmortem, caller=caller)
    if kept.taken_at is None:
        return None
    return ExportedEvidence(
        taken_at=kept.taken_at,
        metrics=tuple(
            ExportedMetric(one.key, one.title, one.seconds, one.words, one.explained) for one in kept.metrics
        ),
        impacts=tuple(
            ExportedImpact(
                title=one.title,
                url=f"{settings.PUBLIC_URL}{reverse('slo-detail', args=(one.url_name,))}" if one.url_name else "",
                lost=one.lost,
                valid=one.valid,
                bad_minutes=one.bad_minutes,
                minutes=one.minutes,
                budget=one.budget,
                coverage=one.coverage,
                money=one.money,
                currency=one.currency,
            )
            for one in kept.impacts
        ),
        suspects=tuple(
            ExportedSuspect(one.title, one.service, one.seconds_before, one.when, one.url, one.reasons)
            for one in kept.suspects
        ),
        charts=tuple(
            ExportedChart(one.title, one.note, tuple(one.columns), tuple(one.formats), tuple(map(tuple, one.rows)))
            for one in kept.charts
        ),
    )
