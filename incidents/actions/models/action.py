from __future__ import annotations

from django.db import models
from django.db.models import Q

from incidents.actions.domain.states import Kind, Priority, Proof, State
from reliability.access.models import TeamScopedQuerySet


class Action(models.Model):
    """Something to be done so that it does not happen again, and how that is proven. Its primary key is its number.

    `due_on` is a date on the owner's clock. `done_at`: when it was last marked done, null while it is not; only what
    happens after it proves anything. `proof_text`: in words, what proved it, or how far the proof is.
    `source_kind` and `source_key` name where it came from, see `incidents.actions.sources`.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="actions")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)  # Markdown
    kind = models.CharField(max_length=16, choices=[(k.value, k.value.capitalize()) for k in Kind])
    priority = models.CharField(
        max_length=8, choices=[(p.value, p.value.capitalize()) for p in Priority], default=Priority.NORMAL.value
    )
    priority_rank = models.PositiveSmallIntegerField(default=Priority.NORMAL.rank)
    owner = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    owner_name = models.CharField(max_length=160, blank=True)  # outlives the person
    due_on = models.DateField(null=True, blank=True)
    tracker_url = models.URLField(max_length=500, blank=True)
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="actions"
    )
    incident = models.ForeignKey(
        "response.Incident", on_delete=models.SET_NULL, null=True, blank=True, related_name="actions"
    )
    source_kind = models.CharField(max_length=16, blank=True)
    source_key = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16, choices=[(s.value, s.heading) for s in State], default=State.OPEN.value)
    state_reason = models.TextField(blank=True)
    state_at = models.DateTimeField()
    proof = models.CharField(max_length=16, choices=[(p.value, p.words) for p in Proof], default=Proof.NONE.value)
    experiment = models.ForeignKey(
        "experiments.Experiment", on_delete=models.SET_NULL, null=True, blank=True, related_name="actions"
    )
    slo = models.ForeignKey("slo.Slo", on_delete=models.SET_NULL, null=True, blank=True, related_name="actions")
    slo_days = models.PositiveSmallIntegerField(null=True, blank=True)
    checker = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    check_text = models.CharField(max_length=500, blank=True)
    proof_text = models.TextField(blank=True)
    proof_run = models.ForeignKey("runs.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by_name = models.CharField(max_length=160, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_name = models.CharField(max_length=160, blank=True)
    reopened = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=160, blank=True)
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(state__in=[State.UNPROVEN.value, State.CANCELLED.value]) | ~Q(state_reason=""),
                name="action_closed_without_proof_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.DONE.value, State.VERIFIED.value]) | Q(done_at__isnull=False),
                name="action_proven_once_done",
            ),
        )
        indexes = (
            models.Index(fields=("team", "state", "due_on"), name="action_by_team"),
            models.Index(fields=("source_kind", "source_key"), name="action_by_source"),
            models.Index(fields=("experiment", "state"), name="action_by_experiment"),
            models.Index(fields=("created_at",), name="action_by_creation"),
            models.Index(fields=("closed_at",), name="action_by_closing"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def badge(self) -> str:
        """Its state as a slug of reliability.web.states."""
        return f"action_{self.state}"


class ActionNote(models.Model):
    """Its history: what people wrote, each state with its reason, what proofs said. Never changed."""

    class Kind(models.TextChoices):
        NOTE = "note"
        STATE = "state"
        PROOF = "proof"
        EDIT = "edit"

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.NOTE)
    at = models.DateTimeField()
    author = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = models.CharField(max_length=160, blank=True)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=16, blank=True)  # that it got
    run = models.ForeignKey("runs.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("action", "at", "pk")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.text[:60]}"
