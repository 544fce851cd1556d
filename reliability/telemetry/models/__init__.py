from reliability.telemetry.models.source import Source

__all__ = ["Source"]
