from reliability.readiness.models.checklist import Checklist, ChecklistVersion
from reliability.readiness.models.evidence import Evidence
from reliability.readiness.models.notice import Notice
from reliability.readiness.models.review import Review
from reliability.readiness.models.waiver import Waiver

__all__ = ["Checklist", "ChecklistVersion", "Evidence", "Notice", "Review", "Waiver"]
