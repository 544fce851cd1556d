from reliability.outbox.models.due import Due
from reliability.outbox.models.fact import Fact
from reliability.outbox.models.heartbeat import Heartbeat

__all__ = ["Due", "Fact", "Heartbeat"]
