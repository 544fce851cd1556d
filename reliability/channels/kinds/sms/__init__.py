"""SMS through the gateway of the installation: people enter a number, the operator chose the gateway."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.domain.text import one_line
from reliability.channels.kinds.apprise.gateway import tell
from reliability.channels.kinds.form import KindForm
from reliability.channels.kinds.place import Place
from reliability.channels.kinds.sms.form import SmsForm

# Two concatenated messages of GSM 03.38; longer ones are split by gateways, and paid for.
_BODY_LENGTH_MAX = 300


class SmsKind:
    name = "sms"
    title = "SMS"
    description = "A short message to a phone, through the gateway of this installation."
    icon = "phone"
    serves_teams = False
    serves_persons = True
    needs_administrator = False
    way_back = ""
    form: type[KindForm] = SmsForm

    def send(self, *, place: Place, message: Message, now: datetime) -> Outcome:
        if not settings.SMS_GATEWAY_URL:
            return Outcome(Result.REFUSED, "no SMS gateway is set up: set SMS_GATEWAY_URL")
        number = str(place.config["number"]).removeprefix("+")
        url = settings.SMS_GATEWAY_URL.replace("{number}", number)
        return tell(url=url, message=message, body=body_of(message))

    def address(self, config: Mapping[str, Any]) -> str:
        return str(config.get("number", ""))


def body_of(message: Message) -> str:
    """The headline is the title already; what matters more than the text is the link."""
    link = message.ack_url or message.url
    return link if link else one_line(message.text, _BODY_LENGTH_MAX) or message.title
