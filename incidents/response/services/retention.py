"""Forgetting old alerts in short pieces. Incidents and their timelines stay: they are what was learnt."""

from __future__ import annotations

from datetime import datetime

from incidents.response.models import Alert

PIECE = 500


def forget_alerts(*, before: datetime) -> bool:
    """Delete alerts without an incident that ended before *before*, and empty the payloads of the others.

    Up to a piece of each; returns whether there may be more.
    """
    old = Alert.objects.filter(resolved_at__lt=before).order_by("pk").values_list("pk", flat=True)
    alone = list(old.filter(incident=None)[:PIECE])
    Alert.objects.filter(pk__in=alone).delete()
    kept = list(old.exclude(incident=None).exclude(payload={})[:PIECE])
    Alert.objects.filter(pk__in=kept).update(payload={})
    return len(alone) == PIECE or len(kept) == PIECE
