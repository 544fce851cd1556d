from reliability.channels.models.channel import Channel
from reliability.channels.models.contact import ContactMethod
from reliability.channels.models.inbound import ChatIdentity, SeenDelivery

__all__ = ["Channel", "ChatIdentity", "ContactMethod", "SeenDelivery"]
