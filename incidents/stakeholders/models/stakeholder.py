from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from incidents.stakeholders.domain.kinds import Audience, Way
from reliability.access.models import TeamScopedQuerySet


class Stakeholder(models.Model):
    """Somebody whom a team tells of its incidents: a user, an outside person, or a place such as a chat room.

    Of way "person" there is `user`, of "email" `address`, of "webhook" `config` and `secrets` (encrypted), of
    "channel" `channel`. Outside persons need `consent_note`: who agreed, and when. `kinds`, `services` and `slos`
    empty: everything. `hours`: restrictions on the clock of `zone`; empty: any time. Severities from 1 to `at_once`
    wait for no hour. `was_member`: of the team when added; who leaves it is told no more.
    """

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="stakeholders")
    name = models.CharField(max_length=160)
    role = models.CharField(max_length=160, blank=True)  # what they are, in words: "Head of support"
    audience = models.CharField(max_length=16, choices=[(a.value, a.words) for a in Audience])
    way = models.CharField(max_length=16, choices=[(w.value, w.words) for w in Way], default=Way.EMAIL.value)
    user = models.ForeignKey("access.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    was_member = models.BooleanField(default=False)
    address = models.EmailField(blank=True)
    channel = models.ForeignKey("channels.Channel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    config = models.JSONField(default=dict, blank=True)
    secrets = models.BinaryField(null=True, blank=True)
    consent_note = models.CharField(max_length=500, blank=True)
    kinds = models.JSONField(default=list, blank=True)
    severity_max = models.PositiveSmallIntegerField(default=5)
    services = models.ManyToManyField("catalog.Service", blank=True, related_name="+")
    slos = models.ManyToManyField("slo.Slo", blank=True, related_name="+")
    zone = models.CharField(max_length=64, default="UTC")
    hours = models.JSONField(default=list, blank=True)
    at_once = models.PositiveSmallIntegerField(default=2)
    is_enabled = models.BooleanField(default=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)  # by themselves
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                "team", Lower("address"), condition=~Q(address=""), name="stakeholder_address_once_per_team"
            ),
            models.UniqueConstraint(fields=("team", "user"), name="stakeholder_user_once_per_team"),
            models.CheckConstraint(
                condition=Q(severity_max__gte=1, severity_max__lte=5), name="stakeholder_severity_is_1_to_5"
            ),
            models.CheckConstraint(condition=Q(at_once__lte=5), name="stakeholder_at_once_is_0_to_5"),
            models.CheckConstraint(
                condition=~Q(way__in=[Way.EMAIL.value, Way.WEBHOOK.value]) | ~Q(consent_note=""),
                name="stakeholder_outside_consented",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_outside(self) -> bool:
        return self.way in (Way.EMAIL, Way.WEBHOOK)


class Group(models.Model):
    """A named list of stakeholders of one team."""

    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="stakeholder_groups")
    name = models.CharField(max_length=160)
    description = models.CharField(max_length=500, blank=True)
    members = models.ManyToManyField(Stakeholder, blank=True, related_name="groups")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_name = models.CharField(max_length=160, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TeamScopedQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (models.UniqueConstraint("team", Lower("name"), name="stakeholder_group_once_per_team"),)

    def __str__(self) -> str:
        return self.name
