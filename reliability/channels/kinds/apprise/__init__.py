"""Everything that apprise can reach: SMS gateways, voice calls, other chats."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome
from reliability.channels.kinds.apprise.form import AppriseForm
from reliability.channels.kinds.apprise.gateway import tell
from reliability.channels.kinds.form import KindForm
from reliability.channels.kinds.place import Place


class AppriseKind:
    name = "apprise"
    title = "Another service"
    description = "Whatever apprise speaks to: SMS gateways, phone calls, other chats. For administrators."
    icon = "plug"
    serves_teams = True
    serves_persons = True
    needs_administrator = True
    way_back = ""
    form: type[KindForm] = AppriseForm

    def send(self, *, place: Place, message: Message, now: datetime) -> Outcome:
        return tell(url=place.secrets["url"], message=message)

    def address(self, config: Mapping[str, Any]) -> str:
        return str(config.get("service", ""))
