"""Creating, changing, deleting escalation policies, and freezing one when an escalation begins."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from incidents.paging.domain.frozen import FrozenPolicy
from incidents.paging.models import EscalationPolicy, PolicyStep
from incidents.paging.selectors.frozen import frozen_policy
from incidents.paging.selectors.policies import with_steps
from reliability.web.errors import NotFound


def freeze(*, policy_id: int, now: datetime) -> FrozenPolicy:
    """The policy as it is at *now*; whose turn it is in its round robins moves on in the caller's transaction.

    Raises NotFound when it was deleted meanwhile.
    """
    with transaction.atomic():
        # The update comes first: it holds the rows, so that of two at once each gets its own turn.
        PolicyStep.objects.filter(policy_id=policy_id, round_robin=True).update(turn=F("turn") + 1)
        policy = with_steps(EscalationPolicy.objects.filter(pk=policy_id)).first()
    if policy is None:
        raise NotFound(f"the escalation policy {policy_id} has been deleted meanwhile")
    return frozen_policy(policy=policy)
