"""Django's accounts and sessions without its permissions."""

from __future__ import annotations

from django.contrib.auth.apps import AuthConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AuthConfig):
    """Roles are per team (`reliability.access.domain`): nothing asks for Django's permissions, a thousand of which each
    migration would look for."""

    def ready(self) -> None:
        super().ready()
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
