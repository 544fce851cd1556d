from reliability.duties.models.duty import Duty, DutyEntry, DutyNotice
from reliability.duties.models.toil import Capacity, ToilEntry

__all__ = ["Capacity", "Duty", "DutyEntry", "DutyNotice", "ToilEntry"]
