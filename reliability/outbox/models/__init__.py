from reliability.outbox.models.due import Due
from reliability.outbox.models.fact import Fact
from reliability.outbox.models.heartbeat import Heartbeat
from reliability.outbox.models.lane import SlowLane

__all__ = ["Due", "Fact", "Heartbeat", "SlowLane"]
