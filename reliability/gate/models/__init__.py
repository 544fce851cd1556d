from reliability.gate.models.decision import GateDecision, GateOverride
from reliability.gate.models.freeze import FreezeWindow
from reliability.gate.models.notice import GateNotice
from reliability.gate.models.policy import BudgetPolicy, BudgetPolicyVersion, PolicyChoice, PolicyPeriod
from reliability.gate.models.team import TeamGate

__all__ = [
    "BudgetPolicy",
    "BudgetPolicyVersion",
    "FreezeWindow",
    "GateDecision",
    "GateNotice",
    "GateOverride",
    "PolicyChoice",
    "PolicyPeriod",
    "TeamGate",
]
