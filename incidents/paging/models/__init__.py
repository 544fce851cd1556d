from incidents.paging.models.escalation import Escalation, EscalationEvent
from incidents.paging.models.notification import Notification, NotificationAttempt
from incidents.paging.models.policy import EscalationPolicy, PolicyStep, ServicePolicy, StepTarget
from incidents.paging.models.preference import NotificationRule, QuietHours

__all__ = [
    "Escalation",
    "EscalationEvent",
    "EscalationPolicy",
    "Notification",
    "NotificationAttempt",
    "NotificationRule",
    "PolicyStep",
    "QuietHours",
    "ServicePolicy",
    "StepTarget",
]
