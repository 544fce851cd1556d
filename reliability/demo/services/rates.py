"""The demo's service for experiments in the platform: catalogue, promise, target, experiments, and where they point."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from django.db import transaction

from chaos.experiments.models import Experiment, Target
from chaos.experiments.services import experiments, targets
from chaos.experiments.services.drafts import ExperimentDraft
from chaos.experiments.services.targets import TargetDraft
from chaos.runs.services.policies import set_policy
from reliability.access.domain.caller import Caller
from reliability.access.models import Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Service
from reliability.catalog.services import services
from reliability.demo.domain import rates
from reliability.demo.domain.promises import HISTORY_HOURS
from reliability.demo.domain.traffic import traffic_between
from reliability.demo.rates import counts
from reliability.demo.rates.__main__ import PROXY
from reliability.demo.rates.ports import Ports
from reliability.demo.services.past_runs import load_past_runs
from reliability.kit.instants import to_minute
from reliability.telemetry.models import Source
from reliability.telemetry.services.health import note_intake
from slo.domain.minutes import MinuteSeries
from slo.models import Sli
from slo.services import series, slis, slos
from slo.services.evaluations import evaluate


@transaction.atomic
def load_rates(*, email: str, before: Ports | None, ports: Ports, now: datetime) -> None:
    """Load what is missing, and let target and experiments follow the service to the ports it has now."""
    caller = caller_of_user(user=User.objects.get(email=email))
    target = Target.objects.filter(slug=rates.TARGET).first()
    if target is None:
        _load(caller=caller, ports=ports, now=now)
    elif before != ports:
        _move(caller=caller, target=target, before=before, ports=ports, now=now)


def take_counts(*, data_dir: Path, now: datetime) -> int:
    """Store the minutes that the customers counted, the running one too. Returns how many."""
    sli = Sli.objects.filter(name=rates.INDICATOR).first()
    counted = counts.read(data_dir)
    if sli is None or not counted:
        return 0
    start, end = min(counted), max(counted) + 1
    good, valid, covered = np.zeros(end - start), np.zeros(end - start), np.zeros(end - start, dtype=np.bool_)
    for minute, (how_many_good, how_many) in counted.items():
        good[minute - start], valid[minute - start], covered[minute - start] = how_many_good, how_many, True
    note_intake(source_ids={sli.source_id}, now=now)
    return series.store(sli_id=sli.pk, counts=MinuteSeries(start, good, valid, covered), now=now).stored


def _load(*, caller: Caller, ports: Ports, now: datetime) -> None:
    team = Team.objects.get(slug=rates.TEAM)
    service = services.create(
        caller=caller,
        team=team,
        name=rates.SERVICE,
        title=rates.TITLE,
        description=rates.DESCRIPTION,
        tier=3,
        layer="process",
        runbook_url=rates.RUNBOOK,
        now=now,
    )
    _load_promise(caller=caller, service=service, now=now)
    # Short looks back: whoever tries the demo tries it twice.
    set_policy(caller=caller, team=team, service=service, values={"burn_before_minutes": 5}, now=now)
    draft = TargetDraft(
        team_id=team.pk,
        service_id=service.pk,
        slug=rates.TARGET,
        kind="proxy",
        title=rates.TARGET_TITLE,
        config={"api_url": ports.api_url, "proxy": PROXY},
        environment="demo",
    )
    targets.create(caller=caller, draft=draft, now=now)
    made = [_experiment(caller, service, entry, ports, now) for entry in rates.EXPERIMENTS]
    load_past_runs(caller=caller, experiment=made[0], now=now)


def _load_promise(*, caller: Caller, service: Service, now: datetime) -> None:
    source = Source.objects.get(name=f"{rates.TEAM}-counts")
    draft = slis.SliDraft(
        name=rates.INDICATOR,
        title=rates.INDICATOR_TITLE,
        team_id=service.team_id,
        service_id=service.pk,
        source_id=source.pk,
        spec={"kind": "pushed"},
    )
    sli = slis.create(caller=caller, draft=draft, now=now)
    end = to_minute(now)
    history = traffic_between(
        traffic=rates.TRAFFIC, anchor_minute=end, start_minute=end - HISTORY_HOURS * 60, end_minute=end
    )
    series.store(sli_id=sli.pk, counts=history, now=now)
    slo = slos.create(
        caller=caller,
        draft=slos.SloDraft(
            name=rates.OBJECTIVE,
            title=rates.OBJECTIVE_TITLE,
            team_id=service.team_id,
            service_id=service.pk,
            sli_id=sli.pk,
            **rates.ASKED,
        ),
        effective_from=(now - timedelta(hours=HISTORY_HOURS)).replace(second=0, microsecond=0),
        now=now,
    )
    evaluate(slo_ids=[slo.pk], now=now)


def _experiment(
    caller: Caller, service: Service, entry: rates.DemoExperiment, ports: Ports, now: datetime
) -> Experiment:
    draft = ExperimentDraft(
        team_id=service.team_id,
        text=entry.text.replace("{url}", ports.url),
        format="yaml",
        slug=entry.slug,
        title=entry.title,
        service_id=service.pk,
        layer="component",
        hypothesis=entry.hypothesis,
        blast_radius=entry.blast_radius,
        teaches=entry.teaches,
        deadline_seconds=300,
    )
    return experiments.create(caller=caller, draft=draft, now=now + timedelta(hours=rates.FIRST_RUN - 1)).experiment


def _move(*, caller: Caller, target: Target, before: Ports | None, ports: Ports, now: datetime) -> None:
    """Whatever people made of them stays: only the addresses are changed."""
    draft = targets.draft_of(target=target)
    config = {**draft.config, "api_url": ports.api_url}
    targets.update(caller=caller, target=target, draft=replace(draft, config=config), now=now)
    if before is None:
        return
    for experiment in Experiment.objects.filter(service__name=rates.SERVICE, is_archived=False):
        known = experiments.draft_of(experiment=experiment)
        text = known.text.replace(before.url, ports.url)
        moved = replace(known, text=text, note="the service moved to another port")
        experiments.edit(caller=caller, experiment=experiment, draft=moved, now=now)
