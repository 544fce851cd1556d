"""Session engine (settings.SESSION_ENGINE): Django's database sessions in our table, with their owner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

from reliability.access.models.session import Session

USER_AGENT_KEY = "user_agent"
SIGNED_IN_AT_KEY = "signed_in_at"


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: Mapping[str, Any]) -> Session:
        row = cast("Session", super().create_model_instance(dict(data)))
        signed_in_at = data.get(SIGNED_IN_AT_KEY)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.user_agent = str(data.get(USER_AGENT_KEY, ""))[:200]
        row.signed_in_at = datetime.fromisoformat(signed_in_at) if signed_in_at else None
        return row
