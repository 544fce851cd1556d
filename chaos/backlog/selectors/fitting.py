"""Templates of the library that fit a layer of a service, and what can be filled in for whoever uses one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chaos.experiments.domain.placeholders import PlaceholderError, filled
from chaos.experiments.library import Template, templates
from chaos.experiments.models import Target
from chaos.injectors.registry import injectors
from reliability.catalog.models import Service
from slo.models import Slo


@dataclass(frozen=True, slots=True)
class Fitting:
    """A template for a service. targets: slugs of those of the service that it would hit. values: by placeholder.

    lacks: in words, what one has to choose or to write before; empty: one click makes the experiment.
    """

    template: Template
    injector_title: str
    targets: tuple[str, ...]
    values: Mapping[str, str]
    lacks: str = ""


def fitting_of(*, service: Service | None, team_id: int, layer: str) -> list[Fitting]:
    """Those of the layer, ready ones first. Two queries. team_id: whose targets and objectives may be named."""
    found = [one for one in templates() if one.layer == layer]
    targets = _targets_of(service, team_id)
    slo = _slo_of(service, team_id)
    fitting = [_fit(one, targets.get(one.injector, ()), slo) for one in found]
    return sorted(fitting, key=lambda one: (bool(one.lacks), one.template.title))


def fitting_one(*, service: Service | None, team_id: int, template: Template) -> Fitting:
    """What can be filled in for one template."""
    return _fit(template, _targets_of(service, team_id).get(template.injector, ()), _slo_of(service, team_id))


def _fit(template: Template, targets: Sequence[str], slo: str) -> Fitting:
    """With exactly as many targets as it needs there is nothing to choose; of more, somebody chooses."""
    values = {
        one.name: slo if one.kind == "slo" and slo else one.default
        for one in template.placeholders
        if one.name != "service" and (one.default or (one.kind == "slo" and slo))
    }
    known = injectors()
    title = known[template.injector].title if template.injector in known else template.injector
    lacks = []
    if template.targets_min and len(targets) < template.targets_min:
        many = f"{template.targets_min} targets" if template.targets_min > 1 else "a target"
        lacks.append(f"{many} of the kind “{title}”")
    elif template.targets_min and len(targets) > template.targets_min:
        lacks.append(f"a choice among {len(targets)} targets")
    chosen = tuple(targets) if template.targets_min and len(targets) == template.targets_min else ()
    if not lacks:
        lacks = _missing(template, chosen, values)
    return Fitting(template, title, chosen, values, ", ".join(lacks))


def _missing(template: Template, targets: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """What the template itself says of these values, in the words of its fields."""
    try:
        filled(template=template, targets=targets, values={"service": "the service", **values})
    except PlaceholderError as error:
        titles = {one.name: one.title.lower() for one in template.placeholders}
        names = [titles.get(name, name) for name, _ in error.mistakes]
        same = len({message for _, message in error.mistakes}) == 1
        return [" or ".join(names)] if same else names
    return []


def _targets_of(service: Service | None, team_id: int) -> dict[str, list[str]]:
    """Slugs by kind."""
    if service is None:
        return {}
    found: dict[str, list[str]] = {}
    rows = Target.objects.filter(service=service, team_id=team_id, is_enabled=True).order_by("title", "pk")
    for kind, slug in rows.values_list("kind", "slug"):
        found.setdefault(kind, []).append(slug)
    return found


def _slo_of(service: Service | None, team_id: int) -> str:
    """The name of the service's first objective; blank without one."""
    if service is None:
        return ""
    return (
        Slo.objects.filter(service=service, team_id=team_id)
        .order_by("name", "pk")
        .values_list("name", flat=True)
        .first()
        or ""
    )
