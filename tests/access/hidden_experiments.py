"""Experiments and targets of the private team Payments, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.experiments.models import ExperimentSecret
from tests.cast import BEGINNING, Cast, ExperimentFactory, ExperimentVersionFactory, ServiceFactory, TargetFactory

MARK = "hidden-treasure"


def hidden_experiments(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of experiments, targets and the library."""
    service = ServiceFactory(team=cast.payments, name=f"{MARK}-shaken")
    experiment = ExperimentFactory(
        team=cast.payments, service=service, slug=f"{MARK}-experiment", title=MARK, hypothesis=MARK
    )
    ExperimentVersionFactory(experiment=experiment, note=MARK)
    ExperimentSecret.objects.create(experiment=experiment, group=MARK, name=MARK, sealed=b"x", updated_at=BEGINNING)
    target = TargetFactory(team=cast.payments, service=service, slug=f"{MARK}-target")
    secret = {"group": MARK, "name": MARK}
    return {
        "chaos/experiments/": {"slug": experiment.slug, "number": 1, **secret},
        "chaos/targets/": {"slug": target.slug},
        # Templates are everybody's: there is none of this name.
        "chaos/library/": {"slug": MARK},
    }
