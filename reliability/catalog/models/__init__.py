from reliability.catalog.models.dependency import Dependency
from reliability.catalog.models.service import Layer, Service

__all__ = ["Dependency", "Layer", "Service"]
