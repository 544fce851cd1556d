"""Roles as the API spells them."""

from __future__ import annotations

from enum import StrEnum

from reliability.access.domain.caller import Role


class RoleWord(StrEnum):
    """A role in a team: each may do what the ones before it may."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"

    @property
    def role(self) -> Role:
        return Role[self.name]


def word_of(role: int) -> RoleWord:
    return RoleWord[Role(role).name]
