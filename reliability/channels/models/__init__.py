from reliability.channels.models.channel import Channel
from reliability.channels.models.contact import ContactMethod

__all__ = ["Channel", "ContactMethod"]
