from reliability.delivery.models.change import Change
from reliability.delivery.models.change_request import ChangeRequest, ShippedChange, ShippedCommit
from reliability.delivery.models.commit import Commit, CommitLink
from reliability.delivery.models.deployment import Contents, Deployment, Outcome
from reliability.delivery.models.deployment_month import DeploymentMonth
from reliability.delivery.models.integration import DeliveryIntegration, DeliveryKey, RawDelivery

__all__ = [
    "Change",
    "ChangeRequest",
    "Commit",
    "CommitLink",
    "Contents",
    "DeliveryIntegration",
    "DeliveryKey",
    "Deployment",
    "DeploymentMonth",
    "Outcome",
    "RawDelivery",
    "ShippedChange",
    "ShippedCommit",
]
