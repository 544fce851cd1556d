"""Locks in one order for everybody: the subject's row, the escalation, the notification."""

from __future__ import annotations

from incidents.paging.listeners import lock_subject
from incidents.paging.models import Escalation


def locked_escalation(*, escalation_id: int) -> Escalation | None:
    """The escalation, locked, and before it its subject."""
    subject = Escalation.objects.filter(pk=escalation_id).values_list("subject", flat=True).first()
    if subject is None:
        return None
    lock_subject(subject=subject)
    return Escalation.objects.select_for_update().filter(pk=escalation_id).first()
