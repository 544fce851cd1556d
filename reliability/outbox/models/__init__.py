from reliability.outbox.models.due import Due
from reliability.outbox.models.fact import Fact

__all__ = ["Due", "Fact"]
