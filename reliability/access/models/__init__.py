from reliability.access.models.audit import AuditEntry
from reliability.access.models.installation import Installation
from reliability.access.models.integration import KeyedIntegration, RotatingKey
from reliability.access.models.scoped import ServiceScopedQuerySet, TeamScopedQuerySet
from reliability.access.models.secret_address import SecretAddress
from reliability.access.models.session import Session
from reliability.access.models.team import Membership, Team
from reliability.access.models.token import ApiToken
from reliability.access.models.user import User

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Installation",
    "KeyedIntegration",
    "Membership",
    "RotatingKey",
    "SecretAddress",
    "ServiceScopedQuerySet",
    "Session",
    "Team",
    "TeamScopedQuerySet",
    "User",
]
