"""From a vulnerability, or a hole of the coverage map, to an experiment on it in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from chaos.backlog.models import Vulnerability
from chaos.backlog.services.vulnerabilities import link
from chaos.experiments.library import Template
from chaos.experiments.services.experiments import Stored
from chaos.experiments.services.templates import create_from
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service


@transaction.atomic
def try_with(
    *,
    caller: Caller,
    service: Service,
    template: Template,
    targets: Sequence[str],
    values: Mapping[str, str],
    title: str = "",
    vulnerability: Vulnerability | None = None,
    now: datetime,
) -> Stored:
    """The experiment, linked to *vulnerability* when there is one. Raises as create_from and link."""
    reason = f"to try vulnerability #{vulnerability.pk}" if vulnerability else "from the coverage map"
    stored = create_from(
        caller=caller,
        team_id=vulnerability.team_id if vulnerability else service.team_id,
        template=template,
        targets=targets,
        service=service,
        values=values,
        title=title or f"{template.title}: {service.title}",
        now=now,
        reason=reason,
    )
    if vulnerability is not None:
        link(caller=caller, vulnerability=vulnerability, experiment=stored.experiment, now=now)
    return stored
