from incidents.stakeholders.models.message import Delivery, MessageText, Promise, Recipient, StakeholderMessage
from incidents.stakeholders.models.stakeholder import Group, Stakeholder
from incidents.stakeholders.models.wording import Wording

__all__ = [
    "Delivery",
    "Group",
    "MessageText",
    "Promise",
    "Recipient",
    "Stakeholder",
    "StakeholderMessage",
    "Wording",
]
