from chaos.schedules.models.address import CalendarAddress
from chaos.schedules.models.blackout import Blackout
from chaos.schedules.models.feed import BlackoutFeed, FeedEntry
from chaos.schedules.models.schedule import Firing, FiringNotice, Schedule

__all__ = ["Blackout", "BlackoutFeed", "CalendarAddress", "FeedEntry", "Firing", "FiringNotice", "Schedule"]
