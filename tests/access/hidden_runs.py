"""Runs and guard policies of the private team Payments, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.runs.models import Notice, RunEvent
from tests.cast import (
    BEGINNING,
    Cast,
    ExperimentFactory,
    ExperimentVersionFactory,
    GuardPolicyFactory,
    RunFactory,
    ServiceFactory,
)

MARK = "hidden-treasure"


def hidden_runs(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of runs, their notices, policies and resilience."""
    service = ServiceFactory(team=cast.payments, name=f"{MARK}-tried")
    experiment = ExperimentFactory(team=cast.payments, service=service, slug=f"{MARK}-try", title=MARK)
    run = RunFactory(version=ExperimentVersionFactory(experiment=experiment), reason=MARK, waits_for=MARK)
    RunEvent.objects.create(run=run, number=1, at=BEGINNING, kind="requested", text=MARK)
    notice = Notice.objects.create(
        run=run,
        kind=Notice.Kind.COMING,
        key=MARK,
        idempotency_key=MARK,
        place=MARK,
        created_at=BEGINNING,
        due_at=BEGINNING,
    )
    GuardPolicyFactory(team=cast.payments, service=service)
    return {
        "chaos/runs/": {"number": run.pk, "pk": run.pk, "run_id": run.pk, "notice_id": notice.pk, "other": run.pk},
        "chaos/policies/": {"slug": cast.payments.slug, "name": service.name},
        "chaos/resilience/": {"name": service.name},
    }
