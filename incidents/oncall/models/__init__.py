from incidents.oncall.models.feed import CalendarFeed
from incidents.oncall.models.notice import ShiftNotice
from incidents.oncall.models.override import Override, Swap
from incidents.oncall.models.schedule import Schedule, ScheduleVersion

__all__ = ["CalendarFeed", "Override", "Schedule", "ScheduleVersion", "ShiftNotice", "Swap"]
