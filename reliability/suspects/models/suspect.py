from __future__ import annotations

from django.db import models

from reliability.suspects.domain.kinds import SuspectKind, VerdictState

# Keys of what belongs to its service alone, wherever that has moved since.
_OF_ITS_SERVICE = ("deployment-", "change-")


class Suspect(models.Model):
    """A change that may have caused a case.

    first_place, first_score: of the first ranking, never written again; empty: it was told of later. place, score: of
    the newest ranking; place empty: it is under no suspicion any more, and stays for what was ranked or judged. label:
    names service and revision. team_ids: whose it was when it was ranked, see `owner_ids`.
    lag_seconds: from the end of the change to the case; is_running: it went on then. failed of total: how earlier
    changes of its kind and service ended. verdict…: the newest of `verdicts`.
    """

    case = models.ForeignKey("suspects.Case", on_delete=models.CASCADE, related_name="suspects")
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=[(one.value, one.noun) for one in SuspectKind])
    deployment = models.ForeignKey(
        "delivery.Deployment", on_delete=models.SET_NULL, null=True, blank=True, related_name="suspicions"
    )
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.SET_NULL, null=True, blank=True, related_name="suspicions"
    )
    label = models.CharField(max_length=400)
    url = models.CharField(max_length=500, blank=True)
    team_ids = models.JSONField(default=list)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    lag_seconds = models.PositiveIntegerField()
    is_running = models.BooleanField(default=False)
    distance = models.PositiveSmallIntegerField()
    failed = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    first_place = models.PositiveSmallIntegerField(null=True, blank=True)
    first_score = models.FloatField(null=True, blank=True)
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    score = models.FloatField()
    verdict = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in VerdictState], default=VerdictState.OPEN.value
    )
    verdict_at = models.DateTimeField(null=True, blank=True)
    verdict_by_name = models.CharField(max_length=160, blank=True)
    verdict_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("case", models.F("place").asc(nulls_last=True), "pk")
        constraints = (models.UniqueConstraint(fields=("case", "key"), name="suspect_once_per_case"),)
        indexes = (models.Index(fields=("service", "verdict"), name="suspect_by_service"),)

    def __str__(self) -> str:
        return self.label

    @property
    def owner_ids(self) -> frozenset[int]:
        """Who asks must be able to read all of these teams to be told its name. Needs the service at hand."""
        if self.service is None:
            return frozenset(self.team_ids)
        if self.key.startswith(_OF_ITS_SERVICE):
            return frozenset({self.service.team_id})
        return frozenset({*self.team_ids, self.service.team_id})

    @property
    def is_late(self) -> bool:
        return self.first_place is None
