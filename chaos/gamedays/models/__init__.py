from chaos.gamedays.models.checklist import ChecklistItem
from chaos.gamedays.models.follow_up import Finding, FollowUp, FollowUpNotice
from chaos.gamedays.models.game_day import Correction, GameDay
from chaos.gamedays.models.invitee import Invitee, InviteeNotice
from chaos.gamedays.models.observation import Observation, ObservationEdit
from chaos.gamedays.models.role import RoleHolder
from chaos.gamedays.models.scenario import Scenario
from chaos.gamedays.models.settings import TeamSettings

__all__ = [
    "ChecklistItem",
    "Correction",
    "Finding",
    "FollowUp",
    "FollowUpNotice",
    "GameDay",
    "Invitee",
    "InviteeNotice",
    "Observation",
    "ObservationEdit",
    "RoleHolder",
    "Scenario",
    "TeamSettings",
]
