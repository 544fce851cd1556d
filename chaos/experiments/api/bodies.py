"""What callers write of experiments and targets."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field

from chaos.experiments.api.schemas import ExperimentFormat, ExperimentKind, ExperimentLayer

Slug = Annotated[str, Field(max_length=63, examples=["slow-payments"])]
TeamSlug = Annotated[str, Field(max_length=63, description="slug of the owner", examples=["payments"])]
# Bounds of a document are counted in bytes by the service; this one keeps a body small before it is read.
Text = Annotated[str, Field(max_length=512 * 1024, description="the document, YAML or JSON, kept byte for byte")]
Why = Annotated[str, Field(max_length=2000, description="why, for the audit trail")]

# Read by the operations themselves; and fields that null empties.
_OURS = frozenset({"team", "service", "reason", "revision"})
_NULLABLE = frozenset({"rto_objective_seconds", "rpo_objective_seconds"})


class ExperimentFields(Schema):
    """What stands beside the document. What is absent stays, or is the default."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str | None, Field(max_length=200, description="absent: the document's")] = None
    service: Annotated[str | None, Field(max_length=63)] = None
    kind: ExperimentKind | None = None
    layer: ExperimentLayer | None = None
    hypothesis: Annotated[str | None, Field(max_length=10_000)] = None
    blast_radius: Annotated[str | None, Field(max_length=10_000)] = None
    teaches: Annotated[str | None, Field(max_length=10_000)] = None
    tags: Annotated[list[str] | None, Field(max_length=50)] = None
    weight: int | None = None
    deadline_seconds: int | None = None
    rto_objective_seconds: int | None = None
    rpo_objective_seconds: int | None = None
    note: Annotated[str, Field(max_length=300, description="what this version changes")] = ""
    reason: Why = ""

    def given(self) -> dict[str, Any]:
        """The fields of a draft that were sent, without those that a service reads another way."""
        return {
            name: value
            for name, value in self.model_dump(exclude_unset=True).items()
            if name not in _OURS and (value is not None or name in _NULLABLE)
        }


class ExperimentCreate(ExperimentFields):
    team: TeamSlug
    slug: Annotated[str, Field(max_length=63, description="absent: from the title")] = ""
    text: Text
    format: ExperimentFormat | None = None


class ExperimentChange(ExperimentFields):
    """Another text is a new version, the same text is none."""

    text: Text | None = None
    format: ExperimentFormat | None = None
    revision: Annotated[int | None, Field(description="what was read; 409 when somebody changed it since")] = None


class ExperimentValidate(Schema):
    model_config = ConfigDict(extra="forbid")

    team: TeamSlug
    text: Text
    format: ExperimentFormat | None = None
    kind: ExperimentKind = "experiment"


class ExperimentFile(Schema):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=500, examples=["slow-payments.yaml"])]
    text: Text


class ExperimentImport(Schema):
    """Files, or addresses that the platform fetches."""

    model_config = ConfigDict(extra="forbid")

    team: TeamSlug
    service: Annotated[str | None, Field(max_length=63)] = None
    files: Annotated[list[ExperimentFile], Field(default_factory=list, max_length=1_000)]
    urls: Annotated[list[Annotated[str, Field(max_length=2_000)]], Field(default_factory=list, max_length=1_000)]
    is_updating: Annotated[
        bool, Field(description="a file named as an experiment of the team becomes its next version")
    ] = False


class SecretValue(Schema):
    model_config = ConfigDict(extra="forbid")

    value: Annotated[str, Field(max_length=8_192, description="stored encrypted, never answered")]
    reason: Why = ""


class WhyBody(Schema):
    model_config = ConfigDict(extra="forbid")

    reason: Why = ""


class TargetFields(Schema):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str | None, Field(max_length=120)] = None
    service: Annotated[str | None, Field(max_length=63)] = None
    config: Annotated[dict[str, Any] | None, Field(description="fields of the kind, without secret ones")] = None
    secrets: Annotated[
        dict[str, str | None],
        Field(default_factory=dict, description="secret fields; an absent one keeps its value, null forgets it"),
    ]
    agent: Annotated[str | None, Field(max_length=63)] = None
    environment: Annotated[str | None, Field(max_length=63)] = None
    is_enabled: bool | None = None
    reason: Why = ""

    def given(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in self.model_dump(exclude_unset=True).items()
            if name not in _OURS and (value is not None or name in _NULLABLE)
        }


class TargetCreate(TargetFields):
    team: TeamSlug
    slug: Slug
    kind: Annotated[str, Field(max_length=32, examples=["proxy"])]
    service: Annotated[str, Field(max_length=63)]


class TargetChange(TargetFields):
    revision: Annotated[int | None, Field(description="what was read; 409 when somebody changed it since")] = None


class FromTemplate(Schema):
    model_config = ConfigDict(extra="forbid")

    team: TeamSlug
    service: Annotated[str | None, Field(max_length=63)] = None
    targets: Annotated[list[Slug], Field(max_length=50)]
    values: Annotated[
        dict[str, Annotated[str, Field(max_length=1_000)]],
        Field(default_factory=dict, description="of the template's placeholders"),
    ]
    title: Annotated[str, Field(max_length=200)] = ""
    slug: Annotated[str, Field(max_length=63)] = ""
    reason: Why = ""
