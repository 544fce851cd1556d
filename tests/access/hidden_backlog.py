"""Vulnerabilities and recovery trials of the private team Payments, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.backlog.models import VulnerabilityNote
from tests.cast import (
    BEGINNING,
    Cast,
    ExperimentFactory,
    ExperimentVersionFactory,
    ServiceFactory,
    TrialFactory,
    VulnerabilityFactory,
)

MARK = "hidden-treasure"


def hidden_backlog(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of the backlog, the coverage map and trials."""
    service = ServiceFactory(team=cast.payments, name=f"{MARK}-feared")
    linked = ExperimentFactory(team=cast.payments, service=service, slug=f"{MARK}-linked", title=MARK)
    feared = VulnerabilityFactory(team=cast.payments, service=service, title=MARK, hypothesis=MARK)
    feared.experiments.add(linked)
    VulnerabilityNote.objects.create(vulnerability=feared, at=BEGINNING, text=MARK)
    experiment = ExperimentFactory(
        team=cast.payments, service=service, slug=f"{MARK}-trial", title=MARK, kind="dr_trial", rto_objective_seconds=60
    )
    ExperimentVersionFactory(experiment=experiment)
    trial = TrialFactory(team=cast.payments, experiment=experiment)
    ExperimentFactory(team=cast.payments, slug=f"{MARK}-unrepeated", title=MARK, kind="dr_trial")
    return {
        "chaos/backlog/": {"pk": feared.pk, "slug": linked.slug},
        "chaos/backlog/<int:pk>/try/": {"pk": feared.pk, "slug": "disk-full"},
        "chaos/vulnerabilities/": {"pk": feared.pk},
        "chaos/coverage/": {"name": service.name, "layer": "node", "slug": "disk-full"},
        "chaos/trials/": {"pk": trial.pk},
    }
