from __future__ import annotations

from django.db import models
from django.db.models import Q

from chaos.experiments.domain.kinds import Format, Kind
from reliability.access.models import TeamScopedQuerySet
from reliability.catalog.models import Layer


class Experiment(models.Model):
    """A hypothesis and how to try it. What is run is its newest version; what a run ran is the version it names.

    `deadline_seconds` bounds a run from its first fault to the last undo. `weight` is how much it counts in the
    resilience score of its service. The objectives of recovery belong to disaster recovery trials.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="experiments")
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.PROTECT, null=True, blank=True, related_name="experiments"
    )
    slug = models.SlugField(max_length=63, unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=[(k.value, k.words) for k in Kind], default=Kind.EXPERIMENT.value)
    layer = models.CharField(max_length=16, choices=Layer.choices, default=Layer.COMPONENT)
    hypothesis = models.TextField(blank=True)  # in words, as people will read it
    blast_radius = models.TextField(blank=True)
    teaches = models.TextField(blank=True)
    tags = models.JSONField(default=list, blank=True)
    template = models.SlugField(max_length=63, blank=True)  # of the library, when made from one
    weight = models.PositiveSmallIntegerField(default=1)
    deadline_seconds = models.PositiveIntegerField(default=600)
    rto_objective_seconds = models.PositiveIntegerField(null=True, blank=True)
    rpo_objective_seconds = models.PositiveIntegerField(null=True, blank=True)
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("slug", "pk")
        constraints = (models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=10), name="experiment_weight"),)

    def __str__(self) -> str:
        return self.title


class ExperimentVersion(models.Model):
    """The document as it was written. `text` is never changed; `document` is the same, parsed."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    format = models.CharField(max_length=8, choices=[(f.value, f.value) for f in Format])
    text = models.TextField()
    document = models.JSONField()
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=160, blank=True)
    created_by = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("experiment", "-number")
        constraints = (
            models.UniqueConstraint(fields=("experiment", "number"), name="experiment_version_once_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.experiment} version {self.number}"


class ExperimentSecret(models.Model):
    """A value that an experiment reads as `${…}`: encrypted, never shown again. Named as in its document."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="secret_values")
    group = models.CharField(max_length=63)
    name = models.CharField(max_length=63)
    sealed = models.BinaryField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("experiment", "group", "name")
        constraints = (
            models.UniqueConstraint(fields=("experiment", "group", "name"), name="experiment_secret_once_per_name"),
        )

    def __str__(self) -> str:
        return f"{self.group}.{self.name} of {self.experiment}"
