"""ntfy: push messages to phones, through ntfy.sh or a server of your own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome
from reliability.channels.kinds.form import KindForm
from reliability.channels.kinds.http import host_of, post_json
from reliability.channels.kinds.ntfy.form import SERVER, NtfyForm
from reliability.channels.kinds.ntfy.payload import body_of
from reliability.channels.kinds.place import Place


class NtfyKind:
    name = "ntfy"
    title = "ntfy"
    description = "Push messages to the ntfy app, with priority and an acknowledge button."
    icon = "phone"
    serves_teams = True
    serves_persons = True
    needs_administrator = False
    way_back = ""
    form: type[KindForm] = NtfyForm

    def send(self, *, place: Place, message: Message, now: datetime) -> Outcome:
        token = place.secrets.get("token", "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = body_of(message, topic=place.secrets["topic"])
        return post_json(url=str(place.config.get("server") or SERVER), body=body, headers=headers, now=now)

    def address(self, config: Mapping[str, Any]) -> str:
        return f"a topic of {host_of(str(config.get('server', '')))}"
