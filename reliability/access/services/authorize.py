"""The one question before a write: may this caller do it?"""

from __future__ import annotations

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.web.errors import Forbidden, NotFound


def require(*, caller: Caller, team_id: int, role: Role, scope: Scope = Scope.WRITE) -> None:
    """Return when the caller holds *role* in the team and carries *scope*.

    Raises NotFound when the caller may not even know of the team's objects, else Forbidden with the reason.
    """
    if caller.may(team_id, role, scope=scope):
        return
    held = caller.role_in(team_id)
    if held is None and not caller.may_read(team_id):
        raise NotFound("there is no such object, or it is not yours to see")
    if held is not None and held >= role:
        raise Forbidden(f"the token lacks the scope {scope.value}: create one that has it", reason="scope_too_low")
    holds = f"you are {held.name.lower()}" if held else "you are not a member"
    raise Forbidden(f"this needs the role {role.name.lower()} in the team; {holds}", reason="role_too_low")


def require_installation(*, caller: Caller, scope: Scope = Scope.WRITE) -> None:
    """Return when the caller administers the whole installation. Raises Forbidden."""
    if not caller.is_administrator:
        raise Forbidden("only an administrator of the installation may do this", reason="role_too_low")
    if scope not in caller.scopes:
        raise Forbidden(f"the token lacks the scope {scope.value}: create one that has it", reason="scope_too_low")
