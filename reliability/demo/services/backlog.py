"""The demo's backlog: what the shop fears, what its past runs taught, and a recovery trial that is repeated."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction

from chaos.backlog.domain.states import State
from chaos.backlog.models import Vulnerability
from chaos.backlog.services import learning, trials, vulnerabilities
from chaos.experiments.domain.kinds import Kind
from chaos.experiments.models import Experiment
from chaos.experiments.services import experiments
from chaos.experiments.services.drafts import ExperimentDraft
from chaos.runs.models import Run
from chaos.runs.services.concluding import fact_of
from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Service
from reliability.demo.domain import fears, rates
from reliability.demo.rates.ports import Ports
from reliability.demo.services.past_runs import Past, load_past_run

_KEY = "demo:"


@transaction.atomic
def load_backlog(*, email: str, ports: Ports, now: datetime) -> None:
    """Once: what people make of it afterwards stays."""
    if Vulnerability.objects.filter(origin_key__startswith=_KEY).exists():
        return
    caller = caller_of_user(user=User.objects.get(email=email))
    made = {one.slug: _record(caller, one, now - timedelta(days=3)) for one in fears.FEARS}
    for one in fears.FEARS:
        if one.note:
            vulnerabilities.add_note(
                caller=caller, vulnerability=made[one.slug], text=one.note, now=now - timedelta(days=2)
            )
    vulnerabilities.set_state(
        caller=caller,
        vulnerability=made[fears.ACCEPTED],
        state=State.ACCEPTED,
        reason=fears.ACCEPTED_BECAUSE,
        now=now - timedelta(days=1),
    )
    _load_tried(caller, now)
    _load_trial(caller, email, ports, now)


def _record(caller: Caller, fear: fears.Fear, at: datetime) -> Vulnerability:
    service = Service.objects.get(name=fear.service)
    given = {name: value for name, value in asdict(fear).items() if name not in ("slug", "service", "note")}
    return vulnerabilities.record(
        caller=caller,
        team_id=service.team_id,
        service_id=service.pk,
        origin_key=f"{_KEY}{fear.slug}",
        now=at,
        **given,
    )


def _load_tried(caller: Caller, now: datetime) -> None:
    """Feared, tried by the past runs, confirmed by the first, mended, and proven by the second."""
    experiment = Experiment.objects.get(slug=rates.EXPERIMENTS[0].slug)
    feared_at = now + timedelta(hours=rates.FIRST_RUN - 0.5)
    tried = _record(caller, fears.TRIED, feared_at)
    vulnerabilities.link(caller=caller, vulnerability=tried, experiment=experiment, now=feared_at)
    for run in Run.objects.filter(experiment=experiment, ended_at__isnull=False).order_by("ended_at", "pk"):
        learning.run_ended(payload=fact_of(run=run), now=run.ended_at or now)
    vulnerabilities.set_state(
        caller=caller,
        vulnerability=tried,
        state=State.MENDED,
        reason=fears.MENDED_BECAUSE,
        now=now + timedelta(hours=rates.SECOND_RUN + 1),
    )


def _load_trial(caller: Caller, email: str, ports: Ports, now: datetime) -> None:
    service = Service.objects.get(name=rates.SERVICE)
    tried_at = now + timedelta(hours=fears.TRIAL_HOURS)
    draft = ExperimentDraft(
        team_id=service.team_id,
        text=fears.TRIAL_TEXT.replace("{url}", ports.url),
        format="yaml",
        slug=fears.TRIAL_SLUG,
        title=fears.TRIAL_TITLE,
        service_id=service.pk,
        kind=Kind.DR_TRIAL,
        layer="process",
        hypothesis=fears.TRIAL_HYPOTHESIS,
        blast_radius=fears.TRIAL_RADIUS,
        teaches=fears.TRIAL_TEACHES,
        deadline_seconds=300,
        rto_objective_seconds=fears.TRIAL_RTO_SECONDS,
    )
    experiment = experiments.create(caller=caller, draft=draft, now=tried_at - timedelta(hours=1)).experiment
    past = Past(0, "how long does it really take?", ("connection refused",) * 2, 200, fears.TRIAL_ACTIVITY)
    load_past_run(caller=caller, experiment=experiment, past=past, at=tried_at)
    trials.create(
        caller=caller,
        experiment=experiment,
        values={"every_count": 3, "every_unit": "month", "first_due_at": tried_at},
        people=[email],
        now=now,
    )
