from incidents.actions.models.action import Action, ActionNote
from incidents.actions.models.notice import ActionNotice
from incidents.actions.models.settings import ActionSettings

__all__ = ["Action", "ActionNote", "ActionNotice", "ActionSettings"]
