from reliability.channels.models.channel import Channel
from reliability.channels.models.contact import ContactMethod
from reliability.channels.models.inbound import ChatIdentity, SeenDelivery
from reliability.channels.models.notice import Notice, PlacedNotice

__all__ = ["Channel", "ChatIdentity", "ContactMethod", "Notice", "PlacedNotice", "SeenDelivery"]
