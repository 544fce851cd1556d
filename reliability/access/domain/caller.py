"""Who is asking, and what that allows: the same value for a signed-in person and an API token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Role(IntEnum):
    """Roles in a team, ordered: each may do what the ones below it may."""

    VIEWER = 10
    RESPONDER = 20
    EDITOR = 30
    ADMINISTRATOR = 40


class Scope(StrEnum):
    """What an API token may be used for; a signed-in person has all of them."""

    READ = "read"
    WRITE = "write"
    INTAKE = "intake"


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a selector or service.

    roles: team id to role. open_team_ids: teams whose objects everyone signed in may read.
    is_administrator: an administrator of the whole installation, who may do everything.
    """

    name: str
    user_id: int | None = None
    token_id: int | None = None
    is_administrator: bool = False
    roles: Mapping[int, Role] = field(default_factory=dict)
    open_team_ids: frozenset[int] = frozenset()
    scopes: frozenset[Scope] = frozenset(Scope)

    def role_in(self, team_id: int) -> Role | None:
        if self.is_administrator:
            return Role.ADMINISTRATOR
        return self.roles.get(team_id)

    @property
    def is_administrator_somewhere(self) -> bool:
        """Of the installation, or of any team."""
        return self.is_administrator or bool(self.team_ids(Role.ADMINISTRATOR))

    def may_read(self, team_id: int) -> bool:
        if Scope.READ not in self.scopes:
            return False
        return self.role_in(team_id) is not None or team_id in self.open_team_ids

    def may(self, team_id: int, role: Role, *, scope: Scope = Scope.WRITE) -> bool:
        """Whether the caller holds at least *role* in the team and carries *scope*."""
        held = self.role_in(team_id)
        return held is not None and held >= role and scope in self.scopes

    def team_ids(self, role: Role = Role.VIEWER) -> frozenset[int]:
        """Teams in which the caller holds at least *role* (an administrator's power is not listed here)."""
        return frozenset(team for team, held in self.roles.items() if held >= role)


# The platform itself: demo data, command line on the server, handlers of due work.
SYSTEM = Caller(name="system", is_administrator=True)
