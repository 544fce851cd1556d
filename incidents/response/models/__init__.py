from incidents.response.models.alert import Alert
from incidents.response.models.breaking_deployment import BreakingDeployment
from incidents.response.models.impact import ImpactedService, ImpactedSlo
from incidents.response.models.incident import Incident
from incidents.response.models.milestone import MilestoneChange
from incidents.response.models.receipt import Receipt
from incidents.response.models.role import IncidentRole
from incidents.response.models.timeline import Attachment, TimelineEntry, TimelineRevision

__all__ = [
    "Alert",
    "Attachment",
    "BreakingDeployment",
    "ImpactedService",
    "ImpactedSlo",
    "Incident",
    "IncidentRole",
    "MilestoneChange",
    "Receipt",
    "TimelineEntry",
    "TimelineRevision",
]
