from chaos.runs.models.agent import Agent
from chaos.runs.models.run import Run, RunEvent, RunTarget
from chaos.runs.models.stop import GlobalStop
from chaos.runs.models.undo import UndoRecord

__all__ = ["Agent", "GlobalStop", "Run", "RunEvent", "RunTarget", "UndoRecord"]
