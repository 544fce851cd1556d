from incidents.postmortems.models.analysis import Factor, Why
from incidents.postmortems.models.evidence import Snapshot, TimelineItem
from incidents.postmortems.models.meeting import Meeting, Notice
from incidents.postmortems.models.postmortem import Postmortem, Section, ServiceRate
from incidents.postmortems.models.review import Approval, ReadReceipt, Review
from incidents.postmortems.models.settings import PostmortemSettings
from incidents.postmortems.models.version import Version
from incidents.postmortems.models.words import BlameWord, Tag

__all__ = [
    "Approval",
    "BlameWord",
    "Factor",
    "Meeting",
    "Notice",
    "Postmortem",
    "PostmortemSettings",
    "ReadReceipt",
    "Review",
    "Section",
    "ServiceRate",
    "Snapshot",
    "Tag",
    "TimelineItem",
    "Version",
    "Why",
]
