"""Mail over SMTP, threaded by incident."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome
from reliability.channels.kinds.email.compose import compose
from reliability.channels.kinds.email.form import EmailForm
from reliability.channels.kinds.email.transport import transport_of_settings
from reliability.channels.kinds.form import KindForm
from reliability.channels.kinds.place import Place


class EmailKind:
    name = "email"
    title = "Email"
    description = "A mail to one address; everything about one incident is one thread."
    icon = "mail"
    serves_teams = True
    serves_persons = True
    needs_administrator = False
    way_back = ""
    form: type[KindForm] = EmailForm

    def send(self, *, place: Place, message: Message, now: datetime) -> Outcome:
        mail = compose(message=message, address=str(place.config["address"]), now=now)
        return transport_of_settings().send(mail)

    def address(self, config: Mapping[str, Any]) -> str:
        return str(config.get("address", ""))
