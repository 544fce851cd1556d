"""A signed webhook, as https://www.standardwebhooks.com describes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome
from reliability.channels.kinds.form import KindForm
from reliability.channels.kinds.http import post
from reliability.channels.kinds.place import Place
from reliability.channels.kinds.webhook.form import WebhookForm
from reliability.channels.kinds.webhook.payload import body_of
from reliability.channels.kinds.webhook.signing import headers_of


class WebhookKind:
    name = "webhook"
    title = "Webhook"
    description = "Signed JSON to a program of yours (Standard Webhooks)."
    icon = "link"
    serves_teams = True
    serves_persons = False
    needs_administrator = False
    way_back = ""
    form: type[KindForm] = WebhookForm

    def send(self, *, place: Place, message: Message, now: datetime) -> Outcome:
        content = orjson.dumps(body_of(message))
        secrets = [place.secrets[name] for name in WebhookForm.secret_fields if name in place.secrets]
        headers = headers_of(identity=message.idempotency_key, content=content, secrets=secrets, now=now)
        return post(url=str(place.config["url"]), content=content, headers=headers, now=now)

    def address(self, config: Mapping[str, Any]) -> str:
        return str(config.get("url", ""))
