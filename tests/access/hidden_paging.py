"""Escalation policies and rules of people, hidden by a private team or standing on what it hides."""

from __future__ import annotations

from typing import Any

from incidents.paging.models import NotificationRule, ServicePolicy
from tests.cast import (
    Cast,
    ChannelFactory,
    ContactMethodFactory,
    EscalationPolicyFactory,
    PolicyStepFactory,
    ScheduleFactory,
    ServiceFactory,
    StepTargetFactory,
)

_MARK = "hidden-treasure"


def hidden_paging(cast: Cast) -> dict[str, dict[str, Any]]:
    """The arguments of addresses, of a policy of Payments and of a rule of its editor."""
    policy = EscalationPolicyFactory(team=cast.payments, slug=f"{_MARK}-policy")
    StepTargetFactory(step=PolicyStepFactory(policy=policy, position=0), user=cast.editor)
    method = ContactMethodFactory(user=cast.editor, title=f"{_MARK} mobile")
    rule = NotificationRule.objects.create(user=cast.editor, urgency="urgent", contact_method=method)
    return {"escalation-policies/": {"slug": policy.slug}, "settings/notifications/": {"rule_id": rule.pk}}


def shared_paging(cast: Cast) -> dict[str, dict[str, Any]]:
    """The same, of an open team's policy that names what Payments hides."""
    policy = EscalationPolicyFactory(team=cast.commons, slug="mixed", title="Mixed")
    step = PolicyStepFactory(policy=policy, position=0)
    targets: tuple[dict[str, Any], ...] = (
        {"user": cast.editor},
        {"schedule": ScheduleFactory(team=cast.payments, slug=f"{_MARK}-rota", title=f"{_MARK} rota")},
        {"channel": ChannelFactory(team=cast.payments, name=f"{_MARK}-chat", title=f"{_MARK} chat")},
        {"team": cast.payments},
    )
    for index, target in enumerate(targets):
        StepTargetFactory(step=step, position=index, **target)
    ServicePolicy.objects.create(service=ServiceFactory(team=cast.payments, name=f"{_MARK}-till"), policy=policy)
    return {"escalation-policies/": {"slug": policy.slug}}
