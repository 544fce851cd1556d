"""What the process of a run gets of an experiment. The one place where secrets are opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chaos.experiments.domain.commands import command_mistake
from chaos.experiments.domain.kinds import Kind
from chaos.experiments.domain.places import Problem
from chaos.experiments.domain.secrets import names_in
from chaos.experiments.domain.targets import targets_named
from chaos.experiments.domain.validation import problems as problems_of
from chaos.experiments.models import ExperimentVersion, Target
from chaos.experiments.selectors.parsed import parsed_text
from chaos.experiments.selectors.surroundings import allowed, surroundings_of
from chaos.experiments.selectors.targets import nameable, reach_of
from chaos.injectors.protocol import Reach
from reliability.access.services.vault import VaultError, decrypt


@dataclass(frozen=True, slots=True)
class JobParts:
    """document, targets and secrets of a Job; kinds and rows: of the same targets by slug.

    problems: why it may not be run now, such as a secret without a value; empty: it may.
    """

    document: Mapping[str, Any]
    targets: Mapping[str, Reach]
    kinds: Mapping[str, str]
    rows: Mapping[str, Target]
    secrets: Mapping[str, Mapping[str, str]]
    allowed: Mapping[str, list[str]]
    problems: tuple[Problem, ...] = ()

    def targets_of_job(self) -> dict[str, dict[str, Any]]:
        """As chaos.runner.protocol.Job has them."""
        return {
            slug: {"kind": self.kinds[slug], "config": dict(reach.config), "secrets": dict(reach.secrets)}
            for slug, reach in self.targets.items()
        }


def job_of(*, version: ExperimentVersion) -> JobParts:
    """Everything of one version, validated once more against what is allowed and there now. Never raises."""
    experiment = version.experiment
    parsed = parsed_text(version=version)
    found = problems_of(
        parsed=parsed,
        surroundings=surroundings_of(team_id=experiment.team_id),
        kind=Kind(experiment.kind),
        needs_rpo=experiment.rpo_objective_seconds is not None,
    )
    named = targets_named(version.document)
    rows = {row.slug: row for row in nameable(team_id=experiment.team_id).filter(slug__in=named)}
    permitted = allowed()
    targets: dict[str, Reach] = {}
    for slug, row in sorted(rows.items()):
        if mistake := command_mistake(config=row.config, allowed=permitted):
            found.append(Problem(0, slug, mistake))
        try:
            targets[slug] = reach_of(target=row)
        except VaultError as error:
            found.append(Problem(0, slug, str(error)))
    return JobParts(
        document=parsed.document,
        targets=targets,
        kinds={slug: rows[slug].kind for slug in targets},
        rows=rows,
        secrets=_secrets(version, found),
        allowed={
            "modules": list(permitted.modules),
            "programs": list(permitted.programs),
            "outbound": list(permitted.outbound),
        },
        problems=tuple(found),
    )


def targets_of(*, version: ExperimentVersion) -> list[Target]:
    """The targets that a run of the version holds, by slug. One query; nothing is opened."""
    rows = Target.objects.filter(team_id=version.experiment.team_id, slug__in=targets_named(version.document))
    return list(rows.order_by("slug", "pk"))


def _secrets(version: ExperimentVersion, found: list[Problem]) -> dict[str, dict[str, str]]:
    stored = {(row.group, row.name): row for row in version.experiment.secret_values.order_by("group", "name")}
    opened: dict[str, dict[str, str]] = {}
    for group, name in names_in(version.document):
        path = f"secrets.{group}.{name}"
        row = stored.get((group, name))
        if row is None:
            found.append(Problem(0, path, "has no value yet: enter it under Secrets of the experiment"))
            continue
        try:
            opened.setdefault(group, {})[name] = decrypt(row.sealed)
        except VaultError as error:
            found.append(Problem(0, path, str(error)))
    return opened
