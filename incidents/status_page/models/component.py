from __future__ import annotations

from django.db import models
from django.db.models import Q

from incidents.status_page.domain.states import ComponentState
from incidents.status_page.models.codes import new_code

_STATES = [(state.value, state.words) for state in ComponentState]


class ComponentGroup(models.Model):
    """A heading above components."""

    page = models.ForeignKey("status_page.StatusPage", on_delete=models.CASCADE, related_name="groups")
    code = models.CharField(max_length=16, unique=True, default=new_code)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("page", "position", "pk")
        constraints = (models.UniqueConstraint(fields=("page", "name"), name="component_group_once_per_page"),)

    def __str__(self) -> str:
        return self.name


class Component(models.Model):
    """A part of what the page's readers use. Removed, the row stays for the history of incidents.

    `automatic_state` is the last that was known of its SLOs and the incidents of its service; `is_measured` says
    whether it is known now. `shown_state` is what the public saw last, by the rule of `domain/shown.py`; the override
    of a person wins until it ends.
    """

    page = models.ForeignKey("status_page.StatusPage", on_delete=models.CASCADE, related_name="components")
    group = models.ForeignKey(
        ComponentGroup, on_delete=models.SET_NULL, null=True, blank=True, related_name="components"
    )
    code = models.CharField(max_length=16, unique=True, default=new_code)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    position = models.PositiveIntegerField(default=0)
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="status_components"
    )
    slos = models.ManyToManyField("slo.Slo", blank=True, related_name="status_components")
    show_uptime = models.BooleanField(default=True)
    started_on = models.DateField(null=True, blank=True)  # nothing is shown before that day

    automatic_state = models.CharField(max_length=24, choices=_STATES, default=ComponentState.UNKNOWN.value)
    automatic_reason = models.CharField(max_length=500, blank=True)  # for the team, never public
    incident_state = models.CharField(max_length=24, choices=_STATES, blank=True, default="")  # of our open incidents
    is_measured = models.BooleanField(default=False)
    measured_at = models.DateTimeField(null=True, blank=True)  # last time it was
    override_state = models.CharField(max_length=24, choices=_STATES, blank=True, default="")
    override_reason = models.CharField(max_length=500, blank=True)  # for the team, never public
    override_at = models.DateTimeField(null=True, blank=True)
    override_until = models.DateTimeField(null=True, blank=True)  # null: until a person ends it
    override_by_name = models.CharField(max_length=160, blank=True)
    shown_state = models.CharField(max_length=24, choices=_STATES, default=ComponentState.UNKNOWN.value)
    shown_since_at = models.DateTimeField()

    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("page", "position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("group", "name"),
                condition=Q(removed_at__isnull=True),
                name="component_once_per_group",
            ),
            models.UniqueConstraint(
                fields=("page", "name"),
                condition=Q(removed_at__isnull=True, group__isnull=True),
                name="component_once_per_page",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ComponentStateChange(models.Model):
    """What the public saw, from `at` on. Never changed."""

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="changes")
    state = models.CharField(max_length=24, choices=_STATES)
    before = models.CharField(max_length=24, choices=_STATES)
    at = models.DateTimeField()
    cause = models.CharField(max_length=16)  # automatic, override, incident, maintenance
    reason = models.CharField(max_length=500, blank=True)  # for the team, never public

    class Meta:
        ordering = ("component", "-at", "-pk")
        indexes = (models.Index(fields=("component", "-at"), name="component_change_by_time"),)

    def __str__(self) -> str:
        return f"{self.component}: {self.before} to {self.state}"


class DayState(models.Model):
    """One day (in the page's zone) of one component, as its SLOs measured it. No row: not computed, so no data.

    `good` and `valid` are events; minutes are of the day's `minutes`, of which `measured` had data and `down` were
    below the objective. `valid` 0 is a day that nobody measured.
    """

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    minutes = models.PositiveIntegerField()
    measured_minutes = models.PositiveIntegerField(default=0)
    down_minutes = models.PositiveIntegerField(default=0)
    good = models.BigIntegerField(default=0)
    valid = models.BigIntegerField(default=0)
    computed_at = models.DateTimeField()

    class Meta:
        ordering = ("component", "day")
        constraints = (models.UniqueConstraint(fields=("component", "day"), name="day_once_per_component"),)

    def __str__(self) -> str:
        return f"{self.component} on {self.day}"
