"""Experiments and targets as they are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from chaos.experiments.domain.places import Problem
from chaos.experiments.models import Experiment, ExperimentVersion, Target
from chaos.experiments.selectors.secrets import SecretState
from chaos.experiments.services.importing import ImportReport
from reliability.access.domain.caller import Caller

ExperimentKind = Literal["experiment", "dr_trial"]
ExperimentFormat = Literal["yaml", "json"]
ExperimentLayer = Literal["region", "zone", "cluster", "pod", "node", "process", "component"]


class ExperimentBrief(Schema):
    slug: str
    title: str
    team: str
    service: str | None
    kind: ExperimentKind
    layer: ExperimentLayer
    tags: list[str]
    is_archived: bool
    version: int | None = Field(description="number of the newest version: what is run")
    revision: int
    updated_at: datetime
    updated_by: str


class ExperimentOut(ExperimentBrief):
    hypothesis: str = Field(description="in words")
    blast_radius: str
    teaches: str
    template: str = Field(description="of the library, when made from one")
    weight: int = Field(description="1 to 10: its share in the resilience score of the service")
    deadline_seconds: int = Field(description="of a run, from its first fault to the last undo")
    rto_objective_seconds: int | None
    rpo_objective_seconds: int | None
    format: ExperimentFormat
    text: str = Field(description="the document of the newest version as it was written")
    created_at: datetime


class VersionBrief(Schema):
    number: int
    format: ExperimentFormat
    note: str
    author: str
    created_at: datetime


class VersionOut(VersionBrief):
    text: str
    document: dict[str, Any] = Field(description="the same, parsed")


class ExperimentProblemOut(Schema):
    line: int = Field(description="from 1; 0: unknown")
    path: str = Field(examples=["method[0].provider.module"])
    message: str


class ValidationOut(Schema):
    is_valid: bool
    problems: list[ExperimentProblemOut]


class ImportOut(Schema):
    name: str = Field(description="of the file, or its address")
    change: Literal["added", "changed", "unchanged", "refused", "valid"]
    slug: str
    title: str
    problems: list[ExperimentProblemOut]


class SecretOut(Schema):
    """A name, never a value."""

    group: str
    name: str
    is_needed: bool = Field(description="the newest version names it")
    is_set: bool
    updated_at: datetime | None
    updated_by: str


class DiffLineOut(Schema):
    kind: Literal["same", "added", "removed", "gap"]
    text: str
    old_number: int | None
    new_number: int | None


class ChaosTargetOut(Schema):
    slug: str
    title: str
    team: str
    service: str | None
    kind: str = Field(description="an injector, see /api/v1/chaos/targets/kinds")
    config: dict[str, Any] = Field(description="without its secret fields")
    secrets: list[str] = Field(description="secret fields that have a value")
    agent: str = Field(description="the agent that must do it; blank: any")
    environment: str
    is_enabled: bool
    revision: int
    updated_at: datetime
    updated_by: str


def brief_out(experiment: Experiment, *, version: int | None, caller: Caller) -> dict[str, Any]:
    """A service that moved to a private team of others since is not named."""
    service = experiment.service
    return {
        "slug": experiment.slug,
        "title": experiment.title,
        "team": experiment.team.slug,
        "service": service.name if service and caller.may_read(service.team_id) else None,
        "kind": experiment.kind,
        "layer": experiment.layer,
        "tags": experiment.tags,
        "is_archived": experiment.is_archived,
        "version": version,
        "revision": experiment.revision,
        "updated_at": experiment.updated_at,
        "updated_by": experiment.updated_by_name,
    }


def experiment_out(experiment: Experiment, version: ExperimentVersion, *, caller: Caller) -> dict[str, Any]:
    names = ("hypothesis", "blast_radius", "teaches", "template", "weight", "deadline_seconds", "created_at")
    objectives = ("rto_objective_seconds", "rpo_objective_seconds")
    return {
        **brief_out(experiment, version=version.number, caller=caller),
        **{name: getattr(experiment, name) for name in (*names, *objectives)},
        "format": version.format,
        "text": version.text,
    }


def version_out(version: ExperimentVersion, *, is_brief: bool = False) -> dict[str, Any]:
    brief = {
        "number": version.number,
        "format": version.format,
        "note": version.note,
        "author": version.created_by_name,
        "created_at": version.created_at,
    }
    return brief if is_brief else {**brief, "text": version.text, "document": version.document}


def problem_out(problem: Problem) -> dict[str, Any]:
    return {"line": problem.line, "path": problem.path, "message": problem.message}


def import_out(report: ImportReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "change": report.change,
        "slug": report.slug,
        "title": report.title,
        "problems": [problem_out(problem) for problem in report.problems],
    }


def secret_out(state: SecretState) -> dict[str, Any]:
    return {
        "group": state.group,
        "name": state.name,
        "is_needed": state.is_needed,
        "is_set": state.is_set,
        "updated_at": state.updated_at,
        "updated_by": state.updated_by_name,
    }


def target_out(target: Target, *, secrets: list[str], caller: Caller) -> dict[str, Any]:
    names = ("slug", "title", "kind", "config", "agent", "environment", "is_enabled", "revision", "updated_at")
    return {
        **{name: getattr(target, name) for name in names},
        "team": target.team.slug,
        "service": target.service.name if caller.may_read(target.service.team_id) else None,
        "secrets": secrets,
        "updated_by": target.updated_by_name,
    }


class TargetChecked(Schema):
    found: Literal["ready", "not_ready", "not_seen"] = Field(description="not_seen: only an agent elsewhere can tell")
    words: list[str] = Field(description="what was seen, or why no fault could be put into it now")
