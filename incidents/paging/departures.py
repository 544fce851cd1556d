"""Who leaves a team gives back what its pages gave them: nothing more of it is sent, and nothing sent can be answered.

In the transaction of the leaving. Whoever is paged although they were never in the team keeps that right (decision 65).
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from incidents.paging.models import Notification
from reliability.access.models import Membership

_ABOUT_INCIDENTS = (Notification.Purpose.PAGE, Notification.Purpose.UPDATE, Notification.Purpose.BUNDLE)


@receiver(post_delete, sender=Membership, dispatch_uid="paging.departures")
def take_back(*, instance: Membership, **_signal: Any) -> None:
    sent = Notification.objects.filter(
        user_id=instance.user_id, team_id=instance.team_id, purpose__in=_ABOUT_INCIDENTS, may_answer=True
    )
    waiting = sent.filter(state=Notification.State.WAITING)
    waiting.update(state=Notification.State.VOID, state_reason="its person left the team", may_answer=False)
    sent.update(may_answer=False)
