from chaos.runs.models.agent import Agent
from chaos.runs.models.approval import Approval
from chaos.runs.models.guard import GuardDecision
from chaos.runs.models.notice import Notice
from chaos.runs.models.policy import GuardPolicy
from chaos.runs.models.run import Run, RunEvent, RunTarget
from chaos.runs.models.stop import GlobalStop
from chaos.runs.models.undo import UndoRecord

__all__ = [
    "Agent",
    "Approval",
    "GlobalStop",
    "GuardDecision",
    "GuardPolicy",
    "Notice",
    "Run",
    "RunEvent",
    "RunTarget",
    "UndoRecord",
]
