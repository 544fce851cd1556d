from reliability.measures.models.figure import MeasuredFigure, MeasureReceipt
from reliability.measures.models.ratio import OwnRatio

__all__ = ["MeasureReceipt", "MeasuredFigure", "OwnRatio"]
