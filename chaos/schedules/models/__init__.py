from chaos.schedules.models.address import CalendarAddress
from chaos.schedules.models.blackout import Blackout
from chaos.schedules.models.feed import BlackoutFeed, FeedEntry

__all__ = ["Blackout", "BlackoutFeed", "CalendarAddress", "FeedEntry"]
