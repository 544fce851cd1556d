"""Endpoints of access: who am I, teams, tokens, the audit trail."""

from reliability.access.api.audit import router as audit_router
from reliability.access.api.me import router as me_router
from reliability.access.api.teams import router as teams_router
from reliability.access.api.tokens import router as tokens_router

__all__ = ["audit_router", "me_router", "teams_router", "tokens_router"]
